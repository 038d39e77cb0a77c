"""The caller's language, from `Accept-Language`; what is said in it stands in `texts`."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Scope

from cxr_severity.api.field_lines import listed, weighted
from cxr_severity.texts.language import ENGLISH, LANGUAGES, Language

_BY_SUBTAG: dict[str, Language] = {tag.split("-")[0].lower(): tag for tag in LANGUAGES}


def negotiate(accepted: str) -> Language:
    """The language that an `Accept-Language` (RFC 9110, 12.5.4) prefers among those spoken here;
    else English."""
    wishes = [
        (weight, language)
        for tag, weight in weighted(accepted)
        if weight > 0 and (language := _BY_SUBTAG.get(tag.split("-")[0])) is not None
    ]
    # `max` keeps the first of those that weigh the same.
    return max(wishes, key=lambda wish: wish[0])[1] if wishes else ENGLISH


def language_of(scope: Scope) -> Language:
    """The language that the request of `scope` asks for."""
    return negotiate(listed(Headers(scope=scope), "accept-language"))


def language_headers(language: Language) -> dict[str, str]:
    """Headers of an answer that depends on the language."""
    return {"Content-Language": language, "Vary": "Accept-Language"}
