"""What a film that is compressed says of that itself, and what its pixels say where it does not."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from imagecodecs import jpeg2k_encode, jpeg8_encode, jpegls_encode
from interop.films import assessment, conformance_errors, film, making
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    UID,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

from cxr_severity.imaging.decode import decode
from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.forms import FORMS, as_form

JPEG, LS, J2K = "ISO_10918_1", "ISO_14495_1", "ISO_15444_1"


def packed(syntax: UID, **changes: Any) -> bytes:
    """A film in that syntax; JPEG 2000 by the wavelet that rounds where the syntax lets it."""
    ds = dcmread(BytesIO(film(**changes)))
    grey = ds.pixel_array
    if syntax in (JPEGBaseline8Bit, JPEGExtended12Bit):
        stream = jpeg8_encode(grey, level=60)
    elif syntax in (JPEGLSLossless, JPEGLSNearLossless):
        stream = jpegls_encode(grey, level=4 if syntax == JPEGLSNearLossless else 0)
    else:
        stream = jpeg2k_encode(grey, level=35, codecformat="j2k", reversible=syntax != JPEG2000)
    return stored(ds, syntax, stream)


def stored(ds: Any, syntax: UID, stream: bytes | bytearray) -> bytes:
    ds.file_meta.TransferSyntaxUID = syntax
    ds.PixelData = encapsulate([bytes(stream)])
    ds["PixelData"].is_undefined_length = True
    out = BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


@pytest.mark.parametrize(
    ("syntax", "method"),
    [
        (JPEGBaseline8Bit, JPEG),
        (JPEGExtended12Bit, JPEG),
        (JPEGLSNearLossless, LS),
        (JPEG2000, J2K),
    ],
)
@pytest.mark.parametrize("said", [{}, {"LossyImageCompression": "00"}])
def test_a_picture_of_a_compressed_film_says_so_though_the_film_does_not(
    syntax: UID, method: str, said: dict[str, str]
) -> None:
    data = packed(syntax, **said)
    lossy = read_context(data).lossy
    assert (lossy.was, lossy.methods) == (True, (method,))
    assert 2 < lossy.ratios[0] < 40
    capture = dcmread(BytesIO(as_form(FORMS["sc"], assessment(), decode(data), data, making())))
    assert capture.LossyImageCompression == "01"
    assert list(capture.LossyImageCompressionMethod) == [method, JPEG]
    assert capture.LossyImageCompressionRatio[0] == lossy.ratios[0]


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEG2000Lossless])
def test_what_lost_nothing_says_nothing(syntax: UID) -> None:
    assert not read_context(packed(syntax)).lossy.was


def test_what_a_film_says_of_its_compression_counts() -> None:
    said = {
        "LossyImageCompression": "01",
        "LossyImageCompressionRatio": ["10", "7.5"],
        "LossyImageCompressionMethod": [J2K, JPEG],
    }
    lossy = read_context(packed(JPEGBaseline8Bit, **said)).lossy
    assert (lossy.ratios, lossy.methods) == ((10, 7.5), (J2K, JPEG))


@pytest.mark.parametrize(
    ("syntax", "ratio", "method", "ratios", "methods"),
    [
        (JPEGBaseline8Bit, "10", None, [10], [JPEG]),
        (JPEGBaseline8Bit, None, JPEG, [None], [JPEG]),
        (JPEGBaseline8Bit, None, None, [None], [JPEG]),
        (JPEGBaseline8Bit, None, J2K, [], []),
        (JPEGBaseline8Bit, ["10", "7.5"], JPEG, [], []),
        (JPEGBaseline8Bit, "10", [J2K, JPEG], [], []),
        (JPEGBaseline8Bit, ["0", "7.5"], [J2K, JPEG], [], []),
        (JPEGBaseline8Bit, ["0", "7.5"], [J2K, "by hand!"], [], []),
        (JPEGLSLossless, "10", None, [], []),
        (JPEGLSLossless, None, JPEG, [], []),
        (JPEGLSLossless, None, None, [], []),
    ],
)
@pytest.mark.filterwarnings("ignore:Invalid value for VR CS")
def test_ratio_and_method_of_a_step_stand_in_one_place(
    syntax: UID,
    ratio: Any,
    method: Any,
    ratios: list[float | None],
    methods: list[str],
    tmp_path: Path,
) -> None:
    """Where a film leaves one out that its pixels do not tell, which belong together is not known:
    then a result says none, and that there was loss. None: the ratio of the pixels."""
    said = {"LossyImageCompressionRatio": ratio, "LossyImageCompressionMethod": method}
    given = {keyword: value for keyword, value in said.items() if value is not None}
    data = packed(syntax, LossyImageCompression="01", **given)
    lossy = read_context(data).lossy
    own = read_context(packed(syntax)).lossy.ratios
    expected = tuple(own[0] if each is None else each for each in ratios)
    assert (lossy.was, lossy.ratios, list(lossy.methods)) == (True, expected, methods)
    made = as_form(FORMS["sc"], assessment(), decode(data), data, making())
    capture = dcmread(BytesIO(made))
    assert capture.LossyImageCompression == "01"
    if methods:
        assert list(capture.LossyImageCompressionMethod) == [*methods, JPEG]
        assert list(capture.LossyImageCompressionRatio)[:-1] == list(expected)
        assert len(capture.LossyImageCompressionRatio) == len(methods) + 1
    else:
        assert "LossyImageCompressionMethod" not in capture
        assert "LossyImageCompressionRatio" not in capture
    assert conformance_errors(made, tmp_path) == []


def test_a_jpeg_2000_stream_tells_by_its_wavelet() -> None:
    ds = dcmread(BytesIO(film()))
    stream = jpeg2k_encode(ds.pixel_array, codecformat="j2k", reversible=True)
    assert not read_context(stored(ds, JPEG2000, stream)).lossy.was
    for cut in (stream[:30], stream[:4], b"\xff\x4f\xff\x51\0\0" * 30, b"\0\0"):
        assert not read_context(stored(ds, JPEG2000, cut)).lossy.was
