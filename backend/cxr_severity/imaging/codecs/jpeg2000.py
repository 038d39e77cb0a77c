"""The structure of a JPEG 2000 codestream, read without decoding it: ISO 15444-1, Annex A.

OpenJPEG allocates what the header declares, and fills in what is missing without a word. So what
it would allocate for the coding styles (COD, COC) is counted before it sees the stream.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from cxr_severity.imaging.errors import DamagedImageError

_START = b"\xff\x4f\xff\x51"  # SOC and SIZ, which must come first
_SOT, _SOD, _EOC = b"\xff\x90", b"\xff\x93", b"\xff\xd9"
_COD, _COC = b"\xff\x52", b"\xff\x53"
_SIZ_FIXED, _SOT_LENGTH = 42, 12
# OpenJPEG allocates some 6 KB per declared tile before it looks at the first.
_MAX_TILES, _MAX_SEGMENTS, _MAX_COMPONENTS = 4096, 20_000, 4
_SIGNED = 0x80
_STYLE_LENGTH = 5
"""Levels, two sides of a code-block, its style and the wavelet: what every style holds."""
_MAX_LEVELS, _MAX_BLOCK_SIDE, _MAX_BLOCK_AREA = 32, 10, 12
_LARGEST_PRECINCT = 15
# It allocates about 600 bytes for a precinct and for a code-block, needed or not: here at most
# 4 bytes for each sample of the picture. Encoders cut blocks of 32 x 32 or 64 x 64.
_SAMPLES_PER_PART, _PARTS_OF_ANY = 160, 20_000
# Every packet is asked for, even after the data has ended. Encoders write a few dozen layers.
_MAX_PACKETS = 1_000_000
_DAMAGED = "The JPEG 2000 stream is damaged or incomplete."
_TOO_MANY_PARTS = "The JPEG 2000 stream is cut into too many parts for its size."


@dataclass(frozen=True, slots=True)
class Jpeg2000Stream:
    """What the header declares.

    `width` and `height` in pixels, `precision` in bits per sample, 0 when components differ in
    depth or resolution. `clean` is the codestream from its start to its end marker, `end` the
    place behind that in what it was found in. `signed` says that one of its components is.
    """

    width: int
    height: int
    components: int
    precision: int
    clean: bytes
    end: int
    signed: bool


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
    if components > _MAX_COMPONENTS or right <= left or bottom <= top:
        raise DamagedImageError(_DAMAGED)
    if not tile_width or not tile_height or tile_left > left or tile_top > top:
        raise DamagedImageError(_DAMAGED)
    tiles = -(-(right - tile_left) // tile_width) * -(-(bottom - tile_top) // tile_height)
    if not 1 <= tiles <= _MAX_TILES:
        raise DamagedImageError("The JPEG 2000 stream is cut into too many tiles.")
    sides = min(tile_width, right - left), min(tile_height, bottom - top)
    end, styles = _end(data, 4 + length, tiles)
    _check_parts(styles, sides, tiles, components, (right - left) * (bottom - top))
    depths = {depth & 0x7F for depth in specification[::3]}
    alike = len(depths) == 1 and {*specification[1::3], *specification[2::3]} == {1}
    precision = depths.pop() + 1 if alike else 0
    signed = any(depth & _SIGNED for depth in specification[::3])
    return Jpeg2000Stream(
        right - left, bottom - top, components, precision, data[:end], start + end, signed
    )


@dataclass(frozen=True, slots=True)
class _Style:
    """How a component is cut up: Table A.15. Sides are exponents of 2; `precincts` has one pair for
    each resolution, the smallest first."""

    layers: int
    block: tuple[int, int]
    precincts: tuple[tuple[int, int], ...]

    def parts(self, width: int, height: int) -> tuple[int, int]:
        """Precincts, and precincts of all bands with code-blocks, of one component of a tile that
        begins where they do; elsewhere there may be one more along each side."""
        precincts = parts = 0
        for level, (across, down) in enumerate(reversed(self.precincts)):
            lowest = level == len(self.precincts) - 1
            sides = [-(-side // (1 << level)) for side in (width, height)]
            found = _cut(sides[0], across) * _cut(sides[1], down)
            # All but the lowest resolution are three bands of half its size, and so are precincts.
            half, bands = (0, 1) if lowest else (1, 3)
            sides = [-(-side // (1 << half)) for side in sides]
            blocks = _cut(sides[0], max(0, min(self.block[0], across - half)))
            blocks *= _cut(sides[1], max(0, min(self.block[1], down - half)))
            precincts += found
            parts += bands * (found + blocks)
        return precincts, parts


def _cut(side: int, exponent: int) -> int:
    """Pieces of 2 ** exponent samples in `side`."""
    return -(-side >> exponent)


def _check_parts(
    styles: list[_Style], sides: tuple[int, int], tiles: int, components: int, area: int
) -> None:
    """Refuse what would cost memory or time out of all proportion, by the worst of the styles."""
    if not styles:
        raise DamagedImageError(_DAMAGED)
    each = [style.parts(*sides) for style in styles]
    parts = max(parts for _, parts in each) * tiles * components
    packets = max(s.layers * found for s, (found, _) in zip(styles, each, strict=True))
    if parts > max(_PARTS_OF_ANY, area * components // _SAMPLES_PER_PART):
        raise DamagedImageError(_TOO_MANY_PARTS)
    if packets * tiles * components > _MAX_PACKETS:
        raise DamagedImageError(_TOO_MANY_PARTS)


def _style(payload: bytes, component_bytes: int | None, layers: int) -> _Style:
    """Of a COD segment, or with `component_bytes` of a COC segment, without marker and length."""
    skipped = 5 if component_bytes is None else component_bytes + 1
    if len(payload) < skipped + _STYLE_LENGTH:
        raise DamagedImageError(_DAMAGED)
    own_precincts = payload[0 if component_bytes is None else component_bytes] & 1
    if component_bytes is None:
        (layers,) = struct.unpack_from(">H", payload, 2)
    levels, across, down = payload[skipped : skipped + 3]
    block = (across & 15) + 2, (down & 15) + 2
    if levels > _MAX_LEVELS or max(block) > _MAX_BLOCK_SIDE or sum(block) > _MAX_BLOCK_AREA:
        raise DamagedImageError(_DAMAGED)
    precincts = [(_LARGEST_PRECINCT, _LARGEST_PRECINCT)] * (levels + 1)
    if own_precincts:
        sizes = payload[skipped + 5 : skipped + 6 + levels]
        if len(sizes) != levels + 1:
            raise DamagedImageError(_DAMAGED)
        precincts = [(size & 15, size >> 4) for size in sizes]
    return _Style(layers, block, tuple(precincts))


def _end(data: bytes, pos: int, tiles: int) -> tuple[int, list[_Style]]:
    """Where the codestream ends, once every tile was met, and the coding styles on the way there,
    of the main header and of tiles."""
    missing = set(range(tiles))
    styles: list[_Style] = []
    in_tiles = False
    after = 0
    """Where the tile-part ends whose header is being read, 0 outside of one."""
    for _ in range(_MAX_SEGMENTS):
        marker = data[pos : pos + 2]
        if marker == _EOC and not missing and not after:
            return pos + 2, styles
        if marker == _SOD and after:
            pos, after = after, 0
        elif marker == _SOT and not after and pos + _SOT_LENGTH <= len(data):
            in_tiles = True
            index, length = struct.unpack_from(">HI", data, pos + 4)
            missing.discard(index)
            after = pos + max(length, _SOT_LENGTH)
            if not length:
                # Only the last tile-part may leave its length open: it ends where the file does.
                after = data.rfind(_EOC, pos)
                if after < 0 or missing:
                    break
            pos += _SOT_LENGTH
        elif (after or not in_tiles) and pos + 4 <= len(data) and marker[:1] == b"\xff":
            (length,) = struct.unpack_from(">H", data, pos + 2)
            payload = data[pos + 4 : pos + 2 + length]
            if marker in (_COD, _COC):
                layers = styles[0].layers if styles else 1
                styles.append(_style(payload, None if marker == _COD else 1, layers))
            pos += 2 + length
            if after and pos > after:
                break
        else:
            break
    raise DamagedImageError(_DAMAGED)
