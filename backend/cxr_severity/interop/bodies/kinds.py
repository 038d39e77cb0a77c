"""The catalogue of problems: every kind that the service can answer with, each declared once.

Those of an image are classes in `imaging.errors` and, where it was judged but cannot be answered
for as asked, in `interop.errors`; those of the gate stand in `texts.findings`; those of a request
are declared here. To add one: a `Kind` below, or a class there.
"""

from __future__ import annotations

from cxr_severity.imaging.errors import refusals
from cxr_severity.interop import errors as _answers  # noqa: F401 - its refusals join the others
from cxr_severity.texts.findings import REJECTIONS
from cxr_severity.texts.language import Language, say
from cxr_severity.texts.problems import Kind

_OF_REQUESTS = (
    Kind("missing-field", "A required field is missing", 422,
         "Send the image as the multipart field `file`."),
    Kind("invalid-request", "The request is not valid", 422, "See /docs for the parameters."),
    Kind("unknown-target", "There is no such target", 422,
         "Use burden, predicted, mild, moderate or severe."),
    Kind("unknown-version", "There is no such model version", 404, "See /models for a list."),
    Kind("unknown-model", "There is no such model", 404, "The model is called cxr-severity."),
    Kind("malformed-request", "The request cannot be read", 400,
         "Send multipart/form-data as a browser or curl -F does."),
    Kind("incomplete-upload", "The upload was cut off", 400,
         "Send the file again; if it lasts, look at what lies between you and the service.",
         retry=True),
    Kind("headers-too-large", "The request's headers are too large", 431,
         "Send fewer or shorter headers and cookies."),
    Kind("request-too-slow", "The request took too long", 408,
         "Check the connection and try again.", retry=True),
    Kind("unknown-parameter", "There is no such parameter", 422, "See /docs for the parameters."),
    Kind("unsupported-encoding", "The request's content encoding is not supported", 415,
         "Send the body as it is, without Content-Encoding."),
    Kind("unsupported-transfer-coding", "The request's transfer coding is not supported", 501,
         "Send the body as it is, or in chunks alone."),
    Kind("unsupported-media-type", "The request's content type is not supported", 415,
         "Send multipart/form-data with the image as the field `file`."),
    Kind("not-acceptable", "The result cannot be given in that form", 406,
         "Name a form in `Accept` that results are given in; see /docs."),
    Kind("not-found", "Nothing is here", 404, "See /docs for what the service offers."),
    Kind("method-not-allowed", "This method is not allowed here", 405, "See /docs."),
    Kind("credentials-missing", "The caller did not say who they are", 401,
         "Use an API key (`X-API-Key`) or a bearer token, from whoever runs the service."),
    Kind("credentials-invalid", "The key or token is not accepted", 401,
         "Ask whoever runs the service for a new one."),
    Kind("credentials-expired", "The token has expired", 401,
         "Get a new token and try again."),
    Kind("scope-missing", "The caller may not do this", 403,
         "Ask whoever runs the service for a key or a token with this scope."),
    Kind("rate-limited", "Too many images in a short time", 429,
         "Wait as long as `Retry-After` says and try again.", retry=True),
    Kind("archive-damaged", "The archive cannot be read", 422,
         "Make the archive again, as a ZIP without encryption."),
    Kind("archive-too-large", "The archive unpacks to too much", 413,
         "Send the images themselves, or in several archives."),
    Kind("unsafe-path", "The file's name leads out of its archive", 422,
         "Make the archive again from inside its folder."),
    Kind("too-many-images", "There are too many images in one request", 413,
         "Send them in several requests."),
    Kind("upload-too-slow", "The upload took too long", 408,
         "Check the connection and try again, or use a smaller file.", retry=True),
    Kind("not-ready", "The service is not ready", 503,
         "The model may still be loading. Try again in a few seconds; if it lasts, tell whoever "
         "runs the service.", retry=True),
    Kind("busy", "The service is busy", 503,
         "The fault is not in the file. Wait a few seconds and try again.", retry=True),
    Kind("internal-error", "The service failed", 500,
         "The fault is not in the file. Try again; if it lasts, report it with the time.",
         retry=True),
)  # fmt: skip

OF_IMAGES: dict[str, Kind] = {
    kind.code: kind for kind in (*(error.kind() for error in refusals()), *REJECTIONS.values())
}
"""What may be wrong with a file, whoever hands it in."""

OF_CALLERS = ("credentials-missing", "credentials-invalid", "credentials-expired", "scope-missing")
"""What every route may answer that is not open to all."""

KINDS: dict[str, Kind] = {**OF_IMAGES, **{kind.code: kind for kind in _OF_REQUESTS}}
CODES: tuple[str, ...] = tuple(sorted(KINDS))

_OVERRIDE = "{advice} Or ask for a judgement all the same with `force=true`."


def advice_of(kind: Kind, language: Language) -> str:
    """What a caller of the API can do."""
    advice = say(kind.advice, language)
    return say(_OVERRIDE, language, advice=advice) if kind.overridable else advice
