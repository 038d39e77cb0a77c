"""Matrix products scale as Pillow does; percentiles are numpy's."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from cxr_severity.imaging.resample import percentiles, resize

# Enlarged, reduced a little, at each side of a step of the reducing gap, and long and thin.
SIZES = [
    (32, 40), (223, 225), (224, 224), (512, 640), (1024, 1024), (1343, 1344), (1345, 2017),
    (300, 3000), (2050, 700),
]  # fmt: skip


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("target", [(224, 224), (32, 96)])
def test_it_resizes_as_pillow_does(height: int, width: int, target: tuple[int, int]) -> None:
    pixels = np.random.default_rng(height).random((height, width), np.float32)
    image = Image.fromarray(pixels)
    for gap in (None, 3.0):
        expected = image.resize(target[::-1], Image.Resampling.BILINEAR, reducing_gap=gap)
        got = resize(pixels, *target, reducing_gap=gap)
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, np.asarray(expected), atol=5e-6)
    expected = image.resize(target[::-1], Image.Resampling.BICUBIC)
    np.testing.assert_allclose(resize(pixels, *target, "bicubic"), np.asarray(expected), atol=5e-6)


@pytest.mark.parametrize("shape", [(448, 384), (448, 300), (450, 384), (300, 257), (224, 192)])
def test_a_box_takes_means_as_pillow_does(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(3).random(shape, np.float32)
    expected = Image.fromarray(pixels).resize((192, 224), Image.Resampling.BOX)
    np.testing.assert_allclose(resize(pixels, 224, 192, "box"), np.asarray(expected), atol=2e-6)


@pytest.mark.parametrize("shape", [(1, 1), (7, 7), (10, 8)])
def test_a_map_of_few_cells_is_enlarged_as_pillow_does(shape: tuple[int, int]) -> None:
    cells = np.random.default_rng(0).random(shape, np.float32)
    expected = Image.fromarray(cells).resize((300, 256), Image.Resampling.BICUBIC)
    np.testing.assert_allclose(resize(cells, 256, 300, "bicubic"), np.asarray(expected), atol=2e-6)


def test_bytes_are_resized_as_the_floats_they_are() -> None:
    values = np.random.default_rng(0).integers(0, 256, (700, 900), dtype=np.uint8)
    got = resize(values, 224, 224, reducing_gap=3.0)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(
        got, resize(values.astype(np.float32), 224, 224, reducing_gap=3.0)
    )


@pytest.mark.parametrize("shape", [(40_000, 33), (33, 40_000), (33, 16_385)])
def test_a_long_strip_is_resized_as_pillow_does(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, shape, dtype=np.uint8)
    image = Image.fromarray(pixels.astype(np.float32))
    expected = image.resize((224, 224), Image.Resampling.BILINEAR, reducing_gap=3.0)
    got = resize(pixels, 224, 224, reducing_gap=3.0)
    np.testing.assert_allclose(got, np.asarray(expected), atol=2e-3)


@pytest.mark.parametrize("shape", [(1_000_000, 32), (32, 1_000_000)])
def test_a_long_strip_takes_no_more_memory_than_its_picture(shape: tuple[int, int]) -> None:
    """A file of a few kilobytes may hold one, and nothing of it must stay."""
    pixels = np.zeros(shape, np.uint8)
    tracemalloc.start()
    try:
        resize(pixels, 224, 224, reducing_gap=3.0)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * pixels.nbytes
    assert kept < 1e6


def test_an_even_picture_stays_even() -> None:
    even = np.full((777, 555), 0.25, np.float32)
    np.testing.assert_allclose(resize(even, 224, 224), 0.25, rtol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (57, 33)])
def test_percentiles_are_numpys(shape: tuple[int, int]) -> None:
    values = np.random.default_rng(1).random(shape, np.float32)
    shares = (0.0, 0.5, 33.0, 99.5, 100.0)
    for kind in (values, (255 * values).astype(np.uint8), (1000 * values).astype(np.int64)):
        np.testing.assert_allclose(
            percentiles(kind, *shares), np.percentile(kind, shares), rtol=1e-6
        )
