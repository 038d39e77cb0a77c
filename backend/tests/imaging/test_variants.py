"""Kinds of odd films in other dress: other depths, syntaxes, signs, tables; against numpy."""

from __future__ import annotations

import time
from typing import Any, Literal

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import DamagedImageError, MultiFrameError

from . import files
from .corpus import GREY_12, GREY_16, STREAMS, _rle

with Image.open(files.SAMPLES[4]) as _whole:
    FILM = np.asarray(_whole.convert("L").resize((220, 202), Image.Resampling.BOX))
TWELVE = FILM.astype(np.uint16) * 16
VOI_LUT, MODALITY_LUT, INTERCEPT, SLOPE = 0x00283010, 0x00283000, 0x00281052, 0x00281053


def assert_grey(data: bytes, expected: NDArray[Any], tolerance: float = 1e-6) -> None:
    np.testing.assert_allclose(decode(data).pixels, np.clip(expected, 0, 1), atol=tolerance)


def _lossless_jpeg(values: NDArray[Any], bits: int) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(values, lossless=True, bitspersample=bits))


def _jpeg_2000(values: NDArray[Any], bits: int) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(values, codecformat="j2k", level=0, bitspersample=bits))


def _streams(values: NDArray[Any]) -> dict[str, tuple[str, bytes]]:
    """`values` of 16 bits by every lossless encoder that says its own depth."""
    return {
        "jpeg-ls": (files.JPEG_LS, bytes(imagecodecs.jpegls_encode(values))),
        "jpeg-lossless": (files.JPEG_LOSSLESS, _lossless_jpeg(values, 16)),
        "jpeg-2000": (files.JPEG_2000_LOSSLESS, _jpeg_2000(values, 16)),
    }


KINDS = tuple(_streams(TWELVE))


class TestBitsOfStreams:
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_stream_of_more_bits_than_are_stored_is_refused_as_plain_words_are(
        self, kind: str
    ) -> None:
        syntax, stream = _streams(TWELVE)[kind]
        for stored in (8, 10):
            data = files.dicom(TWELVE, stored=stored, syntax=syntax, stream=stream)
            with pytest.raises(DamagedImageError, match=f"Bits Stored {stored}"):
                decode(data)
        for stored in (12, 14, 16):
            data = files.dicom(TWELVE, stored=stored, syntax=syntax, stream=stream)
            assert_grey(data, TWELVE / (2.0**stored - 1))

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_few_values_beyond_are_white(self, kind: str) -> None:
        ten = FILM.astype(np.uint16) * 4
        ten[:9, :9] = 1500
        syntax, stream = _streams(ten)[kind]
        assert_grey(files.dicom(ten, stored=10, syntax=syntax, stream=stream), ten / 1023)
        # However many there are, white beyond white is white: all of its bits are set.
        ten[:6] = 65535
        syntax, stream = _streams(ten)[kind]
        assert_grey(files.dicom(ten, stored=10, syntax=syntax, stream=stream), ten / 1023)

    @pytest.mark.parametrize("kind", KINDS)
    def test_words_whose_stored_bits_are_the_high_ones(self, kind: str) -> None:
        high = {0x00280102: (b"US", files.shorts(15))}
        syntax, stream = _streams(TWELVE << 4)[kind]
        data = files.dicom(TWELVE, stored=12, syntax=syntax, stream=stream, extra=high)
        assert_grey(data, TWELVE / 4095)
        syntax, stream = _streams(TWELVE)[kind]
        data = files.dicom(TWELVE, stored=12, syntax=syntax, stream=stream, extra=high)
        assert_grey(data, TWELVE / 4095)

    @pytest.mark.parametrize("stored", [12, 13, 16])
    @pytest.mark.parametrize("kind", [*KINDS, "rle"])
    def test_signed_values(self, kind: str, stored: int) -> None:
        signed = (TWELVE.astype(np.int32) - 2048).astype(np.int16)
        words = signed.view(np.uint16)
        syntax, stream = {**_streams(words), "rle": (files.RLE, _rle(words, 16))}[kind]
        data = files.dicom(signed, stored=stored, syntax=syntax, stream=stream)
        half = 2.0 ** (stored - 1)
        assert_grey(data, (signed + half) / (2 * half - 1))


class TestTables:
    @staticmethod
    def table(first: int, bits: int, entries: list[int], vr: bytes = b"US") -> dict[int, Any]:
        described = files.shorts(len(entries), first, bits)
        item = files.element(0x00283002, vr, described)
        item += files.element(0x00283006, b"OW", files.shorts(*entries))
        return {VOI_LUT: (b"SQ", files.items(item))}

    def film(self, extra: dict[int, Any], **options: Any) -> bytes:
        return files.dicom(TWELVE, stored=12, extra=extra, **options)

    @pytest.mark.parametrize("vr", [b"US", b"SS"])
    def test_a_negative_first_input_where_none_is_negative(self, vr: bytes) -> None:
        ramp = list(range(4196))
        assert_grey(self.film(self.table(-100, 13, ramp, vr)), (TWELVE + 100.0) / 8191)

    @pytest.mark.parametrize("vr", [b"US", b"SS"])
    def test_a_first_input_beyond_what_16_signed_bits_hold(self, vr: bytes) -> None:
        values = FILM.astype(np.uint16) + 40000
        extra = self.table(40000, 8, list(range(256)), vr)
        assert_grey(files.dicom(values, extra=extra), FILM / 255)

    def test_entries_of_more_bits_than_the_table_says(self) -> None:
        wide = [16 * i for i in range(4096)]
        assert_grey(self.film(self.table(0, 14, wide)), TWELVE * 16.0 / 65535)
        # A few are nothing: the end of a table is often filled with ones.
        assert_grey(self.film(self.table(0, 12, [*range(4090), *[65535] * 6])), TWELVE / 4095)

    @pytest.mark.parametrize("bits", [10, 12, 16])
    def test_the_scale_is_that_of_the_bits_in_use(self, bits: int) -> None:
        extra = self.table(0, bits, [i // 4 for i in range(4096)])
        assert_grey(self.film(extra), TWELVE // 4 / 1023)
        assert_grey(self.film(extra, photometric="MONOCHROME1"), 1 - TWELVE // 4 / 1023)

    def test_the_first_of_several_tables(self) -> None:
        first, second = (self.table(0, 12, list(e)) for e in (range(4096), [0] * 4096))
        both = {VOI_LUT: (b"SQ", first[VOI_LUT][1] + second[VOI_LUT][1])}
        assert_grey(self.film(both), TWELVE / 4095)

    def test_inputs_between_whole_numbers_and_below_zero(self) -> None:
        rescaled = {SLOPE: (b"DS", b"0.25"), INTERCEPT: (b"DS", b"-512")}
        extra = rescaled | self.table(-512, 10, list(range(1024)))
        assert_grey(self.film(extra), np.rint(TWELVE * 0.25) / 1023)


class TestPalettes:
    RAMP = tuple(range(256))

    @staticmethod
    def film(
        channels: list[bytes],
        bits: int,
        first: int = 0,
        number: int = 256,
        index: NDArray[Any] = FILM,
        vr: bytes = b"US",
    ) -> bytes:
        extra: dict[int, Any] = {}
        for channel, entries in enumerate(channels):
            extra[0x00281101 + channel] = (vr, files.shorts(number, first, bits))
            extra[0x00281201 + channel] = (b"OW", entries)
        return files.dicom(index, photometric="PALETTE COLOR", sop_class=files.CAPTURE, extra=extra)

    @pytest.mark.parametrize(
        ("bits", "entries"),
        [
            (8, files.shorts(*RAMP)),
            (8, bytes(RAMP)),
            (16, files.shorts(*(257 * i for i in RAMP))),
            (16, files.shorts(*RAMP)),  # says 16 bits and uses 8
            (16, bytes(RAMP)),
            (8, files.shorts(*(i << 8 for i in RAMP))),  # says 8 bits, which lie in the high byte
        ],
    )
    def test_whatever_depth_it_says(self, bits: int, entries: bytes) -> None:
        assert_grey(self.film([entries] * 3, bits), FILM / 255, 0.004)

    def test_a_dark_channel_stays_dark_beside_the_others(self) -> None:
        red, dark = files.shorts(*(257 * i for i in self.RAMP)), files.shorts(*self.RAMP)
        found = self.film([red, dark, dark], 16)
        assert_grey(found, 0.299 * FILM / 255 + 0.701 * FILM / 65535, 1e-5)

    def test_other_inputs(self) -> None:
        upper = files.shorts(*(257 * i for i in range(100, 256)))
        found = self.film([upper] * 3, 16, first=100, number=156)
        assert_grey(found, np.maximum(FILM, 100) / 255)
        signed = (FILM.astype(np.int16) - 128).astype(np.int8)
        whole = files.shorts(*(257 * i for i in self.RAMP))
        assert_grey(self.film([whole] * 3, 16, first=-128, index=signed, vr=b"SS"), FILM / 255)
        turned = files.shorts(*(257 * i for i in reversed(self.RAMP)))
        assert_grey(self.film([turned] * 3, 16), 1 - FILM / 255)


class TestSecondPictures:
    @pytest.mark.parametrize("values", [FILM, TWELVE])
    @pytest.mark.parametrize("syntax", [files.EXPLICIT, files.IMPLICIT, files.BIG])
    def test_exactly_two(self, values: NDArray[Any], syntax: str) -> None:
        order: Literal["<", ">"] = ">" if syntax == files.BIG else "<"
        body = values.astype(values.dtype.newbyteorder(order)).tobytes()
        for count, refused in ((1, False), (2, True), (3, True)):
            extra = {0x7FE00010: (b"OW", body * count)}
            data = files.dicom(values, syntax=syntax, extra=extra)
            if refused:
                with pytest.raises(MultiFrameError):
                    decode(data)
            else:
                decode(data)

    @pytest.mark.parametrize("values", [GREY_12, GREY_16, TWELVE, np.zeros((64, 64), np.uint16)])
    def test_run_lengths_in_one_fragment(self, values: NDArray[Any]) -> None:
        stream = _rle(values, 16)
        for second in (stream, _rle(values[::-1], 16)):
            both = stream + bytes(len(stream) % 2) + second
            with pytest.raises(MultiFrameError):
                decode(files.dicom(values, syntax=files.RLE, stream=both))
        assert_grey(files.dicom(values, syntax=files.RLE, stream=stream), values / 65535, 1)

    @pytest.mark.parametrize("repeated", [b"\1", b"\1\0\0\0\x40\0\0\0"])
    def test_run_lengths_of_nothing_but_headers_cost_little(self, repeated: bytes) -> None:
        stream = repeated * (24_000_000 // len(repeated))
        data = files.dicom(GREY_16, syntax=files.RLE, stream=stream)
        began = time.process_time()
        with pytest.raises(DamagedImageError):
            decode(data)
        assert time.process_time() - began < 3, "7 s of CPU in a loop"

    @pytest.mark.parametrize("name", ["jpeg-ls", "jpeg-2000-lossless", "jpeg-lossless"])
    def test_an_offset_table_of_two(self, name: str) -> None:
        syntax, stream = STREAMS[name]
        data = files.dicom(GREY_12, stored=12, syntax=syntax, stream=stream)
        offsets = np.array([0, len(stream) + 8 + len(stream) % 2], "<u4").tobytes()
        with pytest.raises(MultiFrameError):
            decode(data.replace(files.items(b"", stream), files.items(offsets, stream)))


@pytest.mark.parametrize(("one", "other"), [(65535, 50000), (65535, 30000), (50000, 20000)])
@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_a_film_beside_two_levels_that_are_none_of_it(
    one: int, other: int, file_format: str
) -> None:
    values, expected = TWELVE.copy(), FILM / 255
    for level, where in ((one, np.s_[:, :26]), (other, np.s_[60:80, 100:121])):
        values[where], expected[where] = level, 1
    assert_grey(files.saved(values, file_format), expected, 0.01)
