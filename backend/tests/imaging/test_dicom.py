"""Which DICOM objects are taken, and that every encoding gives the same picture."""

from __future__ import annotations

import logging
import struct
import warnings
import zlib
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray

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
EXACT = GREY_12.astype(np.float64) / 4095
LUMA = COLOUR @ np.array([0.299, 0.587, 0.114]) / 255
SMALL = Limits(min_side=1)


def pixels(data: bytes, limits: Limits = SMALL) -> NDArray[np.float32]:
    return decode(data, limits).pixels


@pytest.mark.parametrize("syntax", [files.IMPLICIT, files.EXPLICIT, files.BIG])
def test_uncompressed(syntax: str) -> None:
    radiograph = decode(files.dicom(GREY_12, stored=12, syntax=syntax))
    np.testing.assert_allclose(radiograph.pixels, EXACT, atol=1e-7)
    assert radiograph.source.format == "dicom"
    assert radiograph.source.bit_depth == 12
    np.testing.assert_allclose(pixels(files.dicom(GREY, syntax=syntax)), GREY / 255, atol=1e-7)


@pytest.mark.parametrize("name", STREAMS)
def test_compressed(name: str) -> None:
    syntax, stream = STREAMS[name]
    got = pixels(files.dicom(GREY_12, stored=12, syntax=syntax, stream=stream))
    lossy = name in ("jpeg-extended", "jpeg-ls-near", "jpeg-2000")
    np.testing.assert_allclose(got, EXACT, atol=0.02 if lossy else 1e-7)


@pytest.mark.parametrize("bits", [12, 16])
def test_signed_values_in_a_stream_that_knows_no_sign(bits: int) -> None:
    signed = GREY_12.astype(np.int16) - 2048
    unsigned = (signed & 0x0FFF).astype(np.uint16)
    stream = bytes(imagecodecs.jpeg8_encode(unsigned, lossless=True, bitspersample=bits))
    data = files.dicom(signed, stored=12, syntax=files.JPEG_LOSSLESS, stream=stream)
    np.testing.assert_allclose(pixels(data), EXACT, atol=1e-7)


def test_values_beyond_the_stored_bits_of_a_stream_are_white() -> None:
    syntax, stream = STREAMS["jpeg-2000-lossless"]
    got = pixels(files.dicom(GREY_12, stored=10, syntax=syntax, stream=stream))
    np.testing.assert_allclose(got, np.minimum(GREY_12, 1023) / 1023, atol=1e-7)


def test_baseline_jpeg() -> None:
    stream = bytes(imagecodecs.jpeg8_encode(GREY, level=98))
    got = pixels(files.dicom(GREY, syntax=files.JPEG_BASELINE, stream=stream))
    np.testing.assert_allclose(got, GREY / 255, atol=0.03)


@pytest.mark.parametrize("name", ["rle", "jpeg-lossless-sv1", "jpeg-ls", "jpeg-2000-lossless"])
def test_a_stream_may_lie_in_several_fragments(name: str) -> None:
    syntax, stream = STREAMS[name]
    whole = files.dicom(GREY_12, stored=12, syntax=syntax, stream=stream)
    padded = stream + bytes(len(stream) % 2)
    cut = len(padded) // 4 * 2
    split = whole.replace(
        files.items(b"", stream), files.items(bytes(4), padded[:cut], padded[cut:])
    )
    np.testing.assert_allclose(pixels(split), EXACT, atol=1e-7)


def _example(name: str) -> bytes:
    """One of pydicom's example files, declared to be a radiograph (the names are as long)."""
    data = (files.PYDICOM_FILES / name).read_bytes()
    for other in ("2\0", "4\0", "7\0"):
        data = data.replace((CLASSES + other).encode(), (CLASSES + "1\0").encode())
    return data


@pytest.mark.parametrize(
    "name",
    [
        "MR_small_RLE.dcm",
        "MR_small_bigendian.dcm",
        "MR_small_implicit.dcm",
        "MR_small_jp2klossless.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
    ],
)
def test_files_of_other_encoders_agree_with_their_original(name: str) -> None:
    np.testing.assert_array_equal(pixels(_example(name)), pixels(_example("MR_small.dcm")))


@pytest.mark.parametrize(
    "name",
    ["SC_rgb_rle.dcm", "SC_rgb_gdcm_KY.dcm", "SC_rgb_jpeg_gdcm.dcm", "SC_rgb_jpeg_dcmtk.dcm"],
)
def test_colour_files_of_other_encoders_agree(name: str) -> None:
    original = pixels(_example("SC_rgb_jls_lossy_line.dcm"))
    np.testing.assert_allclose(pixels(_example(name)), original, atol=0.02)


def test_12_bit_jpeg_of_another_encoder() -> None:
    counts = pixels(_example("JPGExtended.dcm")) * 4095.0
    # As dcmdjpeg (DCMTK 3.6.7) decodes it.
    assert counts.max() == pytest.approx(264, abs=1e-3)
    assert counts.mean(dtype=np.float64) == pytest.approx(14.369991, abs=1e-4)


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("syntax", [files.EXPLICIT, files.BIG])
def test_rgb(planar: int, syntax: str) -> None:
    order: Any = ">" if syntax == files.BIG else "<"
    body = (COLOUR.transpose(2, 0, 1) if planar else COLOUR).tobytes()
    if syntax == files.BIG:
        body = np.frombuffer(body, ">u2").astype("<u2").tobytes()
    extra = {
        0x00280006: (b"US", files.shorts(planar, order=order)),
        0x7FE00010: (b"OW" if syntax == files.BIG else b"OB", body),
    }
    got = pixels(files.dicom(COLOUR, syntax=syntax, photometric="RGB", extra=extra))
    np.testing.assert_allclose(got, LUMA, atol=1e-6)


def test_ybr_is_its_luma() -> None:
    ybr = np.dstack([GREY, COLOUR[..., 1], COLOUR[..., 2]])
    got = pixels(files.dicom(ybr, photometric="YBR_FULL"))
    np.testing.assert_allclose(got, GREY / 255, atol=1e-6)
    pairs = np.dstack([GREY[:, ::2], GREY[:, 1::2], GREY[:, ::2], GREY[:, ::2]])
    halved = {0x7FE00010: (b"OB", pairs.tobytes())}
    got = pixels(files.dicom(ybr, photometric="YBR_FULL_422", extra=halved))
    np.testing.assert_allclose(got, GREY / 255, atol=1e-6)


@pytest.mark.parametrize("colours", ["RGB", "YCBCR"])
def test_the_colours_of_a_jpeg_stream_go_before_those_of_the_data_set(colours: str) -> None:
    stream = bytes(
        imagecodecs.jpeg8_encode(COLOUR, level=100, colorspace="RGB", outcolorspace=colours)
    )
    for said in ("RGB", "YBR_FULL", "YBR_FULL_422"):
        data = files.dicom(COLOUR, syntax=files.JPEG_BASELINE, photometric=said, stream=stream)
        np.testing.assert_allclose(pixels(data), LUMA, atol=0.02)


@pytest.mark.parametrize("end", ["1", "1.1", "7", "7.1", "7.2", "7.3", "7.4"])
def test_radiographs_and_captures_are_taken(end: str) -> None:
    decode(files.dicom(GREY, sop_class=CLASSES + end))


@pytest.mark.parametrize("end", ["2", "4", "6.1", "1.2", "1.3", "12.1", "128", "481.1", "88.11"])
def test_other_objects_are_not_radiographs(end: str) -> None:
    with pytest.raises(DicomNotRadiographError):
        decode(files.dicom(GREY, sop_class=CLASSES + end))


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


@pytest.mark.parametrize("name", ["jpeg-lossless", "jpeg-ls", "jpeg-2000", "rle"])
def test_a_stream_of_another_size_never_reaches_its_decoder(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("decoded")

    for decoder in ("jpeg8_decode", "jpegls_decode", "jpeg2k_decode"):
        monkeypatch.setattr(f"cxr_severity.imaging.dicom_pixels.{decoder}", fail)
    syntax, stream = STREAMS[name]
    for tag in (0x00280010, 0x00280011):
        with pytest.raises(DamagedImageError):
            decode(
                files.dicom(
                    GREY_12, stored=12, syntax=syntax, stream=stream,
                    extra={tag: (b"US", files.shorts(64))},
                )
            )  # fmt: skip


@pytest.mark.parametrize("name", STREAMS)
def test_a_cut_stream_in_a_whole_file_is_damaged(name: str) -> None:
    syntax, stream = STREAMS[name]
    for length in (0, 1, 20, 64, 100, len(stream) // 2, len(stream) - 40, len(stream) - 2):
        with pytest.raises(DamagedImageError):
            decode(files.dicom(GREY_12, stored=12, syntax=syntax, stream=stream[:length]))


def test_a_jpeg_2000_stream_that_lacks_tiles_is_damaged() -> None:
    stream = bytearray(STREAMS["jpeg-2000"][1])
    struct.pack_into(">II", stream, 24, 20, 20)
    with pytest.raises(DamagedImageError):
        decode(files.dicom(GREY_12, stored=12, syntax=files.JPEG_2000, stream=bytes(stream)))


def test_colour_samples_count_towards_the_limit() -> None:
    with pytest.raises(ImageTooLargeError, match="3 values"):
        decode(files.dicom(COLOUR, photometric="RGB"), Limits(max_pixels=3 * GREY.size - 1))


@pytest.mark.parametrize(
    ("extra", "error", "says"),
    [
        ({0x00280010: None}, DamagedImageError, "Rows"),
        ({0x00280011: None}, DamagedImageError, "Columns"),
        ({0x00280011: (b"US", files.shorts(0))}, DamagedImageError, "Columns"),
        ({0x00280010: (b"US", files.shorts(47))}, DamagedImageError, "rows and columns"),
        ({0x00280011: (b"US", files.shorts(41))}, DamagedImageError, "rows and columns"),
        ({0x00280100: None}, DamagedImageError, "Bits Allocated"),
        ({0x00280100: (b"US", files.shorts(12))}, DamagedImageError, "Bits"),
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
