"""The end of a ZIP archive (APPNOTE 4.3.16): whether what was read is all that there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from struct import Struct

_END = Struct("<4s4H2IH")
_LOCATOR = Struct("<4sIQI")
_END_64 = Struct("<4sQ")
_END_64_BYTES = 56
TAIL = _END.size + 65_535 + _LOCATOR.size + _END_64_BYTES
"""Bytes at the end of an archive that hold all of its end, with the longest comment; of Zip64, too,
where nothing of a kind that nobody writes (APPNOTE 4.3.14.2) makes its record longer."""


def is_one(tail: bytes, size: int) -> bool:
    """Whether these bytes end as one archive that begins with them, and nothing but zeros follows.

    Of two that were written one behind the other, some programs read the first one alone and others
    the last.

    Args:
        tail: the last `TAIL` of them, or all where they are fewer.
        size: their number.
    """
    at = tail.rfind(b"PK\x05\x06")
    if not 0 <= at <= len(tail) - _END.size:
        return False
    *_, directory, offset, comment = _END.unpack_from(tail, at)
    if tail[at + _END.size + comment :].strip(b"\0"):
        return False
    locator = at - _LOCATOR.size
    if locator >= 0 and tail.startswith(b"PK\x06\x07", locator):
        return _is_one_64(tail, size, locator)
    before: int = size - len(tail) + at - directory - offset
    return before % 2**32 == 0  # some that know no Zip64 leave out what is above


def _is_one_64(tail: bytes, size: int, locator: int) -> bool:
    """Of Zip64, whose numbers stand elsewhere: where the locator says."""
    _, _, place, _ = _LOCATOR.unpack_from(tail, locator)
    at = place - (size - len(tail))
    if not 0 <= at <= locator - _END_64_BYTES:
        return False
    mark, length = _END_64.unpack_from(tail, at)
    ends: int = at + _END_64.size + length  # which counts neither the mark nor itself
    return mark == b"PK\x06\x06" and ends == locator


class Watched:
    """An archive in pieces, of which the end is looked at as they go by."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._tail = b""
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._size += len(piece)
            self._tail = (self._tail + piece[-TAIL:])[-TAIL:]
            yield piece

    @property
    def is_one(self) -> bool:
        """Once all pieces went by: see `is_one`."""
        return is_one(self._tail, self._size)
