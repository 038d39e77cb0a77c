"""The caller's language, from `Accept-Language`; what is said in it stands in `texts`."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Scope

from cxr_severity.texts.language import ENGLISH, LANGUAGES, Language

_BY_SUBTAG: dict[str, Language] = {tag.split("-")[0].lower(): tag for tag in LANGUAGES}
_LONGEST = 1_000
"""How many letters of `Accept-Language` are read; browsers send a few dozen."""


def negotiate(accepted: str) -> Language:
    """The language that an `Accept-Language` (RFC 9110, 12.5.4) prefers among those spoken here;
    else English."""
    wishes: list[tuple[float, Language]] = []
    for wish in accepted[:_LONGEST].split(","):
        tag, _, weight = wish.partition(";")
        language = _BY_SUBTAG.get(tag.strip().split("-")[0].lower())
        share = _weight(weight)
        if language is not None and share > 0:
            wishes.append((share, language))
    # `max` keeps the first of those that weigh the same.
    return max(wishes, key=lambda wish: wish[0])[1] if wishes else ENGLISH


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def language_of(scope: Scope) -> Language:
    """The language that the request of `scope` asks for."""
    return negotiate(Headers(scope=scope).get("accept-language", ""))


def language_headers(language: Language) -> dict[str, str]:
    """Headers of an answer that depends on the language."""
    return {"Content-Language": language, "Vary": "Accept-Language"}
