"""Every way a request can fail, as `application/problem+json` (RFC 9457) with a stable code."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.language import ENGLISH, Language, language_headers, language_of, say
from cxr_severity.api.schemas import FindingBody, Problem
from cxr_severity.imaging import errors as imaging
from cxr_severity.model.quality import FindingCode, RejectedError

logger = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
_NOT_FRONTAL = imaging.NotFrontalChestError.code


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: what it is called, its HTTP status, and what its sender can do."""

    code: str
    title: str
    status: int
    advice: str


def _of(error: type[imaging.InputRefusedError], status: int, advice: str) -> Kind:
    return Kind(error.code, error.title, status, advice)


_OR_FORCE = "or ask for a judgement all the same with `force=true`."
_REJECTED: dict[FindingCode, tuple[str, str]] = {
    "cross-section": ("The image is a cross-section", "Send a PA or AP film of the chest"),
    "lateral-projection": ("The image is a lateral film", "Send a PA or AP film of the chest"),
    "inverted-grey-scale": ("The grey scale is inverted", "Invert the picture and send it again"),
    "turned-by-90-degrees": ("The radiograph lies on its side", "Turn the picture upright"),
    "turned-by-180-degrees": ("The radiograph is upside down", "Turn the picture upright"),
    "field-too-small": ("The lungs are too small in the image", "Crop the picture to the chest"),
    "low-resolution": ("The image has too few pixels", "Send the original image"),
}
"""Findings that are a kind of problem of their own; the others that reject are answered
`not-a-frontal-chest-radiograph`."""
REJECTIONS: tuple[str, ...] = tuple(_REJECTED)

_RE_EXPORT = "Export the image again from its source and send that file."

_KINDS = (
    _of(imaging.EmptyFileError, 422, "Choose the file again; its copy may not have finished."),
    _of(imaging.NotAnImageError, 422, "Send a PNG, JPEG, TIFF or DICOM file."),
    _of(imaging.UnsupportedFormatError, 415, "Save the image as PNG, JPEG, TIFF or DICOM."),
    _of(imaging.DamagedImageError, 422, _RE_EXPORT),
    _of(imaging.FileTooLargeError, 413, "Compress or scale the image, or send a smaller export."),
    _of(imaging.ImageTooLargeError, 413, "Scale the image down before sending it."),
    _of(imaging.ImageTooSmallError, 422, "Send the original image, not a thumbnail."),
    _of(imaging.ImageWithoutContrastError, 422, "Check the image, or its window, in a viewer."),
    _of(imaging.MultiFrameError, 422, "Send one image in each request."),
    _of(imaging.UnsupportedColourSpaceError, 422, "Save the image as greyscale or RGB."),
    _of(imaging.DicomNotRadiographError, 422, "Send a CR, DX or secondary capture object."),
    _of(imaging.NotFrontalChestError, 422, "Send a PA or AP film of the chest."),
    _of(imaging.DicomForProcessingError, 422, "Send the object meant for presentation."),
    _of(imaging.DicomWithoutImageError, 422, "Send the image object of the study."),
    _of(imaging.DicomUnsupportedEncodingError, 422, "Send the object uncompressed, as JPEG, "
        "JPEG-LS, JPEG 2000 or RLE."),
    *(
        Kind(code, title, 422, f"{advice}, {_OR_FORCE}")
        for code, (title, advice) in _REJECTED.items()
    ),
    Kind("missing-field", "A required field is missing", 422,
         "Send the image as the multipart field `file`."),
    Kind("invalid-request", "The request is not valid", 422, "See /docs for the parameters."),
    Kind("unknown-target", "There is no such target", 422,
         "Use predicted, mild, moderate or severe."),
    Kind("unknown-version", "There is no such model version", 404, "See /models for a list."),
    Kind("malformed-request", "The request cannot be read", 400,
         "Send multipart/form-data as a browser or curl -F does."),
    Kind("unsupported-media-type", "The request's content type is not supported", 415,
         "Send multipart/form-data with the image as the field `file`."),
    Kind("not-found", "Nothing is here", 404, "See /docs for what the service offers."),
    Kind("method-not-allowed", "This method is not allowed here", 405, "See /docs."),
    Kind("upload-too-slow", "The upload took too long", 408,
         "Check the connection, or send a smaller file."),
    Kind("not-ready", "The service is not ready", 503,
         "Wait and try again; if it lasts, tell whoever runs the service."),
    Kind("busy", "The service is busy", 503, "Wait as long as `Retry-After` says and try again."),
    Kind("internal-error", "The service failed", 500,
         "Try again; if it lasts, report it with the time of the request."),
)  # fmt: skip
KINDS: dict[str, Kind] = {kind.code: kind for kind in _KINDS}


class ApiError(Exception):
    """A failure of the request rather than of the image."""

    def __init__(
        self,
        code: str,
        template: str,
        headers: dict[str, str] | None = None,
        **values: str | float,
    ) -> None:
        self.kind = KINDS[code]
        self.template = template
        self.values = values
        self.headers = headers
        super().__init__(say(template, ENGLISH, **values))


def problem(
    code: str,
    language: Language,
    template: str,
    headers: dict[str, str] | None = None,
    **values: str | float,
) -> JSONResponse:
    body = as_problem(code, say(template, language, **values), language)
    return _response(body, language, headers)


def refused(error: imaging.InputRefusedError, language: Language) -> JSONResponse:
    return problem(error.code, language, error.template, None, **error.values)


def _response(
    body: Problem, language: Language, headers: dict[str, str] | None = None
) -> JSONResponse:
    return JSONResponse(
        body.model_dump(exclude_none=True),
        status_code=body.status,
        headers={**language_headers(language), **(headers or {})},
        media_type=PROBLEM_JSON,
    )


def as_problem(code: str, detail: str, language: Language = ENGLISH) -> Problem:
    kind = KINDS[code]
    return Problem(
        type=f"/problems/{code}",
        title=say(kind.title, language),
        status=kind.status,
        detail=detail,
        code=code,
    )


def as_rejection(error: RejectedError, language: Language = ENGLISH) -> Problem:
    """The gate's findings, under the code of the first that has a kind of its own."""
    code = error.first.code
    kind = code if code in _REJECTED else _NOT_FRONTAL
    body = as_problem(kind, say(error.first.message, language), language)
    findings = [FindingBody.build(finding, language) for finding in error.quality.findings]
    return body.model_copy(update={"findings": findings})


def problem_responses(codes: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for a route's possible problems, one example for each code."""
    responses: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        kind = KINDS[code]
        response = responses.setdefault(
            kind.status,
            {
                "description": "",
                "content": {
                    PROBLEM_JSON: {
                        "schema": {"$ref": "#/components/schemas/Problem"},
                        "examples": {},
                    }
                },
            },
        )
        titles = [response["description"], kind.title]
        response["description"] = "; ".join(title for title in titles if title)
        response["content"][PROBLEM_JSON]["examples"][code] = {
            "value": as_problem(code, kind.advice).model_dump(exclude_none=True)
        }
    return responses


def install(app: FastAPI) -> None:
    """Give every failure of `app` the one form; must come before other middleware is added."""

    @app.exception_handler(ApiError)
    def _api(request: Request, error: ApiError) -> Response:
        language = language_of(request.scope)
        return problem(error.kind.code, language, error.template, error.headers, **error.values)

    @app.exception_handler(imaging.InputRefusedError)
    def _refused(request: Request, error: imaging.InputRefusedError) -> Response:
        return refused(error, language_of(request.scope))

    @app.exception_handler(RejectedError)
    def _rejected(request: Request, error: RejectedError) -> Response:
        language = language_of(request.scope)
        return _response(as_rejection(error, language), language)

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        language = language_of(request.scope)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        if where == "target":
            return problem(
                "unknown-target", language, "`target` is predicted, mild, moderate or severe."
            )
        code = "missing-field" if first["type"] == "missing" else "invalid-request"
        return problem(code, language, "`{field}`: {reason}.", field=where, reason=first["msg"])

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers) if error.headers else None
        language = language_of(request.scope)
        path, method = request.url.path, request.method
        if error.status_code == 404:
            return problem("not-found", language, "There is no {path} here.", headers, path=path)
        if error.status_code == 405:
            return problem(
                "method-not-allowed", language, "{method} is not allowed here.", headers,
                method=method,
            )  # fmt: skip
        return problem("malformed-request", language, "{reason}", headers, reason=error.detail)

    @app.exception_handler(ClientDisconnect)
    def _gone(_: Request, __: ClientDisconnect) -> Response:
        # Nobody is left to read it; the status only keeps the access log truthful.
        return Response(status_code=499)

    app.add_middleware(_Unforeseen)


class _Unforeseen:
    """Answers for exceptions that nothing expected.

    Starlette's own place for them is outside of all middleware, where the answer would miss its
    security and CORS headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            logger.exception("%s %s failed", scope["method"], scope["path"])
            response = problem(
                "internal-error",
                language_of(scope),
                "Something failed inside the service; it was logged.",
            )
            await response(scope, receive, send)
