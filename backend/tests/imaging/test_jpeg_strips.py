"""Strips that are encoded apart make the picture that is encoded whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from simplejpeg import encode_jpeg, encode_jpeg_yuv_planes

from cxr_severity.imaging.pictures.jpeg_strips import join_strips
from cxr_severity.imaging.pictures.render import overlay_image

from . import files

RNG = np.random.default_rng(5)


def planes(height: int, width: int) -> tuple[NDArray[np.uint8], ...]:
    """Brightness at full and two colours at half size; the encoder reads brightness in pairs."""
    half = ((height + 1) // 2, (width + 1) // 2)
    even = RNG.integers(0, 256, (2 * half[0], 2 * half[1]), dtype=np.uint8)
    colours = (RNG.integers(0, 256, half, dtype=np.uint8) for _ in range(2))
    return (even[:height, :width], *colours)


def encoded(drawn: tuple[NDArray[np.uint8], ...], top: int, bottom: int) -> bytes:
    y, u, v = drawn
    halves = slice(top // 2, (bottom + 1) // 2)
    return bytes(encode_jpeg_yuv_planes(y[top:bottom], u[halves], v[halves], quality=85))


def pixels(data: bytes) -> NDArray[Any]:
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image)


@pytest.mark.parametrize("width", [16, 37, 640])
@pytest.mark.parametrize(
    ("height", "strip"), [(32, 16), (96, 48), (93, 48), (98, 48), (34, 16), (163, 16), (300, 304)]
)
def test_any_number_of_strips_is_the_whole(height: int, strip: int, width: int) -> None:
    drawn = planes(height, width)
    strips = [encoded(drawn, top, min(top + strip, height)) for top in range(0, height, strip)]
    joined = join_strips(strips)
    np.testing.assert_array_equal(pixels(joined), pixels(encoded(drawn, 0, height)))
    assert len(joined) <= sum(map(len, strips)) + 6


@pytest.mark.parametrize(("height", "width"), [(1, 900), (31, 90), (1024, 853), (817, 900)])
def test_the_overlay_is_the_same_with_and_without_help(height: int, width: int) -> None:
    ground = files.pattern(height, width).astype(np.uint8)
    heat = RNG.random((7, 7), np.float32)
    with ThreadPoolExecutor(1) as beside:
        assert overlay_image(ground, heat, beside) == overlay_image(ground, heat)


def progressive(height: int, width: int) -> bytes:
    buffer = BytesIO()
    Image.fromarray(planes(height, width)[0].copy()).save(buffer, "JPEG", progressive=True)
    return buffer.getvalue()


def strips_of(*sizes: tuple[int, int], quality: int = 85) -> list[bytes]:
    drawn = (planes(*size) for size in sizes)
    return [bytes(encode_jpeg_yuv_planes(*part, quality=quality)) for part in drawn]


@pytest.mark.parametrize(
    "strips",
    [
        [*strips_of((48, 40)), *strips_of((48, 40), quality=50)],
        strips_of((48, 40), (48, 38)),
        strips_of((48, 40), (64, 40)),
        strips_of((48, 40), (32, 40), (48, 40)),
        strips_of((40, 40), (40, 40)),
        [strip[:-2] for strip in strips_of((48, 40), (48, 40))],
        [progressive(48, 40), progressive(48, 40)],
        [b"\xff\xd8", b"\xff\xd8"],
    ],
    ids=[
        "quality", "width", "last one higher", "one less high", "half a unit", "cut",
        "progressive", "empty",
    ],
)  # fmt: skip
def test_what_is_not_of_one_picture_is_refused(strips: list[bytes]) -> None:
    with pytest.raises(ValueError, match="strip"):
        join_strips(strips)


def test_a_picture_too_high_for_jpeg_is_refused() -> None:
    strip = encode_jpeg(np.zeros((32_768, 8, 1), np.uint8), colorspace="GRAY")
    with pytest.raises(ValueError, match="too high"):
        join_strips([strip, strip])
