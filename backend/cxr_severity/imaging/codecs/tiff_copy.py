"""A copy of a TIFF file behind another directory, for the decoder."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from cxr_severity.imaging.ifd import SHORT, Entry, integers

if TYPE_CHECKING:
    from collections.abc import Mapping

COLOUR_MAP = 320
_BYTE, _TO_16_BITS = 255, 257


def with_directory(data: bytes, entries: Mapping[int, Entry], order: str) -> bytes:
    """`data` with a new directory behind it that holds `entries` alone.

    Many writers leave values of 8 bits in a palette, where the standard has 16: their white would
    be black. A palette without a greater value is written anew.

    Raises:
        DamagedImageError: the palette is none of unsigned integers.
    """
    raws = {tag: entry.raw for tag, entry in entries.items()}
    behind = b"\x00" * (len(data) % 2)
    if COLOUR_MAP in entries:
        palette = np.array(integers(data, entries[COLOUR_MAP], order))
        if palette.max() <= _BYTE and palette.size > 2:
            at = len(data) + len(behind)
            raws[COLOUR_MAP] = struct.pack(order + "HHII", COLOUR_MAP, SHORT, palette.size, at)
            behind += (palette * _TO_16_BITS).astype(order + "u2").tobytes()
    directory = b"".join(
        [struct.pack(order + "H", len(raws)), *(raws[tag] for tag in sorted(raws)), bytes(4)]
    )
    header = data[:4] + struct.pack(order + "I", len(data) + len(behind))
    return b"".join([header, memoryview(data)[8:], behind, directory])


def short(tag: int, value: int, order: str) -> Entry:
    """An entry of one number, as it stands in a directory of its own."""
    return Entry(SHORT, 1, struct.pack(order + "HHIHH", tag, SHORT, 1, value, 0), 0)
