"""Where the pixels of a TIFF file lie: strips or tiles, checked before one of them is decoded."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cxr_severity.imaging.errors import DamagedImageError

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH, HEIGHT, BITS, COMPRESSION = 256, 257, 258, 259
STRIP_OFFSETS, SAMPLES, STRIP_BYTES = 273, 277, 279
ROWS_PER_STRIP, PLANAR = 278, 284
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES = 322, 323, 324, 325
UNCOMPRESSED, JPEG = 1, 7
"""Of `COMPRESSION`."""
PLANES = 2
"""Of `PLANAR`: each sample's values lie together."""
_MAX_EXCESS, _TILE_OF_ANY = 3, 1 << 22
"""Tiles may have this many times the picture's pixels, and one of 2048 x 2048 more."""


def check_parts(
    tags: Mapping[int, tuple[int, ...]], size: int
) -> tuple[tuple[int, int], tuple[tuple[int, int], ...], tuple[int, ...]]:
    """Strips or tiles are as many and as large as the picture needs, lie inside the file, and share
    no bytes. So nothing is decoded that the file did not bring, nor more than the picture shows.

    Args:
        tags: the directory's, of which width, height and samples have been checked.
        size: of the file, in bytes.

    Raises:
        DamagedImageError: they are not.

    Returns:
        `TiffFile.part_size`, `TiffFile.parts` and `TiffFile.part_rows`.
    """
    (width,), (height,) = tags[WIDTH], tags[HEIGHT]
    part_width, part_height = width, min(height, tags.get(ROWS_PER_STRIP, (height,))[0])
    offsets, lengths = tags.get(STRIP_OFFSETS, ()), tags.get(STRIP_BYTES, ())
    if TILE_OFFSETS in tags:
        if offsets:
            raise DamagedImageError("The TIFF file's directory is damaged.")
        offsets, lengths = tags[TILE_OFFSETS], tags.get(TILE_BYTES, ())
        part_width, part_height = tags.get(TILE_WIDTH, (0,))[0], tags.get(TILE_HEIGHT, (0,))[0]
    if not part_width or not part_height:
        raise DamagedImageError("The TIFF file declares parts without width or height.")
    needed = -(-width // part_width) * -(-height // part_height)
    if needed * part_width * part_height > _MAX_EXCESS * width * height + _TILE_OF_ANY:
        raise DamagedImageError("The TIFF file declares tiles that are larger than a picture.")
    if tags.get(PLANAR, (1,))[0] == PLANES:
        needed *= tags.get(SAMPLES, (1,))[0]
    if len(offsets) < needed:
        raise DamagedImageError("The TIFF file lacks a part of its picture.")
    if len(offsets) > needed:
        raise DamagedImageError("The TIFF file declares more parts than its picture has.")
    if not lengths and needed == 1:
        # The only strip may leave out its length.
        lengths = (max(0, size - offsets[0]),)
    if len(lengths) != needed:
        raise DamagedImageError("The TIFF file's directory is damaged.")
    parts = tuple((at, at + length) for at, length in zip(offsets, lengths, strict=True))
    if any(end > size for _, end in parts):
        raise DamagedImageError("The TIFF file ends before its picture is complete.")
    if any(start < end for (_, end), (start, _) in pairwise(sorted(parts))):
        raise DamagedImageError("The TIFF file's parts share their bytes.")
    rows = _rows(tags, part_height, needed)
    shortest = _shortest(tags, part_width, rows)
    if any(length < least for length, least in zip(lengths, shortest, strict=True)):
        raise DamagedImageError("The TIFF file lacks a part of its picture.")
    is_jpeg = tags.get(COMPRESSION, (UNCOMPRESSED,))[0] == JPEG
    jpegs = (parts, rows) if is_jpeg else ((), ())
    return (part_width, part_height), *jpegs


def _rows(tags: Mapping[int, tuple[int, ...]], part_height: int, number: int) -> tuple[int, ...]:
    """The rows that each of `number` parts must hold: the last strip of a plane those that are
    left, while a tile is whole."""
    rows = [part_height] * number
    if TILE_OFFSETS not in tags:
        (height,) = tags[HEIGHT]
        strips = -(-height // part_height)
        rows[strips - 1 :: strips] = [height - (strips - 1) * part_height] * (number // strips)
    return tuple(rows)


def _shortest(
    tags: Mapping[int, tuple[int, ...]], part_width: int, rows: tuple[int, ...]
) -> list[int]:
    """The bytes below which each part lacks some of its rows; of compressed ones, it is not known
    how many these are. Pillow reads what is not compressed by its rows and not by its length:
    missing ones would be taken from whatever follows in the file."""
    if tags.get(COMPRESSION, (UNCOMPRESSED,))[0] != UNCOMPRESSED:
        return [1] * len(rows)
    samples = 1 if tags.get(PLANAR, (1,))[0] == PLANES else tags.get(SAMPLES, (1,))[0]
    row = -(-part_width * samples * tags.get(BITS, (1,))[0] // 8)
    return [max(1, row * each) for each in rows]
