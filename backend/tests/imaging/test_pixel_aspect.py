"""Pixels that are not square are made so, whatever way a file says it in."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cxr_severity.imaging.decode import Limits, decode
from cxr_severity.imaging.errors import (
    DamagedImageError,
)

from . import files

with Image.open(files.SAMPLES[4]) as _whole:
    FILM = np.asarray(_whole.convert("L").resize((220, 202), Image.Resampling.BOX))
TALL = np.repeat(FILM, 2, axis=0)


def as_dicom(values: NDArray[Any] = FILM, **options: Any) -> bytes:
    return files.dicom(values, **options)


def ds(*values: str) -> tuple[bytes, bytes]:
    return b"DS", "\\".join(values).encode()


class TestPixelAspect:
    """TALL has the right shape; FILM is half of its rows."""

    squashed = FILM.shape
    right = (2 * FILM.shape[0], FILM.shape[1])

    def assert_right(self, data: bytes) -> None:
        film = decode(data)
        assert film.values.shape == film.stored_size == self.right
        assert np.abs(film.pixels - TALL / 255).mean() < 0.02

    @pytest.mark.parametrize(
        "extra",
        [
            {0x00280034: (b"IS", b"2\\1")},
            {0x00280030: ds("0.4", "0.2")},
            {0x00181164: ds("0,4", "0,2")},
            {0x00182010: ds("4", "2")},
            {0x00280030: ds("0.4", "0.2"), 0x00280034: (b"IS", b"1\\1")},
        ],
    )
    def test_dicom(self, extra: dict[int, Any]) -> None:
        self.assert_right(as_dicom(extra=extra))

    def test_turned_films_are_made_square_as_they_are_stored(self) -> None:
        turned = {0x00280034: (b"IS", b"1\\2"), 0x00200020: (b"CS", b"F\\L")}
        self.assert_right(as_dicom(np.ascontiguousarray(FILM.T), extra=turned))

    def test_png(self) -> None:
        for per_unit in ((2000, 1000), (2, 1)):
            chunks = files.png_chunks(files.saved(FILM, "PNG"))
            chunks.insert(1, (b"pHYs", struct.pack(">IIB", *per_unit, per_unit[0] > 2)))
            self.assert_right(files.png_from(chunks))

    @pytest.mark.parametrize("options", [{}, {"compression": "tiff_lzw"}])
    def test_tiff(self, options: dict[str, Any]) -> None:
        self.assert_right(files.saved(FILM, "TIFF", dpi=(204, 102), **options))

    def test_jpeg(self) -> None:
        plain = files.saved(FILM, "JPEG", quality=95)
        for unit in (0, 1, 2):
            density = struct.pack(">BHH", unit, 204, 102)
            self.assert_right(plain[:13] + density + plain[18:])
        exif = Image.Exif()
        exif[0x011A], exif[0x011B] = 204.0, 102.0
        self.assert_right(files.saved(FILM, "JPEG", quality=95, exif=exif))

    def test_a_jpeg_at_reduced_scale(self) -> None:
        large = np.kron(FILM, np.ones((4, 4), np.uint8))
        plain = files.saved(large, "JPEG")
        data = plain[:13] + struct.pack(">BHH", 0, 2, 1) + plain[18:]
        film = decode(data, enough=200)
        assert film.values.shape == (404, 220)
        assert film.stored_size == (8 * 202, 4 * 220)
        # Too small would be asked of the picture, and not of what is left of it.
        assert decode(data, Limits(min_side=800), enough=200).values.shape == (404, 220)

    @pytest.mark.parametrize("pair", ["0\\1", "1", "-2\\1", "x\\y", "300\\299"])
    def test_what_makes_no_shape_is_square(self, pair: str) -> None:
        assert (
            decode(as_dicom(extra={0x00280034: (b"IS", pair.encode())})).values.shape == FILM.shape
        )

    def test_pixels_that_no_picture_has(self) -> None:
        with pytest.raises(DamagedImageError, match="8 times"):
            decode(as_dicom(extra={0x00280034: (b"IS", b"9\\1")}))

    def test_where_larger_would_be_too_large_the_other_side_shrinks(self) -> None:
        data = as_dicom(extra={0x00280034: (b"IS", b"2\\1")})
        film = decode(data, Limits(max_pixels=FILM.size))
        assert film.values.shape == (202, 110)
