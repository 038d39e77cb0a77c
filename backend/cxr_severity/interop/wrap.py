"""Text in lines no wider than their place, and in runs of one font."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby

# A word with the space behind it; every Chinese letter is one, with the marks that close it, and so
# is the code that stands for a letter of no font: a name may consist of many.
_PARTS = re.compile(
    r"\[U\+[0-9A-F]{4,6}\]\s*|[\u2e80-\u9fff\uff00-\uffef][，。；：！？、）]*|(?:(?!\[U\+[0-9A-F]{4,6}\])[^\s\u2e80-\u9fff\uff00-\uffef])+\s*|\s+"
)


def wrap(text: str, fits: Callable[[str], bool]) -> list[str]:
    """`text` in lines that fit, broken between words; a word that fits nowhere is a line."""
    lines, line = [], ""
    for part in _PARTS.findall(text):
        if line and not fits((line + part).rstrip()):
            lines.append(line.rstrip())
            line = ""
        line += part
    return [*lines, line.rstrip()]


def runs(text: str) -> list[tuple[bool, str]]:
    """`text` in runs; the first of each pair tells whether a Latin font has its letters."""
    return [(latin, "".join(part)) for latin, part in groupby(text, is_latin)]


def is_latin(text: str) -> bool:
    """Whether fonts that know Latin letters alone can write it (Windows-1252, as PDF's own do)."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
