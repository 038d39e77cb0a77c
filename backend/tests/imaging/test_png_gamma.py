"""What a PNG says of the exponent that its samples were stored with."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.decode import decode

from . import files
from .corpus import COLOUR, GREY, GREY_16

LINEAR = 1.0
DEEP_COLOUR = COLOUR.astype(np.uint16) * 257
Chunks = list[tuple[bytes, bytes]]


def gama(gamma: float) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", round(gamma * 100_000))


def with_chunks(data: bytes, chunks: Chunks, *, at: int = 1) -> bytes:
    found = files.png_chunks(data)
    return files.png_from(found[:at] + chunks + found[at:])


def png(values: Any) -> bytes:
    """Of any samples, uint8 or uint16."""
    if values.dtype == np.uint8:
        return files.saved(values, "PNG")
    height, width = values.shape[:2]
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[1 if values.ndim == 2 else values.shape[2]]
    rows = np.ascontiguousarray(values.astype(">u2")).view(np.uint8).reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0)
    data = zlib.compress(np.pad(rows, ((0, 0), (1, 0))).tobytes())
    return files.png_from([(b"IHDR", head), (b"IDAT", data), (b"IEND", b"")])


def stored(values: Any, gamma: float) -> Any:
    """Samples that are seen as `values`, but for rounding."""
    top = np.iinfo(values.dtype).max
    return np.rint((values / top) ** (2.2 * gamma) * top).astype(values.dtype)


def pixels(data: bytes) -> Float32Array:
    return decode(data).pixels


@pytest.mark.parametrize("gamma", [LINEAR, 0.6, 0.3])
@pytest.mark.parametrize("values", [GREY_16, DEEP_COLOUR], ids=["grey", "colour"])
def test_samples_are_read_as_they_are_to_be_seen(values: Any, gamma: float) -> None:
    data = with_chunks(png(stored(values, gamma)), [gama(gamma)])
    assert np.abs(pixels(data) - pixels(png(values))).max() < 0.01


@pytest.mark.parametrize("values", [GREY, COLOUR, GREY_16, DEEP_COLOUR])
def test_opacity_is_as_it_is(values: Any) -> None:
    top = np.iinfo(values.dtype).max
    shown = np.rint((values / top) ** (1 / 2.2) * top).astype(values.dtype)
    half = np.full(values.shape[:2], top // 2, values.dtype)
    data = with_chunks(png(np.dstack([values, half])), [gama(LINEAR)])
    assert np.abs(pixels(data) - pixels(png(np.dstack([shown, half])))).max() < 0.005


def test_palettes_and_transparent_values() -> None:
    image = Image.fromarray(COLOUR).quantize(64)
    shown = image.copy()
    palette = np.array(image.getpalette(), np.uint8)
    shown.putpalette(np.rint((palette / 255) ** (1 / 2.2) * 255).astype(np.uint8).tobytes())
    data = with_chunks(files.saved(image, "PNG"), [gama(LINEAR)])
    assert np.abs(pixels(data) - pixels(files.saved(shown, "PNG"))).max() < 0.01
    for values in (GREY, GREY_16):
        value = int(values[20, 20])
        clear = (b"tRNS", struct.pack(">H", value))
        found = pixels(with_chunks(png(values), [gama(LINEAR), clear]))
        opaque = pixels(with_chunks(png(values), [gama(LINEAR)]))
        assert np.allclose(found, np.where(values == value, 0, opaque), atol=1e-6)


@pytest.mark.parametrize("values", [GREY, COLOUR, GREY_16, DEEP_COLOUR])
@pytest.mark.parametrize(
    "chunks",
    [
        [gama(1 / 2.2)], [gama(0.47)], [gama(0.44)], [gama(0)], [(b"gAMA", b"\1")],
        [gama(LINEAR), (b"sRGB", b"\0")], [(b"cICP", b"\1\x0d\0\1"), gama(LINEAR)],
        [(b"iCCP", b"x\0\0"), gama(LINEAR)],
    ],
)  # fmt: skip
def test_without_another_exponent_they_are_as_they_are(values: Any, chunks: Chunks) -> None:
    plain = decode(png(values)).values
    assert np.array_equal(decode(with_chunks(png(values), chunks)).values, plain)


def test_one_that_is_damaged_or_comes_late_says_nothing() -> None:
    plain = pixels(png(GREY))
    data = with_chunks(png(GREY), [gama(LINEAR)])
    damaged = data.replace(struct.pack(">I", 100_000), struct.pack(">I", 100_001))
    assert np.array_equal(pixels(damaged), plain)
    assert np.array_equal(pixels(with_chunks(png(GREY), [gama(LINEAR)], at=2)), plain)
    twice = with_chunks(png(GREY), [gama(LINEAR), gama(0.2)])
    assert np.array_equal(pixels(twice), pixels(data))
