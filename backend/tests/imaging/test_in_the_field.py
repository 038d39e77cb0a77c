"""Films as they are found: what writers get wrong is read for what it means, or refused by name."""

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
    DicomUnsupportedEncodingError,
    InputRefusedError,
    MultiFrameError,
    NotAnImageError,
)

from . import files
from .corpus import GREY, GREY_12, STREAMS

with Image.open(files.SAMPLES[4]) as _whole:
    FILM = np.asarray(_whole.convert("L").resize((220, 202), Image.Resampling.BOX))
TALL = np.repeat(FILM, 2, axis=0)
SLOPE, INTERCEPT = 0x00281053, 0x00281052
CENTER, WIDTH, VOI_LUT, MODALITY_LUT = 0x00281050, 0x00281051, 0x00283010, 0x00283000
PADDING = 0x00280120


def shown(data: bytes) -> NDArray[np.float32]:
    """As the network sees it: stretched between percentiles."""
    pixels = decode(data).pixels
    low, high = np.percentile(pixels, [0.5, 99.5])
    stretched: NDArray[np.float32] = np.clip((pixels - low) / (high - low), 0, 1)
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


class TestHeaders:
    """The data set around the pixels."""

    @pytest.mark.parametrize("syntax", [files.IMPLICIT, files.EXPLICIT, files.BIG])
    def test_no_part_10_header(self, syntax: str) -> None:
        character_set = {0x00080005: (b"CS", b"ISO_IR 100")}
        whole = as_dicom(syntax=syntax, extra=character_set)
        expected = FILM / 255
        order = ">" if syntax == files.BIG else "<"
        bare = whole[whole.index(struct.pack(order + "HH", 8, 5)) :]
        np.testing.assert_allclose(decode(bare).pixels, expected, atol=1e-6)
        for prefix in (whole[132:], whole[128:]):
            np.testing.assert_allclose(decode(prefix).pixels, expected, atol=1e-6)

    def test_no_part_10_header_and_compressed_data(self) -> None:
        syntax, stream = STREAMS["jpeg-ls"]
        whole = files.dicom(GREY_12, stored=12, syntax=syntax, stream=stream)
        with pytest.raises(DicomUnsupportedEncodingError, match="does not say how"):
            decode(whole[whole.index(struct.pack("<HH", 8, 0x16)) :])

    @pytest.mark.parametrize("data", [b"\x08\0\x05\0" + bytes(60), b"\x02\0\0\0ULTRASOUND" * 9])
    def test_other_bytes_are_not_taken_for_a_data_set(self, data: bytes) -> None:
        with pytest.raises((NotAnImageError, DamagedImageError)):
            decode(data)

    @pytest.mark.parametrize("vr", [b"--", b"??", b"\0\0", b"ZZ", b"  "])
    def test_a_vr_that_does_not_exist(self, vr: bytes) -> None:
        for value in (b"G0000 ", b"", b"0" * 300):
            short = struct.pack("<HH2sH", 0x0010, 0x21B0, vr, len(value)) + value
            long = struct.pack("<HH2sHI", 0x0010, 0x21B0, vr, 0, len(value)) + value
            for element in (short, long):
                np.testing.assert_array_equal(decode(self.inserted(element)).pixels, self.plain)

    def test_an_element_without_vr_among_others_that_have_one(self) -> None:
        element = struct.pack("<HHI", 0x0010, 0x21B0, 6) + b"G0000 "
        np.testing.assert_array_equal(decode(self.inserted(element)).pixels, self.plain)

    @pytest.mark.parametrize("mark", [0xE00D, 0xE0DD])
    def test_a_stray_delimiter(self, mark: int) -> None:
        element = struct.pack("<HHI", 0xFFFE, mark, 0)
        np.testing.assert_array_equal(decode(self.inserted(element)).pixels, self.plain)
        with pytest.raises(DamagedImageError):
            decode(self.inserted(struct.pack("<HHI", 0xFFFE, mark, 8) + bytes(8)))

    plain = FILM / np.float32(255)

    @staticmethod
    def inserted(element: bytes) -> bytes:
        whole = as_dicom()
        at = whole.index(struct.pack("<HH", 0x0028, 0x0002))
        return whole[:at] + element + whole[at:]

    def test_a_decimal_comma(self) -> None:
        comma = {CENTER: ds("127,5"), WIDTH: ds("256,0")}
        point = {CENTER: ds("127.5"), WIDTH: ds("256.0")}
        found = decode(as_dicom(extra=comma)).pixels
        np.testing.assert_array_equal(found, decode(as_dicom(extra=point)).pixels)
        rescaled = {SLOPE: ds("0,5"), INTERCEPT: ds("-10,25")}
        np.testing.assert_allclose(decode(as_dicom(extra=rescaled)).pixels, FILM / 255, atol=1e-6)
        with pytest.raises(DamagedImageError, match="Window Width"):
            decode(as_dicom(extra={CENTER: ds("1"), WIDTH: ds("1,234.5")}))


class TestSecondPictures:
    """Two pictures where one is declared: nobody knows which is meant."""

    @pytest.mark.parametrize("name", [n for n in STREAMS if n != "rle"])
    @pytest.mark.parametrize("apart", [True, False])
    def test_a_second_stream(self, name: str, apart: bool) -> None:
        syntax, stream = STREAMS[name]
        stream += bytes(len(stream) % 2)
        data = files.dicom(GREY_12, stored=12, syntax=syntax, stream=stream)
        one = files.items(b"", stream)
        two = files.items(b"", stream, stream) if apart else files.items(b"", stream + stream)
        with pytest.raises(MultiFrameError):
            decode(data.replace(one, two))
        filled = files.items(b"", stream + bytes(6))
        decode(data.replace(one, filled))

    def test_run_lengths(self) -> None:
        syntax, stream = STREAMS["rle"]
        data = files.dicom(GREY_12, stored=12, syntax=syntax, stream=stream)
        with pytest.raises(MultiFrameError):
            decode(data.replace(files.items(b"", stream), files.items(b"", stream, stream)))


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


class TestJpegHeaders:
    """What changes no pixel is no damage; data that may be lost is."""

    plain = files.saved(FILM, "JPEG", quality=90)
    colour = files.saved(np.dstack([FILM] * 3), "JPEG", quality=90)
    restarts = files.saved(FILM, "JPEG", quality=90, restart_marker_rows=1)

    @staticmethod
    def with_scan(data: bytes, fields: bytes) -> bytes:
        at = data.index(b"\xff\xda")
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        return data[: at + 2 + length - 3] + fields + data[at + 2 + length :]

    def variants(self, data: bytes) -> dict[str, bytes]:
        adobe = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"
        bare = data[:2] + data[20:]
        return {
            "spectral selection 0 to 0": self.with_scan(data, b"\0\0\0"),
            "approximation": self.with_scan(data, b"\0\x3f\x12"),
            "JFIF 2.01": data.replace(b"JFIF\0\x01", b"JFIF\0\x02"),
            "JFIF thumbnail that is not there": data[:18] + b"\x09\x09" + data[20:],
            "Adobe transform 3": bare[:2] + adobe + b"\x03" + bare[2:],
            "zeros before the end": data[:-2] + bytes(7) + b"\xff\xd9",
            "fill bytes before the end": data[:-2] + b"\xff\xff\xff\xd9",
            "zeros between segments": data[:20] + bytes(5) + data[20:],
            "a stray restart": data[:-2] + b"\xff\xd3\x00\x12\xff\xd4\xff\xd9",
        }

    @pytest.mark.parametrize("film", ["plain", "colour", "restarts"])
    def test_they_give_the_same_picture(self, film: str) -> None:
        data = getattr(self, film)
        expected = decode(data).values
        for name, changed in self.variants(data).items():
            np.testing.assert_array_equal(decode(changed).values, expected, err_msg=name)

    @pytest.mark.parametrize("film", ["plain", "restarts"])
    def test_so_they_do_in_dicom(self, film: str) -> None:
        data = getattr(self, film)
        expected = decode(as_dicom(syntax=files.JPEG_BASELINE, stream=data)).values
        for name, changed in self.variants(data).items():
            found = decode(as_dicom(syntax=files.JPEG_BASELINE, stream=changed)).values
            np.testing.assert_array_equal(found, expected, err_msg=name)

    @pytest.mark.parametrize("lost", [1, 5, 60, 400])
    def test_data_that_is_missing_stays_damage(self, lost: int) -> None:
        for data in (self.plain, self.restarts):
            cut = data[: -2 - lost]
            for end in (b"", bytes(lost), b"\xff\xd0", b"\xff\xd1\x00\x12\xff\xd2"):
                with pytest.raises(InputRefusedError):
                    decode(cut + end + b"\xff\xd9")

    def test_a_restart_interval_that_is_missing_stays_damage(self) -> None:
        marks = [
            at for at in range(len(self.restarts) - 1)
            if self.restarts[at] == 0xFF and 0xD0 <= self.restarts[at + 1] <= 0xD7
        ]  # fmt: skip
        for first, second in ((marks[3], marks[4]), (marks[-1], len(self.restarts) - 2)):
            with pytest.raises(DamagedImageError):
                decode(self.restarts[:first] + self.restarts[second:])

    def test_other_extra_bytes_stay_damage(self) -> None:
        with pytest.raises(DamagedImageError):
            decode(self.plain[:-2] + b"\x5a" * 20 + b"\xff\xd9")


def test_an_unspecified_extra_sample_of_a_tiff_is_not_transparency() -> None:
    samples = np.dstack([FILM] * 3 + [np.zeros_like(FILM)])
    data = files.tiff(samples, photometric=2, tags={338: 0})
    np.testing.assert_allclose(decode(data).pixels, FILM / 255, atol=1e-2)


def test_a_jpeg_2000_stream_of_more_bits_than_are_stored_is_limited() -> None:
    syntax, stream = STREAMS["jpeg-2000-lossless"]
    found = decode(files.dicom(GREY_12, stored=10, syntax=syntax, stream=stream)).pixels
    np.testing.assert_allclose(found, np.minimum(GREY_12, 1023) / 1023, atol=1e-6)
    assert GREY.shape == found.shape
