"""Soft edges of what is no film, and the black of a padded film, on the bundled films."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.resample import resize
from cxr_severity.imaging.used_range import film_range, scale_around

from . import files


def _film(number: int) -> NDArray[np.uint8]:
    with Image.open(files.SAMPLES[number]) as whole:
        return np.asarray(whole.convert("L").resize((320, 300), Image.Resampling.BOX))


def _text(shape: tuple[int, int], letters: str, size: int) -> NDArray[np.float64]:
    """Opacity of antialiased letters, in [0, 1]."""
    drawn = Image.new("L", shape[::-1])
    ImageDraw.Draw(drawn).text((8, 5), letters, fill=255, font=ImageFont.load_default(size))
    return np.asarray(drawn) / 255


def _shown(data: bytes) -> Float32Array:
    """As the network sees it: small, and stretched between percentiles."""
    pixels = resize(decode(data).pixels, 224, 224, reducing_gap=3.0)
    low, high = np.percentile(pixels, [0.5, 99.5])
    stretched: Float32Array = np.clip((pixels - low) / (high - low), 0, 1)
    return stretched


@pytest.mark.parametrize("number", range(0, 8, 2))
@pytest.mark.parametrize(("letters", "size"), [("R PORTABLE 12:40", 22), ("L", 90)])
@pytest.mark.parametrize(("bits", "white"), [(12, 65535), (12, 32767), (14, 65535)])
def test_text_with_soft_edges(number: int, letters: str, size: int, bits: int, white: int) -> None:
    with Image.open(files.SAMPLES[number]) as whole:
        film = np.asarray(whole.convert("L"))
    drawn = _text((film.shape[0], film.shape[1]), letters, size)
    scale = 1 << (bits - 8)
    values = (film * float(scale) * (1 - drawn) + white * drawn).round().astype(np.uint16)
    reference = (film * (1 - drawn) + 255 * drawn).round().astype(np.uint8)
    expected = _shown(files.saved(reference, "PNG"))
    for data in (files.saved(values, "PNG"), files.dicom(values)):
        assert np.abs(_shown(data) - expected).mean() < 0.04


@pytest.mark.parametrize("named", [True, False])
def test_a_padded_film_that_was_scaled(named: bool) -> None:
    film = _film(4)
    border = np.zeros(film.shape, bool)
    border[:, :26] = True
    values = np.where(border, 0, 20000 + film.astype(np.float32) * 31)
    small = Image.fromarray(values).resize((290, 275), Image.Resampling.BICUBIC)
    words = np.clip(np.asarray(small), 0, 65535).round().astype(np.uint16)
    extra = {0x00280120: (b"US", files.shorts(0))} if named else {}
    got = decode(files.dicom(words, extra=extra)).pixels
    inside = got[5:-5, 40:-5]
    assert inside.max() - inside.min() > 0.4, "a seventh of the scale is the film's"


def _kept(values: NDArray[Any]) -> bool:
    return film_range(values) is None


@pytest.mark.parametrize("number", range(8))
def test_films_without_such_a_thing_keep_their_range(number: int) -> None:
    film = _film(number).astype(np.float32)
    assert _kept(film)
    assert _kept(film * 16 + 4096)
    border = film + 10
    border[:, :30] = 0
    assert _kept(np.asarray(Image.fromarray(border).resize((280, 260), Image.Resampling.BICUBIC)))


def test_any_shape_and_picture_is_looked_at() -> None:
    shapes = ((1, 1), (2, 3), (1, 5000), (5000, 1), (7, 301), (301, 7), (300, 300))
    for rows, columns in shapes:
        ramp = np.arange(rows * columns, dtype=np.float32).reshape(rows, columns)
        for values in (ramp, np.zeros_like(ramp), np.eye(rows, columns, dtype=np.float32)):
            film_range(values)


class TestScale:
    def test_the_offset_of_a_round_range_is_found_again(self) -> None:
        assert scale_around(4096 + 30, 4096 + 4000) == (4096, 8191)
        assert scale_around(500, 2600) == (0, 4095)
        assert scale_around(-2048 + 20, 2000) == (-2048, 2047)

    def test_a_round_range_that_the_film_does_not_fill_is_not_believed(self) -> None:
        """The least value of a film is chance: black may not jump with it."""
        steps = [(low - scale_around(low, 3440)[0]) / (3440 - low) for low in range(2280, 2420, 10)]
        assert max(steps) - min(steps) < 0.01
        assert max(steps) < 0.1

    def test_black_above(self) -> None:
        assert scale_around(100, 4000, black_above=True) == (0, 4095)
        assert scale_around(4096, 8000, black_above=True) == (4096, 8191)
        low, high = scale_around(17000, 18200, black_above=True)
        assert high - low == 2047
        assert 0 < (high - 18200) / 1200 < 0.1


def test_a_padded_film_of_any_offset() -> None:
    film = _film(2)
    border = np.zeros(film.shape, bool)
    border[:, :26] = True
    expected = _shown(files.saved(np.where(border, 0, film).astype(np.uint8), "PNG"))
    padding = {0x00280120: (b"US", files.shorts(0))}
    for offset in range(2300, 2400, 7):
        values = np.where(border, 0, offset + film * (1200 / 255)).round().astype(np.uint16)
        values[0, -1] = 4095  # a damaged pixel
        got = _shown(files.dicom(values, stored=12, extra=padding))
        assert np.abs(got - expected)[2:].max() < 0.06


def _page(film: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A film of little contrast on a black page."""
    return np.pad(np.rint(film * 0.6 + 100).astype(np.uint8), 24)


@pytest.mark.parametrize("number", range(0, 8, 2))
def test_a_black_page_is_left_out_whatever_the_depth(number: int) -> None:
    page = _page(_film(number))
    deep = decode(files.saved(page.astype(np.uint16) * 257, "PNG")).pixels
    assert deep.max() - deep[24:-24, 24:-24].min() > 0.85
    colour = np.repeat(page[..., None], 3, axis=2)
    for data in (
        files.saved(page, "PNG"), files.saved(colour, "PNG"), files.saved(page, "TIFF"),
        files.dicom(page), files.dicom(255 - page, photometric="MONOCHROME1"),
        files.dicom(colour, photometric="RGB", sop_class=files.CAPTURE),
    ):  # fmt: skip
        assert np.abs(decode(data).pixels - deep).max() <= 1 / 255
    jpeg = decode(files.saved(page, "JPEG", quality=98)).pixels
    assert np.abs(jpeg - deep).mean() < 0.02


def test_bytes_stay_bytes_on_the_scale_of_the_film() -> None:
    page = _page(_film(0))
    for data in (files.saved(page, "PNG"), files.saved(page, "JPEG"), files.dicom(page)):
        assert decode(data).values.dtype == np.uint8


@pytest.mark.parametrize("number", range(0, 8, 2))
def test_bytes_keep_a_scale_on_which_letters_alone_lie_apart(number: int) -> None:
    """As in many of the films that the networks learned from."""
    film = np.rint(_film(number) * 0.4).astype(np.uint8)
    drawn = _text((film.shape[0], film.shape[1]), "L", 90)
    values = (film * (1 - drawn) + 255 * drawn).round().astype(np.uint8)
    assert np.array_equal(decode(files.saved(values, "PNG")).values, values)
    assert np.array_equal(decode(files.saved(_film(number), "PNG")).values, _film(number))
