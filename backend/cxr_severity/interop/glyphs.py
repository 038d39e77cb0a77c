"""Which font of a PDF has which letter, and what is printed of a letter that none has.

A letter that a font lacks leaves no trace on the page, and a name or a number without it is that
of another patient. So fonts are asked for each letter (their cmap), and what none of them has is
printed as its code.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from unicodedata import category, normalize

from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from cxr_severity.interop.direction import joined, turned
from cxr_severity.interop.wrap import is_latin

_LAST_OF_A_UNIT = 0xFFFF
_PLAIN, _BOLD, _UNEMBEDDED = "Helvetica", "Helvetica-Bold", "STSong-Light"
_CJK = re.compile("[\u2e80-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")
# A font may have these letters, and yet they are read only as a shaper arranges them, which PDF
# lacks: of Syriac, N'Ko, India, Tibet, Burma, parts of Hangul, Khmer, Mongolia and their kin.
_ARRANGED = re.compile(
    "[\u0700-\u074f\u07c0-\u085f\u0900-\u0dff\u0f00-\u109f\u1100-\u11ff\u1700-\u18af\u1900-\u1cff"
    "\ua800-\ua8ff\ua930-\uabff\ud7b0-\ud7ff\U00010a00-\U00011fff]"
)
# Selectors of a variant and fillers are no controls by their category, and show nothing.
_HIDDEN = re.compile("[\u034f\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
# What one letter can stand for. All of NFC would also exchange ideographs of names for others.
_PARTED = re.compile(
    "[^\\s\u0300-\u036f][\u0300-\u036f]+|[\u3040-\u30ff][\u3099\u309a]"
    "|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?"
)


class Letters:
    """The fonts of a page: PDF's Latin ones, then those of files, then a reader's Chinese one.

    Args:
        font: with Chinese letters, the first for them and the last for others; None for none.
        others: font files for what is neither Latin nor Chinese, in this order. Of all of them,
            what cannot be put into a page is passed over.
    """

    def __init__(self, font: Path | None, others: tuple[Path, ...]) -> None:
        named = () if font is None else (font,)
        self._chinese, self._foreign = (*named, *others), (*others, *named)

    def shown(self, text: str) -> tuple[str, bool]:
        """What is printed for `text`, and whether all its letters could be drawn.

        Letters in parts are put together, Arabic ones joined; a letter of no font is its code in
        brackets, such as `[U+0158]`.
        """
        whole = _PARTED.sub(lambda parts: normalize("NFC", parts[0]), text)
        whole = joined(whole, lambda letter: self._font(letter) is not None)
        known = [self._font(letter) is not None for letter in whole]
        shown = (
            letter if drawn else f"[U+{ord(letter):04X}]"
            for letter, drawn in zip(whole, known, strict=True)
        )
        return "".join(shown), all(known)

    def runs(self, line: str, bold: bool) -> list[tuple[str, str]]:
        """A line of what is `shown`, from left to right in runs of one font, each behind its
        font's name."""
        plain = _BOLD if bold else _PLAIN
        parts = groupby(turned(line), lambda letter: self._font(letter) or _PLAIN)
        return [(plain if font == _PLAIN else font, "".join(part)) for font, part in parts]

    def _font(self, letter: str) -> str | None:
        """The name of the first font that has it."""
        if is_latin(letter):
            return _PLAIN if letter >= " " and letter != "\x7f" else None
        if category(letter)[0] == "C" or category(letter) in ("Zl", "Zp"):
            return None
        if _HIDDEN.match(letter) or _ARRANGED.match(letter):
            return None
        # reportlab would draw it, and tell whoever copies it or searches for it that it is another:
        # it writes the code as if it were a UTF-16 one, of which the fifth digit is cut.
        if ord(letter) > _LAST_OF_A_UNIT:
            return None
        chinese = _CJK.match(letter) is not None
        for path in self._chinese if chinese else self._foreign:
            if ord(letter) in _covered(path):
                return str(path.stem)
        return _unembedded() if chinese and _is_gbk(letter) else None


@lru_cache(maxsize=32)
def _covered(path: Path) -> frozenset[int]:
    """The letters of a font file, which is then registered by its stem; none where it cannot be
    put into a page, as those of PostScript's outlines."""
    try:
        font = TTFont(path.stem, str(path))
    except (TTFError, OSError):
        return frozenset()
    registerFont(font)
    # Glyph 0 is the box for what a font lacks.
    return frozenset(code for code, glyph in font.face.charToGlyph.items() if glyph)


@lru_cache(maxsize=1)
def _unembedded() -> str:
    """Every PDF reader has to have a font for Adobe's Chinese letters, so none is put in."""
    registerFont(UnicodeCIDFont(_UNEMBEDDED))
    return _UNEMBEDDED


def _is_gbk(letter: str) -> bool:
    """Whether it is one of Adobe's Chinese letters (Adobe-GB1-2 holds those of GBK)."""
    try:
        letter.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True
