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

_CODE = re.compile(r"\[U\+")
# With the marks that stand over it, which by themselves would begin the next line.
_LETTERS = re.compile(r"[\s\S][\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0670\u0e31-\u0e4e]*")


def wrap(text: str, fits: Callable[[str], bool]) -> list[str]:
    """`text` in lines that fit, broken between words; a word that fits nowhere is broken between
    letters: of a patient's number nothing may be left beyond the edge."""
    lines, line = [], ""
    for part in _PARTS.findall(text):
        if line and not fits((line + part).rstrip()):
            lines.append(line.rstrip())
            line = ""
        if not line and not fits(part.rstrip()):
            *whole, part = _broken(part, fits)
            lines += whole
        line += part
    return [*lines, line.rstrip()]


def _broken(word: str, fits: Callable[[str], bool]) -> list[str]:
    """A word in pieces that fit, of a letter at least, with the space behind it."""
    if _CODE.match(word):
        return [word]
    pieces: list[str] = []
    piece = ""
    for letter in _LETTERS.findall(word):
        if piece and not fits((piece + letter).rstrip()):
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]


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
