"""Data sets that are not as the standard has them: read for what they mean, or refused by name."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import (
    DamagedImageError,
    DicomUnsupportedEncodingError,
    MultiFrameError,
    NotAnImageError,
)

from . import files
from .corpus import GREY_12, STREAMS

with Image.open(files.SAMPLES[4]) as _whole:
    FILM = np.asarray(_whole.convert("L").resize((220, 202), Image.Resampling.BOX))
SLOPE, INTERCEPT = 0x00281053, 0x00281052
CENTER, WIDTH, VOI_LUT, MODALITY_LUT = 0x00281050, 0x00281051, 0x00283010, 0x00283000


def as_dicom(values: NDArray[Any] = FILM, **options: Any) -> bytes:
    return files.dicom(values, **options)


def ds(*values: str) -> tuple[bytes, bytes]:
    return b"DS", "\\".join(values).encode()


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
