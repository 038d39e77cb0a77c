"""Which form of a result a request asks for: `Accept` (RFC 9110, 12.5.1), `object` for DICOM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cxr_severity.api.errors import ApiError
from cxr_severity.api.field_lines import weighted
from cxr_severity.interop.forms import FORMS, Form

DicomObject = Literal["sr", "sc", "gsps"]
JSON, LINES = "application/json", "application/x-ndjson"
DICOM = "application/dicom"

MEDIA_TYPES = (JSON, LINES, *dict.fromkeys(form.media_type for form in FORMS.values()))
"""What can be answered, the preferred ones first, for requests that leave the choice open."""

_BY_MEDIA_TYPE = {form.media_type: form for form in FORMS.values() if form.media_type != DICOM}


def form_of(accept: str, dicom_object: DicomObject) -> Form | Literal["json", "lines"]:
    """The form that `accept` likes best; JSON where it says nothing.

    Raises:
        ApiError: `not-acceptable`: none of `MEDIA_TYPES` is asked for.
    """
    media_type = _best(accept, MEDIA_TYPES)
    if media_type == JSON:
        return "json"
    if media_type == LINES:
        return "lines"
    return FORMS[dicom_object] if media_type == DICOM else _BY_MEDIA_TYPE[media_type]


def lines_alone(accept: str) -> None:
    """Raises ApiError: `not-acceptable`: lines of JSON are not what is asked for."""
    _best(accept, (LINES,))


def media_type_of(form: Form | Literal["json", "lines"]) -> str:
    if isinstance(form, Form):
        return form.media_type
    return JSON if form == "json" else LINES


def _best(accept: str, media_types: Sequence[str]) -> str:
    """The one that `accept` likes best; the first where it says nothing."""
    wishes = weighted(accept)
    if not wishes:
        return media_types[0]
    liked = [(_liking(media_type, wishes), media_type) for media_type in media_types]
    # `max` keeps the first, preferred one of those that are liked the same.
    (share, _), media_type = max(liked, key=lambda pair: pair[0])
    if share <= 0:
        raise ApiError(
            "not-acceptable",
            "Results are given as {types}; the request asks for none of them.",
            types=", ".join(media_types),
        )
    return media_type


def _liking(media_type: str, wishes: list[tuple[str, float]]) -> tuple[float, int]:
    """The weight of the most specific range that matches a type, and how specific that is: of types
    with the same weight, one that is named goes before one that only a wildcard matches."""
    ranges = (media_type, media_type.split("/")[0] + "/*", "*/*")
    for exact, name in zip((2, 1, 0), ranges, strict=True):
        weights = [weight for wish, weight in wishes if wish == name]
        if weights:
            return max(weights), exact
    return 0.0, 0
