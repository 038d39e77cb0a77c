"""Which DICOM objects are taken, and that no data set does harm."""

from __future__ import annotations

import logging
import struct
import time
import warnings
import zlib
from typing import Any

import numpy as np
import pytest

from cxr_severity.imaging.decode import Limits, decode
from cxr_severity.imaging.errors import (
    DamagedImageError,
    DicomForProcessingError,
    DicomNotRadiographError,
    DicomUnsupportedEncodingError,
    DicomWithoutImageError,
    ImageTooLargeError,
    InputRefusedError,
    MultiFrameError,
    UnsupportedColourSpaceError,
)

from . import files
from .corpus import COLOUR, GREY, GREY_12, STREAMS

CLASSES = "1.2.840.10008.5.1.4.1.1."
_UNDEFINED = 0xFFFFFFFF


@pytest.mark.parametrize("end", ["1", "1.1", "7", "7.1", "7.2", "7.3", "7.4"])
def test_radiographs_and_captures_are_taken(end: str) -> None:
    decode(files.dicom(GREY, sop_class=CLASSES + end))


@pytest.mark.parametrize("end", ["2", "4", "6.1", "1.2", "1.3", "12.1", "128", "481.1", "88.11"])
def test_other_objects_are_not_radiographs(end: str) -> None:
    with pytest.raises(DicomNotRadiographError):
        decode(files.dicom(GREY, sop_class=CLASSES + end))


@pytest.mark.parametrize(
    ("tag", "value", "declared"),
    [
        (0x00185101, b"LL", "not-frontal"),
        (0x00185101, b"LATERAL", "not-frontal"),
        (0x00180015, b"HAND", "not-chest"),
        (0x00180015, b"Knee", "not-chest"),
    ],
)
def test_what_an_object_says_against_a_frontal_chest_film_is_handed_on(
    tag: int, value: bytes, declared: str
) -> None:
    """The gate refuses it, and can be overridden."""
    film = decode(files.dicom(GREY, extra={tag: (b"CS", value)}))
    assert film.source.declared == declared


@pytest.mark.parametrize(
    ("tag", "value"),
    [(0x00185101, b"PA"), (0x00185101, b""), (0x00180015, b"CHEST"), (0x00180015, b"PORT THORAX")],
)
def test_other_words_for_a_chest_film_are_no_hindrance(tag: int, value: bytes) -> None:
    film = decode(files.dicom(GREY, extra={tag: (b"CS", value)}))
    assert film.source.declared == ""


@pytest.mark.parametrize("sop_class", [None, CLASSES + "7"])
@pytest.mark.parametrize("modality", ["CR", "DX", "DR", "RG", "OT", "SC", None, "CT", "US", "MG"])
def test_captures_and_nameless_objects_go_by_modality(
    sop_class: str | None, modality: str | None
) -> None:
    data = files.dicom(
        GREY,
        sop_class=sop_class or "",
        extra={0x00080060: (b"CS", modality.encode()) if modality else None},
    )
    if modality in ("CT", "US", "MG"):
        with pytest.raises(DicomNotRadiographError):
            decode(data)
    else:
        decode(data)


def test_raw_detector_data_is_refused() -> None:
    intent = {0x00080068: (b"CS", b"FOR PROCESSING")}
    for data in (files.dicom(GREY, sop_class=CLASSES + "1.1.1"), files.dicom(GREY, extra=intent)):
        with pytest.raises(DicomForProcessingError):
            decode(data)
    decode(files.dicom(GREY, extra={0x00080068: (b"CS", b"FOR PRESENTATION")}))


def test_objects_without_pixels_are_named() -> None:
    for name in ("test-SR.dcm", "rtplan.dcm", "waveform_ecg.dcm"):
        with pytest.raises(DicomWithoutImageError):
            decode((files.PYDICOM_FILES / name).read_bytes())
    with pytest.raises(DicomWithoutImageError):
        decode(files.dicom(GREY, extra={0x7FE00010: None}))


def test_frames() -> None:
    decode(files.dicom(GREY, sop_class=CLASSES + "7.2", extra={0x00280008: (b"IS", b"1")}))
    with pytest.raises(MultiFrameError):
        decode(files.dicom(GREY, sop_class=CLASSES + "7.2", extra={0x00280008: (b"IS", b"2")}))
    syntax, stream = STREAMS["jpeg-ls"]
    data = files.dicom(GREY_12, stored=12, syntax=syntax, stream=stream)
    two = data.replace(files.items(b"", stream), files.items(bytes(8), stream))
    with pytest.raises(MultiFrameError):
        decode(two)


@pytest.mark.parametrize("end", ["1.99", "4.100", "4.102", "4.201", "4.94", "4.52", "7.1", "9"])
def test_other_encodings_are_refused(end: str) -> None:
    with pytest.raises(DicomUnsupportedEncodingError):
        decode(files.dicom(GREY, syntax="1.2.840.10008.1.2." + end))


def test_a_deflated_data_set_is_refused_without_inflating_it() -> None:
    meta, rest = files.dicom(GREY, syntax="1.2.840.10008.1.2.1.99").split(b"1.99", 1)
    bomb = zlib.compressobj(9, wbits=-15)
    packed = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(64)) + bomb.flush()
    with pytest.raises(DicomUnsupportedEncodingError):
        decode(meta + b"1.99" + packed + rest[:0])


def test_colour_samples_count_towards_the_limit() -> None:
    with pytest.raises(ImageTooLargeError, match="3 values"):
        decode(files.dicom(COLOUR, photometric="RGB"), Limits(max_pixels=3 * GREY.size - 1))


@pytest.mark.parametrize(
    ("extra", "error", "says"),
    [
        ({0x00280010: None}, DamagedImageError, "Rows"),
        ({0x00280011: None}, DamagedImageError, "Columns"),
        ({0x00280011: (b"US", files.shorts(0))}, DamagedImageError, "Columns"),
        ({0x00280010: (b"US", files.shorts(49))}, DamagedImageError, "rows and columns"),
        ({0x00280011: (b"US", files.shorts(41))}, DamagedImageError, "rows and columns"),
        ({0x00280100: None}, DamagedImageError, "Bits Allocated"),
        ({0x00280100: (b"US", files.shorts(12))}, DicomUnsupportedEncodingError, "packed"),
        ({0x00280100: (b"US", files.shorts(32))}, DicomUnsupportedEncodingError, "16 bits"),
        ({0x00280101: (b"US", files.shorts(17))}, DamagedImageError, "Bits Stored"),
        ({0x00280102: (b"US", files.shorts(3))}, DamagedImageError, "High Bit"),
        ({0x00280102: (b"US", files.shorts(16))}, DamagedImageError, "High Bit"),
        ({0x00280002: (b"US", files.shorts(3))}, DamagedImageError, "Samples per Pixel"),
        ({0x00280004: (b"CS", b"CMYK")}, UnsupportedColourSpaceError, "Photometric"),
        ({0x00280004: None}, UnsupportedColourSpaceError, "Photometric"),
        ({0x00280008: (b"IS", b"many")}, DamagedImageError, "Number of Frames"),
    ],
)
def test_an_image_that_contradicts_itself_is_refused(
    extra: dict[int, Any], error: type[InputRefusedError], says: str
) -> None:
    with pytest.raises(error, match=says):
        decode(files.dicom(GREY_12, extra=extra))


def test_nothing_of_the_data_set_is_logged_or_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    secret = b"Nobody^Really"
    odd = {
        0x00080005: (b"CS", b"NO SUCH CHARACTER SET"),
        0x00100010: (b"PN", secret),
        0x00100020: (b"LO", secret * 9),
        0x00101010: (b"AS", secret),
        0x00281050: (b"DS", b"1000.00000000000000000000000001"),
        0x00281051: (b"DS", b"200"),
    }
    stream = STREAMS["jpeg-ls"][1][:-30] + b"\xff\xd9"
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        decode(files.dicom(GREY_12, stored=12, extra=odd))
        with pytest.raises(DamagedImageError) as refusal:
            decode(files.dicom(GREY_12, syntax=files.JPEG_LS, stream=stream, extra=odd))
    assert not caplog.records
    assert not warned
    assert "Nobody" not in str(refusal.value)


def _mark(element: int, length: int) -> bytes:
    return struct.pack("<HHI", 0xFFFE, element, length)


EMPTY, OPEN, ITEM_END, END = (
    _mark(0xE000, 0), _mark(0xE000, _UNDEFINED), _mark(0xE00D, 0), _mark(0xE0DD, 0),
)  # fmt: skip


def _sequence(tag: int, vr: bytes = b"SQ") -> bytes:
    """The head of a sequence whose length is not declared."""
    return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, _UNDEFINED)


def _with(inserted: bytes) -> bytes:
    """A good file with `inserted` in front of its Samples per Pixel."""
    whole = files.dicom(GREY)
    at = whole.index(struct.pack("<HH", 0x0028, 0x0002))
    return whole[:at] + inserted + whole[at:]


PRIVATE = 0x00271001


@pytest.mark.parametrize("vr", [b"SQ", b"UN"])
def test_sequences_of_other_kinds_are_stepped_over(vr: bytes) -> None:
    nested = _sequence(PRIVATE, vr) + OPEN
    expected = decode(files.dicom(GREY)).pixels
    for inserted in (
        _sequence(PRIVATE, vr) + END,
        _sequence(PRIVATE, vr) + EMPTY * 100 + END,
        nested * 20 + (ITEM_END + END) * 20,
    ):
        np.testing.assert_array_equal(decode(_with(inserted)).pixels, expected)


@pytest.mark.parametrize(
    "inserted",
    [
        (_sequence(PRIVATE) + OPEN) * 50_000,
        (_sequence(PRIVATE, b"UN") + OPEN) * 50_000,
        _sequence(PRIVATE) + EMPTY * 1_000_000 + END,
        _sequence(0x00283010) + (OPEN + ITEM_END) * 1_000_000 + END,
        files.element(PRIVATE, b"LO", b"") * 1_000_000,
        struct.pack("<HH2sHI", 0x0027, 0x1001, b"OB", 0, _UNDEFINED - 1),
        struct.pack("<HH2sHI", 0x0027, 0x1001, b"OB", 0, _UNDEFINED) + EMPTY * 1_000_000,
    ],
    ids=["deep", "deep-un", "items", "lut-items", "elements", "length", "fragments"],
)
def test_structures_made_to_exhaust_are_refused_soon(inserted: bytes) -> None:
    data, start = _with(inserted), time.thread_time()
    with pytest.raises(DamagedImageError):
        decode(data)
    assert time.thread_time() - start < 10


def test_fragments_made_to_exhaust_are_refused() -> None:
    syntax, stream = STREAMS["jpeg-ls"]
    data = files.dicom(GREY_12, stored=12, syntax=syntax, stream=stream)
    with pytest.raises(DamagedImageError, match="too many"):
        decode(data.replace(files.items(b"", stream), EMPTY * 1_000_000))


def test_a_lookup_table_may_lie_in_a_sequence_of_undeclared_length() -> None:
    table = {0x00283010: (b"SQ", files.lut(0, 8, [0, 255]))}
    expected = decode(files.dicom(GREY, extra=table)).pixels
    assert set(np.unique(expected)) == {0, 1}
    item = files.lut(0, 8, [0, 255])[8:]
    whole = files.dicom(GREY)
    at = whole.index(struct.pack("<HH", 0x7FE0, 0x0010))
    for body in (OPEN + item + ITEM_END, _mark(0xE000, len(item)) + item):
        data = whole[:at] + _sequence(0x00283010) + body + END + whole[at:]
        np.testing.assert_array_equal(decode(data).pixels, expected)


def test_an_element_of_unknown_kind_is_as_good_as_empty() -> None:
    planar = files.element(0x00280006, b"US", b"").replace(b"US", b"U\0")
    decode(_with(planar[:6] + bytes(2)))


@pytest.mark.parametrize("value", [b"", b"NO SUCH SET", b"ISO_IR 6", b"ISO 2022 IR 6\\NONE"])
def test_no_character_set_is_warned_of(value: bytes, caplog: pytest.LogCaptureFixture) -> None:
    character_set = files.element(0x00080005, b"CS", value)
    data = _with(_sequence(PRIVATE) + OPEN + character_set + ITEM_END + END)
    with caplog.at_level(logging.DEBUG):
        decode(data)
        for syntax in (files.IMPLICIT, files.EXPLICIT, files.BIG):
            decode(files.dicom(GREY, syntax=syntax, extra={0x00080005: (b"CS", value)}))
    assert not caplog.records
