"""One JPEG of strips that several threads have encoded, each its own."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_SOF0, _SOS = 0xC0, 0xDA
_EOI = b"\xff\xd9"
_BLOCK = 8


def join_strips(strips: Sequence[bytes]) -> bytes:
    """The picture whose strips, from top to bottom, are these pictures.

    Where a restart marker stands, a decoder forgets what went before (ITU-T T.81, E.1.4), as the
    encoder of the next strip never knew it: their data can follow each other as they are.

    Args:
        strips: baseline JPEGs by one encoder with the same settings, which differ in nothing but
            their heights. All but the last have the same one, of whole units of 8 rows, or of 16
            where colours are at half size; the last has no more.

    Raises:
        ValueError: when they are no such strips.
    """
    first, *others = strips
    if not others:
        return first
    size, scan, end = _places(first)
    height, width = struct.unpack_from(">HH", first, size)
    sampling = first[size + 6]
    unit_width, unit_height = _BLOCK * (sampling >> 4), _BLOCK * (sampling & 15)
    total = height
    for strip in others:
        (rows,) = struct.unpack_from(">H", strip, size)
        total += rows
        same = strip[:size] == first[:size] and strip[size + 2 : end] == first[size + 2 : end]
        if not same or (rows != height if strip is not strips[-1] else rows > height):
            raise ValueError("the strips are not of one picture")
    units = -(-width // unit_width) * (height // unit_height)
    if height % unit_height or total > 0xFFFF or units > 0xFFFF:
        raise ValueError("the strips are too high, or not of whole units")
    parts = [
        first[:size], struct.pack(">H", total), first[size + 2 : scan],
        struct.pack(">BBHH", 0xFF, 0xDD, 4, units), first[scan : -len(_EOI)],
    ]  # fmt: skip
    for i, strip in enumerate(others):
        parts += [bytes([0xFF, 0xD0 + i % 8]), strip[end : -len(_EOI)]]
    return b"".join([*parts, _EOI])


def _places(jpeg: bytes) -> tuple[int, int, int]:
    """Where the height stands, where the scan's header begins, and where it ends."""
    size, at = 0, 2
    while at + 4 <= len(jpeg):
        marker, length = struct.unpack_from(">xBH", jpeg, at)
        if marker == _SOF0:
            size = at + 5
        elif marker == _SOS and size and jpeg.endswith(_EOI):
            return size, at, at + 2 + length
        at += 2 + length
    raise ValueError("a strip is no baseline JPEG")
