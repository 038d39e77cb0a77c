"""Colour of 16 bits keeps them: a film that was saved as RGB may use only the lowest."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import DamagedImageError

from . import files
from .corpus import GREY_16

TEN = files.pattern(64, 56, 1023)
RNG = np.random.default_rng(3)
COLOUR = RNG.integers(0, 1 << 16, (64, 56, 4), dtype=np.uint16)
LUMA = np.rint(COLOUR[..., :3] @ [0.299, 0.587, 0.114]) / 65535


def _tiff(samples: NDArray[Any], order: Any = "<", **tags: Any) -> bytes:
    """RGB of 16 bits in strips of 16 rows; `tags` by a letter before their number."""
    given = {int(tag[1:]): value for tag, value in tags.items()}
    words = samples.astype(samples.dtype.newbyteorder(order))
    if given.get(317) == 2:
        words = samples.copy()
        words[:, 1:] -= samples[:, :-1]
        words = words.astype(samples.dtype.newbyteorder(order))
    strips = [words[top : top + 16].tobytes() for top in range(0, len(samples), 16)]
    if given.get(259) == 8:
        strips = [zlib.compress(strip) for strip in strips]
    starts = [8 + sum(map(len, strips[:i])) for i in range(len(strips))]
    height, width, number = samples.shape
    body = np.frombuffer(b"".join(strips), np.uint8)[None]
    layout: dict[int, Any] = {
        256: width, 257: height, 258: (16,) * number, 277: number, 278: 16,
        273: tuple(starts), 279: tuple(map(len, strips)),
    }  # fmt: skip
    return files.tiff(body, photometric=2, order=order, tags=layout | given)


@pytest.mark.parametrize("samples", [3, 4])
def test_a_film_of_ten_bits(samples: int) -> None:
    opaque = [np.full_like(TEN, 65535)] * (samples - 3)
    film = np.dstack([TEN] * 3 + opaque)
    extra = {"t338": 2} if samples == 4 else {}
    for data in (bytes(imagecodecs.png_encode(film)), _tiff(film, **extra)):
        found = decode(data)
        np.testing.assert_array_equal(found.pixels, (TEN / 65535).astype(np.float32))
        assert found.source.bit_depth == 16
        assert found.source.colour == 0


def test_png_is_its_luminance_on_black() -> None:
    got = decode(bytes(imagecodecs.png_encode(COLOUR[..., :3].copy()))).pixels
    np.testing.assert_allclose(got, LUMA, atol=2e-5)
    got = decode(bytes(imagecodecs.png_encode(COLOUR))).pixels
    np.testing.assert_allclose(got, LUMA * COLOUR[..., 3] / 65535, atol=2e-5)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("compression", "predictor"), [(1, 1), (8, 1), (8, 2)])
def test_tiff_is_its_luminance(order: Any, compression: int, predictor: int) -> None:
    packing = {"t259": compression, "t317": predictor}
    got = decode(_tiff(COLOUR[..., :3].copy(), order, **packing)).pixels
    np.testing.assert_allclose(got, LUMA, atol=2e-5)
    # Nothing, or opacity, or opacity that the colours were multiplied by.
    for said, expected in ((0, LUMA), (2, LUMA * COLOUR[..., 3] / 65535), (1, LUMA)):
        got = decode(_tiff(COLOUR, order, t338=said, **packing)).pixels
        np.testing.assert_allclose(got, expected, atol=2e-5)


def test_how_colourful_it_is_does_not_hang_on_the_bits_in_use() -> None:
    photograph = RNG.integers(0, 256, (8, 7, 3)).repeat(8, 0).repeat(8, 1)
    expected = decode(files.saved(photograph.astype(np.uint8), "PNG")).source.colour
    for scale in (4, 257):
        data = bytes(imagecodecs.png_encode((photograph * scale).astype(np.uint16)))
        assert abs(decode(data).source.colour - expected) < 0.01


def test_data_that_is_missing_is_damage() -> None:
    film = np.dstack([GREY_16] * 3)
    (head, image, end) = files.png_chunks(bytes(imagecodecs.png_encode(film)))[:3]
    rows = zlib.decompress(image[1])
    for short in (zlib.compress(rows[: len(rows) // 2]), image[1][: len(image[1]) // 2]):
        with pytest.raises(DamagedImageError):
            decode(files.png_from([head, (b"IDAT", short), (b"IEND", b"")]))
    assert end[0] == b"IEND"
    broken = bytearray(_tiff(film, t259=8))
    broken[8:60] = bytes(52)
    with pytest.raises(DamagedImageError):
        decode(bytes(broken))


def test_a_transparent_colour() -> None:
    rows = np.zeros((64, 1 + 64 * 6), np.uint8)
    rows[:, 1:] = 0x80
    rows[:32, 2::2] = 0x81
    head = struct.pack(">IIBBBBB", 64, 64, 16, 2, 0, 0, 0)
    data = files.png_from(
        [(b"IHDR", head), (b"tRNS", struct.pack(">HHH", *[0x8080] * 3)),
         (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b"")]
    )  # fmt: skip
    found = decode(data).pixels
    np.testing.assert_allclose(found[:32], 0x8081 / 65535, atol=1e-6)
    assert not found[32:].any()
