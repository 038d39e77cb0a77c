"""The caller's language: which one is asked for, and what is said in it.

The service writes English; `texts/<language>.json` holds each sentence beside its translation,
with the same `{names}` of what varies in it. A sentence that is new goes into each of these files:
a test fails until it does. Codes, field names and log lines stay as they are.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Literal, get_args

from starlette.datastructures import Headers
from starlette.types import Scope

Language = Literal["en", "ms", "zh-CN"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
ENGLISH: Language = "en"

_BY_SUBTAG: dict[str, Language] = {tag.split("-")[0].lower(): tag for tag in LANGUAGES}
_LONGEST = 1_000
"""Letters of `Accept-Language` that are read; browsers send some dozens."""


def _read(language: Language) -> dict[str, str]:
    file = files("cxr_severity.api") / "texts" / f"{language}.json"
    texts: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return texts


TRANSLATIONS: dict[Language, dict[str, str]] = {
    language: _read(language) for language in LANGUAGES if language != ENGLISH
}


def say(text: str, language: Language, **values: str | float) -> str:
    """`text` in `language`, with `values` for its `{names}`; in English where it is not known."""
    known = TRANSLATIONS.get(language, {}).get(text, text)
    return known.format(**values) if values else known


def negotiate(accepted: str) -> Language:
    """The language of an `Accept-Language` (RFC 9110, 12.5.4) that comes first; else English."""
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
    """What the request of `scope` asks for."""
    return negotiate(Headers(scope=scope).get("accept-language", ""))


def language_headers(language: Language) -> dict[str, str]:
    """What an answer that depends on the language says of it."""
    return {"Content-Language": language, "Vary": "Accept-Language"}
