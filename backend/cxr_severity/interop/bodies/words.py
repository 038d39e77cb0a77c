"""What the page says of findings and problems, taken from where the service says it.

The page switches its language offline, so it carries these words in every language. They are
written for it, never by hand: `cxr-severity words FOLDER`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from cxr_severity.interop.bodies.kinds import KINDS
from cxr_severity.texts.findings import MESSAGES
from cxr_severity.texts.language import LANGUAGES, Language, say

KINDS_FILE = "kinds.json"


def words(language: Language) -> dict[str, Mapping[str, object]]:
    """The sentence of each finding, title and hint of each problem, by code."""
    return {
        "findings": {code: say(message, language) for code, message in MESSAGES.items()},
        "problems": {
            code: {"title": say(kind.title, language), "hint": say(kind.advice, language)}
            for code, kind in KINDS.items()
        },
    }


def write_words(folder: Path) -> None:
    """Write `<language>.json` for each language, and what holds in all of them, `kinds.json`."""
    kinds = {
        code: {"status": kind.status, "retry": kind.retry, "overridable": kind.overridable}
        for code, kind in KINDS.items()
    }
    files = {KINDS_FILE: kinds, **{f"{each}.json": words(each) for each in LANGUAGES}}
    for name, content in files.items():
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / name).write_text(f"{text}\n", encoding="utf-8")
