"""An image file directory, the structure that TIFF and EXIF share, read from its bytes."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from cxr_severity.imaging.errors import DamagedImageError

SHORT, LONG, RATIONAL, _FLOAT, _DOUBLE = 3, 4, 5, 11, 12
"""Kinds of unsigned integers of 16 and 32 bits, of a fraction, and of floating-point numbers."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_INTEGERS = {1: "B", SHORT: "H", LONG: "I"}
_FLOATS = {_FLOAT: "f", _DOUBLE: "d"}
_MAX_VALUES = 1 << 18


@dataclass(frozen=True, slots=True)
class Entry:
    """`count` values of a `kind`, as TIFF numbers its types."""

    kind: int
    count: int
    raw: bytes
    """The entry as it stands in the directory, 12 bytes."""
    at: int
    """Where its values begin in the file."""


def byte_order(data: bytes) -> str:
    """struct's sign for the byte order that `data` begins with."""
    return "<" if data[:2] == b"II" else ">"


def directory(
    data: bytes, offset: int, order: str, *, strict: bool = True
) -> tuple[dict[int, Entry], int]:
    """Entries by tag, those of unknown type left out, and the next directory's offset or 0.

    Unless `strict`, what lies beyond the end of `data` is left out instead of refused.

    Raises:
        DamagedImageError: the directory does not lie in `data`, or strictly, its values do not.
    """
    if offset < 8 or offset + 2 > len(data):
        raise DamagedImageError("The TIFF file ends before its directory.")
    (count,) = struct.unpack_from(order + "H", data, offset)
    start, end = offset + 2, offset + 2 + 12 * count
    if end + 4 * strict > len(data):
        raise DamagedImageError("The TIFF file ends within its directory.")
    entries: dict[int, Entry] = {}
    for pos in range(start, end, 12):
        tag, kind, number = struct.unpack_from(order + "HHI", data, pos)
        size = _SIZES.get(kind, 0) * number
        at = pos + 8
        if size > 4:
            (at,) = struct.unpack_from(order + "I", data, pos + 8)
        if at + size > len(data):
            if not strict:
                continue
            raise DamagedImageError("The TIFF file ends before what its directory points to.")
        if size:
            entries.setdefault(tag, Entry(kind, number, data[pos : pos + 12], at))
    return entries, struct.unpack_from(order + "I", data, end)[0] if strict else 0


def first_directory(exif: bytes) -> tuple[dict[int, Entry], str] | None:
    """Entries and byte order of a TIFF structure's first directory; None when it is broken, as
    broken metadata does not make a broken picture."""
    if len(exif) < 8 or exif[:2] not in (b"II", b"MM"):
        return None
    order = byte_order(exif)
    (offset,) = struct.unpack_from(order + "I", exif, 4)
    try:
        entries, _ = directory(exif, offset, order, strict=False)
    except DamagedImageError:
        return None
    return entries, order


def number(data: bytes, entry: Entry | None, order: str) -> float | None:
    """The first value of an entry of positive numbers of any kind; None where there is none, or
    where it is infinite or not a number."""
    if entry is None:
        return None
    if entry.kind == RATIONAL:
        above, below = struct.unpack_from(order + "2I", data, entry.at)
        return above / below if below else None
    letter = (_INTEGERS | _FLOATS).get(entry.kind)
    if letter is None:
        return None
    value = float(struct.unpack_from(order + letter, data, entry.at)[0])
    return value if math.isfinite(value) else None


def integers(data: bytes, entry: Entry, order: str) -> tuple[int, ...]:
    """The values of an entry of unsigned integers.

    Raises:
        DamagedImageError: values of another kind, or too many.
    """
    if entry.kind not in _INTEGERS or entry.count > _MAX_VALUES:
        raise DamagedImageError("The TIFF file's directory is damaged.")
    return struct.unpack_from(f"{order}{entry.count}{_INTEGERS[entry.kind]}", data, entry.at)
