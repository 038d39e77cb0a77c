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
    STAND_ALONE_ENCODINGS,
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
_BEHIND = ("ISO 2022 IR 87", "ISO 2022 IR 159")
"""Which have no ASCII, in which a value begins and our words are: never the first."""
_EXTENSION = "ISO 2022"
_MISSPELT = re.compile(r"ISO[ _-]IR[ _-](\d+)|ISO[ _-]2022[ _-]IR[ _-](\d+)")


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """Defined terms; none, or an empty first one, is plain ASCII. Behind the first stand those of
    code extensions alone: no other is read or written."""

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
        extended = (term for term in self.terms[1:] if term.startswith(_EXTENSION))
        return text.isascii() or any(_encodes(term, text) for term in (*self.terms[:1], *extended))


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
    the values tell: by their escape sequences, or as they are UTF-8. Otherwise the values cannot be
    kept as they are: they must be decoded and written as UTF-8.
    """
    text = declared.decode("ascii", "replace").strip(" \0")
    terms = tuple(_spelt(term.strip(" \0")) for term in text.split("\\")) if text else ()
    values = list(values)
    if all(term in python_encoding for term in terms):
        terms = _together(terms, values)
        first = ("",) if terms[:1] and terms[0] in _BEHIND else ()
        return CharacterSet((*first, *terms)), True
    if escaped := _escaped(values):
        return CharacterSet(("", *escaped)), True
    if all(value.isascii() for value in values):
        return CharacterSet(), True
    return CharacterSet((UTF_8,)), all(_is_in(UTF_8, value) for value in values)


def _spelt(term: str) -> str:
    if term in python_encoding:
        return term
    found = _MISSPELT.fullmatch(term.upper())
    if not found:
        return term
    # Of some sets there is one of the two names alone.
    names = f"ISO_IR {found[1] or found[2]}", f"{_EXTENSION} IR {found[1] or found[2]}"
    return next((name for name in names[:: 1 if found[1] else -1] if name in python_encoding), term)


def _together(terms: tuple[str, ...], values: list[bytes]) -> tuple[str, ...]:
    """Of several terms those that may stand together (PS3.3 C.12.1.1.2): all must be of code
    extensions, but for an empty first one.

    Otherwise escape sequences tell that the sets change within a value. Without any, all is in one
    of them: in UTF-8, which is hardly ever met by chance, or in the first that is more than ASCII.
    """
    if len(terms) < 2 or all(
        term.startswith(_EXTENSION) or (at == 0 and not term) for at, term in enumerate(terms)
    ):
        return terms
    others = [term for term in terms if term not in (*STAND_ALONE_ENCODINGS, *_ASCII)]
    if others and any(b"\x1b" in value for value in values):
        first = "" if terms[0] in STAND_ALONE_ENCODINGS else terms[0]
        behind = (term for term in terms[1:] if term and term not in STAND_ALONE_ENCODINGS)
        return tuple(term.replace("ISO_IR", f"{_EXTENSION} IR") for term in (first, *behind))
    alone = [term for term in terms if term in STAND_ALONE_ENCODINGS]
    for term in alone:
        if (term == UTF_8 or not others) and all(_is_in(term, value) for value in values):
            return (term,)
    return tuple((others or alone)[:1])


def _escaped(values: list[bytes]) -> list[str]:
    """The sets, beside ASCII, that the values change to."""
    return [
        term
        for term, codec in python_encoding.items()
        if term.startswith(f"{_EXTENSION} IR")
        and term not in _ASCII
        and any(ENCODINGS_TO_CODES[codec] in value for value in values)
    ]


def _is_in(term: str, value: bytes) -> bool:
    try:
        value.decode(_codec(term))
    except UnicodeDecodeError:
        return False
    return True
