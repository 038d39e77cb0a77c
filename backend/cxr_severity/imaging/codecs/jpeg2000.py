"""The structure of a JPEG 2000 codestream, read without decoding it: ISO 15444-1, Annex A.

OpenJPEG allocates what the header declares, and fills in what is missing without a word.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from cxr_severity.imaging.errors import DamagedImageError

_START = b"\xff\x4f\xff\x51"  # SOC and SIZ, which must come first
_SOT, _EOC = b"\xff\x90", b"\xff\xd9"
_SIZ_FIXED, _SOT_LENGTH = 42, 12
# OpenJPEG allocates some 6 KB per declared tile before it looks at the first.
_MAX_TILES, _MAX_SEGMENTS = 4096, 20_000
_DAMAGED = "The JPEG 2000 stream is damaged or incomplete."


@dataclass(frozen=True, slots=True)
class Jpeg2000Stream:
    """What the header declares.

    `width` and `height` in pixels, `precision` in bits per sample, 0 when components differ in
    depth or resolution. `clean` is the codestream from its start to its end marker.
    """

    width: int
    height: int
    components: int
    precision: int
    clean: bytes


def parse_jpeg_2000(data: bytes) -> Jpeg2000Stream:
    """Walk the codestream in `data`, from its main header over all tile-parts to its end.

    Raises:
        DamagedImageError: the structure is broken, or a tile is missing.
    """
    # A JP2 file around the codestream is against DICOM's rules, and is seen in the field.
    start = data.find(_START, 0, 4096)
    if start < 0 or len(data) < start + _SIZ_FIXED:
        raise DamagedImageError(_DAMAGED)
    data = data[start:] if start else data
    length, _, right, bottom, left, top, *tile, components = struct.unpack_from(">HH8IH", data, 4)
    tile_width, tile_height, tile_left, tile_top = tile
    specification = data[_SIZ_FIXED : _SIZ_FIXED + 3 * components]
    if length != 38 + 3 * components or len(specification) < 3 * components or not components:
        raise DamagedImageError(_DAMAGED)
    if not tile_width or not tile_height or tile_left > left or tile_top > top:
        raise DamagedImageError(_DAMAGED)
    tiles = -(-(right - tile_left) // tile_width) * -(-(bottom - tile_top) // tile_height)
    if not 1 <= tiles <= _MAX_TILES:
        raise DamagedImageError("The JPEG 2000 stream is cut into too many tiles.")
    end = _end(data, 4 + length, tiles)
    depths = {depth & 0x7F for depth in specification[::3]}
    alike = len(depths) == 1 and {*specification[1::3], *specification[2::3]} == {1}
    precision = depths.pop() + 1 if alike else 0
    return Jpeg2000Stream(right - left, bottom - top, components, precision, data[:end])


def _end(data: bytes, pos: int, tiles: int) -> int:
    """Where the codestream ends, once every tile was met."""
    missing = set(range(tiles))
    in_tiles = False
    for _ in range(_MAX_SEGMENTS):
        marker = data[pos : pos + 2]
        if marker == _EOC and not missing:
            return pos + 2
        if marker == _SOT and pos + _SOT_LENGTH <= len(data):
            in_tiles = True
            index, length = struct.unpack_from(">HI", data, pos + 4)
            missing.discard(index)
            if not length:
                # Only the last tile-part may leave its length open: it ends where the file does.
                last = data.rfind(_EOC, pos)
                if last > 0 and not missing:
                    return last + 2
                break
            pos += max(length, _SOT_LENGTH)
        elif not in_tiles and pos + 4 <= len(data) and marker[:1] == b"\xff":
            pos += 2 + struct.unpack_from(">H", data, pos + 2)[0]
        else:
            break
    raise DamagedImageError(_DAMAGED)
