"""The pictures for people."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cxr_severity.imaging.arrays import Float32Array, Float64Array
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.pictures.render import (
    _INFERNO,
    _OPACITY,
    _OPAQUE,
    _table,
    backdrop,
    data_url,
    display_window,
    fit_within,
    heatmap_png,
    overlay_image,
    resize_map,
)
from cxr_severity.imaging.radiograph import Radiograph, Source

from . import files

RNG = np.random.default_rng(3)
SLOPE = np.add.outer(np.linspace(0.2, 0.5, 300), np.linspace(0, 0.3, 400)).astype(np.float32)


def radiograph(pixels: Float32Array) -> Radiograph:
    return Radiograph(pixels, Source(sha256="0" * 64, format="png", bit_depth=8))


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def overlay(pixels: Float32Array, heat: Float32Array, longest: int = 1024) -> Float64Array:
    image = opened(overlay_image(backdrop(radiograph(pixels), longest), heat))
    assert image.format == "JPEG"
    return np.asarray(image.convert("RGB"), np.float64)


def test_the_window_spans_nearly_all_values_and_no_outliers() -> None:
    pixels = np.clip(RNG.normal(0.5, 0.02, (1500, 1200)), 0, 1).astype(np.float32)
    pixels[:4], pixels[-4:] = 0, 1
    low, high = display_window(pixels)
    assert low == pytest.approx(np.percentile(pixels, 0.5), abs=0.01)
    assert high == pytest.approx(np.percentile(pixels, 99.5), abs=0.01)


@pytest.mark.parametrize("path", files.SAMPLES, ids=lambda path: path.stem)
def test_the_window_of_a_radiograph_needs_no_more_than_a_sample(path: Path) -> None:
    pixels = decode(path.read_bytes()).pixels / np.float32(16)  # as 12-bit data in a 16-bit file
    exact = np.percentile(pixels, (0.5, 99.5))
    np.testing.assert_allclose(display_window(pixels), exact, atol=1.01 / 255 / 16)


@pytest.mark.parametrize("path", files.SAMPLES, ids=lambda path: path.stem)
def test_a_film_that_can_be_seen_is_shown_as_it_is(path: Path) -> None:
    assert display_window(decode(path.read_bytes()).pixels) == (0, 1)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_an_even_picture_has_a_window(value: float) -> None:
    assert display_window(np.full((40, 40), value, np.float32)) == (0, 1)


@given(st.integers(1, 9000), st.integers(1, 9000), st.integers(1, 2000))
def test_fitting_keeps_proportions_and_never_enlarges(h: int, w: int, longest: int) -> None:
    height, width = fit_within(h, w, longest)
    assert 1 <= height <= h
    assert 1 <= width <= w
    assert max(height, width) <= longest
    assert max(h, w) > longest or (height, width) == (h, w)
    assert abs(height * w - width * h) <= max(h, w)


def test_a_radiograph_fits_in_1024() -> None:
    assert fit_within(3000, 2500) == (1024, 853)


def test_a_resized_map_keeps_its_shape_and_range() -> None:
    cam = RNG.random((7, 7), np.float32)
    resized = resize_map(cam, 480, 640)
    assert resized.shape == (480, 640)
    assert resized.dtype == np.float32
    assert resized.min() >= 0
    assert resized.max() <= 1
    np.testing.assert_array_equal(resize_map(np.ones((7, 7), np.float32), 64, 50), 1)
    np.testing.assert_array_equal(resize_map(np.zeros((7, 7), np.float32), 64, 50), 0)


def test_a_resized_map_peaks_where_the_map_does() -> None:
    cam = np.zeros((7, 7), np.float32)
    cam[2, 5] = 1
    peak = np.unravel_index(resize_map(cam, 700, 1400).argmax(), (700, 1400))
    assert abs(peak[0] - 250) < 5
    assert abs(peak[1] - 1100) < 5


@pytest.mark.parametrize("shape", [(1, 1), (7, 7), (301, 97)])
def test_the_heatmap_is_a_grey_png_of_its_values(shape: tuple[int, int]) -> None:
    heat = RNG.random(shape, np.float32)
    image = opened(heatmap_png(heat))
    assert (image.format, image.mode, image.size) == ("PNG", "L", shape[::-1])
    np.testing.assert_array_equal(np.asarray(image), np.rint(heat * 255))


def test_no_heat_leaves_the_radiograph_grey() -> None:
    shown = overlay(SLOPE, np.zeros(SLOPE.shape, np.float32))
    assert np.ptp(shown, axis=-1).max() <= 2
    low, high = display_window(SLOPE)
    expected = np.clip((SLOPE - low) / (high - low), 0, 1) * 255
    assert abs(shown[..., 0] - expected).max() < 6


def test_more_heat_is_more_colour_and_brighter_on_black() -> None:
    heat = np.tile(np.linspace(0, 1, 256, dtype=np.float32), (64, 1))
    ramp = overlay(np.zeros(heat.shape, np.float32), heat)[32]
    # CIE lightness rises with relative luminance, which a perceptually even map keeps rising.
    luminance = (ramp / 255) ** 2.2 @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance[::16]) > 0).all()
    assert ramp[0].max() < 5
    assert np.ptp(ramp[200]) > 60


def test_heat_shows_where_it_is() -> None:
    heat = np.zeros(SLOPE.shape, np.float32)
    heat[200:, 300:] = 1
    colour = np.ptp(overlay(SLOPE, heat), axis=-1)
    assert colour[210:, 310:].min() > 30
    assert colour[:180, :280].max() <= 2


@pytest.mark.parametrize("shape", [(7, 7), (75, 100), (300, 400), (450, 600)])
def test_the_overlay_has_the_size_of_the_backdrop(shape: tuple[int, int]) -> None:
    heat = np.zeros(shape, np.float32)
    assert overlay(SLOPE, heat).shape == (*SLOPE.shape, 3)
    assert overlay(SLOPE, heat, longest=200).shape == (150, 200, 3)
    assert overlay(SLOPE[:149, :301], heat).shape == (149, 301, 3)


def test_the_overlay_is_what_blending_in_rgb_gives() -> None:
    """Drawn in JPEG's planes, it must be the picture that the colours and opacities describe."""
    heat = resize_map(RNG.random((7, 7), np.float32), 300, 400)
    level = np.rint(heat * 255).astype(int)
    opacity = (np.array(_OPACITY)[level] / _OPAQUE)[..., None]
    low, high = display_window(SLOPE)
    grey = np.clip((SLOPE - low) / (high - low), 0, 1)[..., None] * 255
    expected = grey * (1 - opacity) + _table(_INFERNO)[level] * opacity
    difference = np.abs(overlay(SLOPE, heat) - expected)
    assert difference.mean() < 2
    assert np.percentile(difference, 99) < 8


@pytest.mark.parametrize("longest", [1024, 300])
@pytest.mark.parametrize("spread", [1, 5])
def test_eight_bits_are_shown_as_the_same_values_in_floats(longest: int, spread: int) -> None:
    """Bytes are a short cut: where the window is not the whole range, they are not shown."""
    values = (files.pattern(500, 640) // spread).astype(np.uint8)
    for file_format in ("PNG", "JPEG"):
        film = decode(files.saved(values, file_format))
        assert film.values.dtype == np.uint8
        plain = Radiograph(film.pixels, film.source)
        difference = backdrop(film, longest) - backdrop(plain, longest).astype(int)
        assert abs(difference).max() <= 1


def test_scaling_down_is_antialiased() -> None:
    stripes = np.zeros((1000, 1000), np.float32)
    stripes[:, ::2] = 1
    shown = overlay(stripes, np.zeros((100, 100), np.float32), longest=100)
    assert abs(shown - 127.5).max() < 10


def test_data_urls() -> None:
    url = data_url("image/png", b"\x00\xff")
    assert url == "data:image/png;base64,AP8="
    assert base64.b64decode(url.split(",")[1]) == b"\x00\xff"
