"""Files that would cost memory or time out of all proportion to their size, built by code."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from . import files


def jpeg_2000(
    side: int,
    *,
    block: int = 6,
    precincts: Sequence[int] = (),
    levels: int = 0,
    layers: int = 1,
    tile: int | None = None,
    component: bytes = b"",
    in_tile: bytes = b"",
) -> bytes:
    """A codestream of `side` x `side` 8-bit samples that holds no data.

    `block` and `precincts` (one for each resolution) are exponents of 2 of their sides. `component`
    is a COC segment's payload in the main header, `in_tile` a COD's in each tile's.
    """
    tile = tile or side
    size = struct.pack(">H8IH3B", 0, side, side, 0, 0, tile, tile, 0, 0, 1, 7, 1, 1)
    style = coding_style(block, precincts, levels, layers)
    quantisation = b"\x40" + bytes([0x40] * (3 * levels + 1))
    out = b"\xff\x4f" + _segment(0x51, size) + _segment(0x52, style)
    out += (_segment(0x53, component) if component else b"") + _segment(0x5C, quantisation)
    header = (_segment(0x52, in_tile) if in_tile else b"") + b"\xff\x93\x00"
    for index in range((-(-side // tile)) ** 2):
        out += _segment(0x90, struct.pack(">HIBB", index, 12 + len(header), 0, 1)) + header
    return out + b"\xff\xd9"


def coding_style(
    block: int, precincts: Sequence[int] = (), levels: int = 0, layers: int = 1
) -> bytes:
    """The payload of a COD segment."""
    head = struct.pack(">BBHB", bool(precincts), 0, layers, 0)
    return head + bytes([levels, block - 2, block - 2, 0, 1, *(17 * size for size in precincts)])


def component_style(block: int, precincts: Sequence[int] = (), levels: int = 0) -> bytes:
    """The payload of a COC segment of the first component."""
    sizes = (17 * size for size in precincts)
    return bytes([0, bool(precincts), levels, block - 2, block - 2, 0, 1, *sizes])


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(payload)) + payload


def dicom_of(side: int, stream: bytes) -> bytes:
    """A DICOM object of `side` x `side` 8-bit pixels around a JPEG 2000 stream."""
    square = {tag: (b"US", files.shorts(side)) for tag in (0x00280010, 0x00280011)}
    pixel = np.zeros((1, 1), np.uint8)
    return files.dicom(pixel, syntax=files.JPEG_2000_LOSSLESS, stream=stream, extra=square)


def tiled(side: int, tile: int, *, at: Sequence[int], length: int, compression: int = 5) -> bytes:
    """A TIFF whose tiles of `tile` x `tile` lie at `at`, each `length` bytes long."""
    return files.tiff(
        np.zeros((side, side), np.uint8),
        tags={
            259: compression, 273: None, 278: None, 279: None, 322: tile, 323: tile,
            324: tuple(at), 325: (length,) * len(at),
        },
    )  # fmt: skip
