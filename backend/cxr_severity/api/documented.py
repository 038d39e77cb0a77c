"""Headers as the OpenAPI document describes them, for routes and for what holds of all routes."""

from __future__ import annotations

from typing import Any

from cxr_severity.texts.language import LANGUAGES

Header = dict[str, Any]


def header(description: str, kind: str = "string", **more: object) -> Header:
    """An OpenAPI Header Object. `kind` and `more` are of its JSON schema."""
    return {"description": description, "schema": {"type": kind, **more}}


SPOKEN = {"Content-Language": header("Language of the sentences in it", enum=list(LANGUAGES))}
"""Of answers in the caller's language (`accept_language.language_headers`)."""
NOT_KEPT = {"Cache-Control": header("`no-store`: it is about a patient")}
"""Of judgements."""
RETRY_AFTER = {"Retry-After": header("Seconds after which to try again", "integer")}
