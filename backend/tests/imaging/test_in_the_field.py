"""Films as they are found: what writers get wrong is read for what it means, or refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import (
    DamagedImageError,
)

from . import files

with Image.open(files.SAMPLES[4]) as _whole:
    FILM = np.asarray(_whole.convert("L").resize((220, 202), Image.Resampling.BOX))
SLOPE, INTERCEPT = 0x00281053, 0x00281052
CENTER, WIDTH, VOI_LUT, MODALITY_LUT = 0x00281050, 0x00281051, 0x00283010, 0x00283000
PADDING = 0x00280120


def shown(data: bytes) -> Float32Array:
    """As the network sees it: stretched between percentiles."""
    pixels = decode(data).pixels
    low, high = np.percentile(pixels, [0.5, 99.5])
    stretched: Float32Array = np.clip((pixels - low) / (high - low), 0, 1)
    return stretched


def as_dicom(values: NDArray[Any] = FILM, **options: Any) -> bytes:
    return files.dicom(values, **options)


def us(value: int) -> tuple[bytes, bytes]:
    return b"US", files.shorts(value)


def ss(value: int) -> tuple[bytes, bytes]:
    return b"SS", files.shorts(value)


def ds(*values: str) -> tuple[bytes, bytes]:
    return b"DS", "\\".join(values).encode()


class TestPaddingAndUnusedRange:
    """Padding far from the values of the film must not stretch its grey scale."""

    border = np.zeros(FILM.shape, bool)
    border[:, :26] = True
    reference = files.saved(np.where(border, 0, FILM).astype(np.uint8), "PNG")

    def encoded(self, base: int, padding: int, kind: str = "u2") -> NDArray[Any]:
        values = FILM.astype(np.int32) * 16 + base
        return np.where(self.border, padding, values).astype(kind)

    def assert_as_reference(self, data: bytes, tolerance: float = 0.005) -> None:
        assert np.abs(shown(data) - shown(self.reference)).max() <= tolerance

    def test_an_offset_within_14_bits(self) -> None:
        data = as_dicom(self.encoded(4096, 0), stored=14, extra={PADDING: us(0)})
        self.assert_as_reference(data)

    def test_signed_values(self) -> None:
        data = as_dicom(self.encoded(0, -2000, "i2"), extra={PADDING: ss(-2000)})
        self.assert_as_reference(data)

    def test_a_range_of_padding(self) -> None:
        values = self.encoded(0, -2000, "i2")
        values[:50, :26] = -1500
        data = as_dicom(values, extra={PADDING: ss(-2000), 0x00280121: ss(-1400)})
        self.assert_as_reference(data)

    def test_padding_above_of_monochrome1(self) -> None:
        values = np.where(self.border, 65535, (255 - FILM.astype(np.uint16)) * 16 + 1)
        extra = {PADDING: us(65535)}
        data = as_dicom(values.astype(np.uint16), photometric="MONOCHROME1", extra=extra)
        self.assert_as_reference(data, 0.01)

    def test_rescaled(self) -> None:
        extra = {PADDING: us(0), SLOPE: ds("0.5"), INTERCEPT: ds("-1024")}
        self.assert_as_reference(as_dicom(self.encoded(4096, 0), stored=14, extra=extra))

    @pytest.mark.parametrize("stored", [12, 14])
    def test_padding_that_needs_more_bits_than_are_stored(self, stored: int) -> None:
        data = as_dicom(self.encoded(0, 0xF830), stored=stored, extra={PADDING: us(0xF830)})
        self.assert_as_reference(data)

    @pytest.mark.parametrize(("base", "padding"), [(4096, 0), (0, -2000), (-1024, -8000)])
    def test_padding_that_no_element_names(self, base: int, padding: int) -> None:
        self.assert_as_reference(as_dicom(self.encoded(base, padding, "i2")))

    @pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
    def test_a_border_in_16_bits(self, file_format: str) -> None:
        self.assert_as_reference(files.saved(self.encoded(4096, 0), file_format))

    def test_under_a_window_that_is_far_too_wide(self) -> None:
        extra = {PADDING: us(0), CENTER: ds("32768"), WIDTH: ds("65536")}
        self.assert_as_reference(as_dicom(self.encoded(16384, 0), extra=extra))

    def test_tables_narrower_than_they_say(self) -> None:
        """16 bits are declared and 12 are used, in a film whose polarity is reversed."""
        table = files.lut(0, 16, [4095 - i for i in range(4096)])
        for tag in (MODALITY_LUT, VOI_LUT):
            extra = {PADDING: us(4095), tag: (b"SQ", table)}
            values = self.encoded(0, 4095)
            data = as_dicom(values, stored=12, photometric="MONOCHROME1", extra=extra)
            self.assert_as_reference(data)

    def test_a_table_of_bytes_that_says_16_bits(self) -> None:
        item = files.element(0x00283002, b"US", files.shorts(256, 0, 16))
        item += files.element(0x00283006, b"OW", bytes(range(256)))
        data = as_dicom(extra={VOI_LUT: (b"SQ", files.items(item))})
        np.testing.assert_allclose(decode(data).pixels, FILM / 255, atol=1e-6)

    def test_films_without_padding_keep_their_range(self) -> None:
        twelve = FILM.astype(np.uint16) * 16
        expected = twelve / 16383
        np.testing.assert_allclose(decode(as_dicom(twelve, stored=14)).pixels, expected, atol=1e-6)
        sixteen = files.saved(FILM.astype(np.uint16) * 257, "PNG")
        np.testing.assert_allclose(decode(sixteen).pixels, FILM / 255, atol=1e-6)

    def test_a_collimated_border_is_no_padding(self) -> None:
        values = np.where(self.border, 0, FILM.astype(np.uint16) * 150 + 6000)
        expected = values / 65535
        found = decode(files.saved(values.astype(np.uint16), "PNG")).pixels
        np.testing.assert_allclose(found, expected, atol=1e-6)

    def test_a_film_that_is_nothing_but_padding_shows_nothing(self) -> None:
        assert not decode(
            as_dicom(np.full((64, 64), 7, np.uint16), extra={PADDING: us(7)})
        ).pixels.any()


def test_a_white_marker_beside_12_bits_in_16_bits() -> None:
    values = FILM.astype(np.uint16) * 16
    marked, reference = values.copy(), FILM.copy()
    marked[5:24, 5:26], reference[5:24, 5:26] = 65535, 255
    for file_format in ("PNG", "TIFF"):
        found = shown(files.saved(marked, file_format))
        assert np.abs(found - shown(files.saved(reference, "PNG"))).max() < 0.005


class TestBitsStored:
    def test_values_of_more_bits_are_refused(self) -> None:
        with pytest.raises(DamagedImageError, match="Bits Stored 12"):
            decode(as_dicom(FILM.astype(np.uint16) * 32, stored=12))
        with pytest.raises(DamagedImageError, match="more bits"):
            decode(as_dicom((FILM.astype(np.int32) * 32 - 4096).astype(np.int16), stored=12))

    def test_overlays_in_the_high_bits_are_fine(self) -> None:
        values = FILM.astype(np.uint16) * 16
        drawn = values.copy()
        drawn[10:20] |= 1 << 13
        overlay = {0x60000100: us(16), 0x60000102: us(13)}
        expected = values / 4095
        found = decode(as_dicom(drawn, stored=12, extra=overlay)).pixels
        np.testing.assert_allclose(found, expected, atol=1e-6)
        elsewhere = {0x60000100: us(16), 0x60000102: us(14)}
        with pytest.raises(DamagedImageError, match="more bits"):
            decode(as_dicom(drawn, stored=12, extra=elsewhere))

    def test_an_overlay_of_its_own_words_claims_no_bit(self) -> None:
        overlay = {0x60000100: us(1), 0x60000102: us(0)}
        with pytest.raises(DamagedImageError, match="more bits"):
            decode(as_dicom(FILM.astype(np.uint16) * 32, stored=12, extra=overlay))

    def test_the_sign_and_white_beyond_white_are_fine(self) -> None:
        signed = (FILM.astype(np.int16) * 16 - 2048).astype(np.int16)
        expected = FILM.astype(np.float64) * 16 / 4095
        np.testing.assert_allclose(decode(as_dicom(signed, stored=12)).pixels, expected, atol=1e-6)
        marked = FILM.astype(np.uint16) * 16
        marked[:9, :9] = 65535
        found = decode(as_dicom(marked, stored=12)).pixels
        np.testing.assert_allclose(found, np.minimum(marked, 4095) / 4095, atol=1e-6)


class TestTables:
    def test_a_voi_lut_that_calls_its_negative_first_input_unsigned(self) -> None:
        signed = (FILM.astype(np.int16) - 128).astype(np.int16)
        item = files.element(0x00283002, b"US", files.shorts(256, -128, 8))
        item += files.element(0x00283006, b"OW", files.shorts(*range(256)))
        table = {VOI_LUT: (b"SQ", files.items(item))}
        found = decode(as_dicom(signed, stored=8, extra=table)).pixels
        np.testing.assert_allclose(found, FILM / 255, atol=1e-6)
        shifted = table | {INTERCEPT: ds("-128"), SLOPE: ds("1")}
        found = decode(as_dicom(FILM.astype(np.uint16), stored=8, extra=shifted)).pixels
        np.testing.assert_allclose(found, FILM / 255, atol=1e-6)

    @staticmethod
    def palette(segments: bytes, bits: int = 16) -> bytes:
        extra: dict[int, Any] = {}
        for number in range(3):
            extra[0x00281101 + number] = (b"US", files.shorts(256, 0, bits))
            extra[0x00281221 + number] = (b"OW", segments)
        return as_dicom(photometric="PALETTE COLOR", sop_class=files.CAPTURE, extra=extra)

    def test_a_palette_in_segments(self) -> None:
        linear = files.shorts(0, 1, 0, 1, 255, 65535)
        np.testing.assert_allclose(decode(self.palette(linear)).pixels, FILM / 255, atol=1e-4)
        # 0 to 127 in a line, and the two segments of that once more.
        twice = files.shorts(0, 1, 0, 1, 127, 65535, 2, 2, 0, 0)
        expected = np.where(FILM < 128, FILM, FILM.astype(int) - 128) / 127
        np.testing.assert_allclose(decode(self.palette(twice)).pixels, expected, atol=1e-4)
        packed = bytes([0, 1, 0, 1, 255, 255])
        found = decode(self.palette(packed, bits=8)).pixels
        np.testing.assert_allclose(found, FILM / 255, atol=1e-6)

    @pytest.mark.parametrize(
        "words",
        [
            (0, 1, 0, 1, 254, 9), (1, 255, 9), (0, 0), (0, 9, 1), (3, 1, 1), (0, 1, 7, 1, 255),
            (2, 1, 0, 0), (0, 1, 0, 2, 1, 6, 0), (0, 1, 0, 2, 65535, 0, 0),
        ],
    )  # fmt: skip
    def test_segments_that_make_no_table(self, words: tuple[int, ...]) -> None:
        with pytest.raises(DamagedImageError, match="lookup table"):
            decode(self.palette(files.shorts(*words)))


def test_an_unspecified_extra_sample_of_a_tiff_is_not_transparency() -> None:
    samples = np.dstack([FILM] * 3 + [np.zeros_like(FILM)])
    data = files.tiff(samples, photometric=2, tags={338: 0})
    np.testing.assert_allclose(decode(data).pixels, FILM / 255, atol=1e-2)
