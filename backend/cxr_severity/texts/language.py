"""What is said in each language.

The service writes English; `<language>.json` beside this file holds each sentence with its
translation, with the same `{names}` of what varies in it. A sentence that is new goes into each of
these files: a test fails until it does. Codes, field names and log lines stay as they are.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Literal, get_args

Language = Literal["en", "ms", "zh-CN"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
ENGLISH: Language = "en"


def _read(language: Language) -> dict[str, str]:
    file = files("cxr_severity.texts") / f"{language}.json"
    texts: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return texts


TRANSLATIONS: dict[Language, dict[str, str]] = {
    language: _read(language) for language in LANGUAGES if language != ENGLISH
}


def say(text: str, language: Language, **values: str | float) -> str:
    """`text` in `language`, with `values` for its `{names}`; in English where it is not known."""
    known = TRANSLATIONS.get(language, {}).get(text, text)
    return known.format(**values) if values else known
