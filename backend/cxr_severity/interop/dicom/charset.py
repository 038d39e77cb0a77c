"""Specific Character Set (PS3.3 C.12.1.1.2): which one a result is written in, and decoding.

What names the patient is carried over byte by byte in the film's own character set, so that an
archive matches result and film alike. Only what no reader could decode is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pydicom.charset import (
    CODES_TO_ENCODINGS,
    ENCODINGS_TO_CODES,
    decode_bytes,
    python_encoding,
)

# Latin-9, which is younger than pydicom's tables. They are all that it, and whoever reads or writes
# by it, knows of character sets.
for _term in ("ISO_IR 203", "ISO 2022 IR 203"):
    python_encoding.setdefault(_term, "iso8859_15")
CODES_TO_ENCODINGS.setdefault(b"\x1b-b", "iso8859_15")
ENCODINGS_TO_CODES.setdefault("iso8859_15", b"\x1b-b")

UTF_8 = "ISO_IR 192"
_ASCII = frozenset({"", "ISO_IR 6", "ISO 2022 IR 6"})
# Of each value these begin anew with the first character set: PS3.5 6.1.2.5.3.
_DELIMITERS = set(b"\\^=\r\n\f\t")
_READ_ALONE = frozenset(
    {"ISO_IR 13", "ISO 2022 IR 13", "ISO 2022 IR 87", "ISO 2022 IR 159", "ISO 2022 IR 149"}
    | {"ISO 2022 IR 58", "ISO 2022 58", "ISO 2022 GBK"}
)
"""In which nothing but the film's own bytes is written: a codec of Python knows more letters than
the set has, or pydicom writes none of the escape sequences that it needs."""
_ESCAPE = re.compile("\x1b(?:[ -/]+[0-~])?")
_MISSPELT = re.compile(r"ISO[ _-]IR[ _-](\d+)|ISO[ _-]2022[ _-]IR[ _-](\d+)")


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """Defined terms; none, or an empty first one, is plain ASCII."""

    terms: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether nothing but ASCII is promised."""
        return all(term in _ASCII for term in self.terms)

    @property
    def value(self) -> str | list[str]:
        """As pydicom takes it."""
        return self.terms[0] if len(self.terms) == 1 else list(self.terms)

    def decode(self, value: bytes) -> str:
        """The text of a value; what cannot be read becomes U+FFFD.

        Of escape sequences nothing is left: Python keeps that of GB 2312, and those of sets that
        the film does not name are no letters either.
        """
        return _ESCAPE.sub("", self._decoded(value))

    def _decoded(self, value: bytes) -> str:
        if value.isascii() and b"\x1b" not in value:
            return value.decode("ascii")
        if self.plain:
            # Unlabelled: UTF-8 is hardly ever met by chance, and any other guess would be one.
            return value.decode("utf-8", "replace")
        if len(self.terms) == 1:
            return value.decode(_codec(self.terms[0]), "replace")
        return decode_bytes(value, [_codec(term) for term in self.terms], _DELIMITERS)

    def holds(self, text: str) -> bool:
        """Whether `text` can be written in it."""
        return text.isascii() or any(_encodes(term, text) for term in self.terms)


def _codec(term: str) -> str:
    # An empty first term is ASCII: PS3.3 C.12.1.1.2.
    return "ascii" if term in _ASCII else python_encoding[term]


def _encodes(term: str, text: str) -> bool:
    if term in _READ_ALONE:
        return False
    try:
        text.encode(_codec(term))
    except UnicodeEncodeError:
        return False
    return True


def read(declared: bytes, values: Iterable[bytes]) -> tuple[CharacterSet, bool]:
    """The character set of a data set, and whether its `values` are right under that name.

    A name that the standard does not define is corrected where it is clear what was meant, or where
    the values are UTF-8. Otherwise the values cannot be kept as they are: they must be decoded and
    written as UTF-8.
    """
    text = declared.decode("ascii", "replace").strip(" \0")
    terms = tuple(_spelt(term.strip(" \0")) for term in text.split("\\")) if text else ()
    if all(term in python_encoding for term in terms):
        return CharacterSet(terms), True
    values = list(values)
    if all(value.isascii() for value in values):
        return CharacterSet(), True
    return CharacterSet((UTF_8,)), all(_is_utf_8(value) for value in values)


def _spelt(term: str) -> str:
    if term in python_encoding:
        return term
    found = _MISSPELT.fullmatch(term.upper())
    if not found:
        return term
    return f"ISO_IR {found[1]}" if found[1] else f"ISO 2022 IR {found[2]}"


def _is_utf_8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
