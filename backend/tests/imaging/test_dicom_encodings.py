"""That every encoding of DICOM's pixel data gives the same picture, or a refusal."""

from __future__ import annotations

import struct
from typing import Any

import imagecodecs
import numpy as np
import pytest
from pydicom.pixels.decoders.base import get_decoder

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.decode import Limits, decode
from cxr_severity.imaging.dicom.plugin import COMPRESSED, PLUGIN, decoder
from cxr_severity.imaging.errors import (
    DamagedImageError,
    MultiFrameError,
)

from . import files
from .corpus import COLOUR, GREY, GREY_12, STREAMS

CLASSES = "1.2.840.10008.5.1.4.1.1."
EXACT = GREY_12.astype(np.float64) / 4095
LUMA = COLOUR @ np.array([0.299, 0.587, 0.114]) / 255
SMALL = Limits(min_side=1)


def pixels(data: bytes, limits: Limits = SMALL) -> Float32Array:
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


@pytest.mark.parametrize("name", ["jpeg-lossless", "jpeg-ls", "jpeg-2000", "rle"])
def test_a_stream_of_another_size_never_reaches_its_decoder(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("decoded")

    for function in ("jpeg8_decode", "jpegls_decode", "jpeg2k_decode"):
        monkeypatch.setattr(f"cxr_severity.imaging.dicom.plugin.{function}", fail)
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


@pytest.mark.parametrize("excess", [1, 2, 100, 2000])
@pytest.mark.parametrize("syntax", [files.IMPLICIT, files.EXPLICIT, files.BIG])
def test_bytes_behind_the_picture_are_padding(syntax: str, excess: int) -> None:
    order: Any = ">" if syntax == files.BIG else "<"
    body = GREY_12.astype(order + "u2").tobytes() + b"\xff" * excess
    data = files.dicom(GREY_12, stored=12, syntax=syntax, extra={0x7FE00010: (b"OW", body)})
    np.testing.assert_allclose(pixels(data), EXACT, atol=1e-7)


def test_bytes_of_a_second_picture_are_none() -> None:
    twice = {0x7FE00010: (b"OW", GREY_12.tobytes() * 2)}
    data = files.dicom(GREY_12, stored=12, extra=twice | {0x00280010: (b"US", files.shorts(24))})
    with pytest.raises(MultiFrameError):
        pixels(data)
    # Colour at full resolution that calls itself halved.
    with pytest.raises(DamagedImageError, match="rows and columns"):
        pixels(files.dicom(COLOUR, photometric="YBR_FULL_422"))


def test_one_bit_per_pixel() -> None:
    bits = (GREY > 100).astype(np.uint8)
    packed = np.packbits(bits, bitorder="little").tobytes()
    one = {tag: (b"US", files.shorts(1)) for tag in (0x00280100, 0x00280101)}
    extra = one | {0x00280102: (b"US", files.shorts(0)), 0x7FE00010: (b"OB", packed)}
    np.testing.assert_array_equal(pixels(files.dicom(bits, extra=extra)), bits)


@pytest.mark.parametrize("tag", [b"JFIF\0\1\1\0\0\1\0\1\0\0", b"Adobe\0\x64\0\0\0\0\0"])
@pytest.mark.parametrize("said", ["RGB", "YBR_FULL"])
def test_a_lossless_stream_keeps_the_colours_of_the_data_set(tag: bytes, said: str) -> None:
    stream = bytes(
        imagecodecs.jpeg8_encode(COLOUR, lossless=True, colorspace="RGB", outcolorspace="RGB")
    )
    marker = b"\xff\xe0" if tag.startswith(b"JFIF") else b"\xff\xee"
    stream = stream[:2] + marker + struct.pack(">H", len(tag) + 2) + tag + stream[2:]
    data = files.dicom(COLOUR, syntax=files.JPEG_LOSSLESS, photometric=said, stream=stream)
    expected = LUMA if said == "RGB" else COLOUR[..., 0] / 255
    np.testing.assert_allclose(pixels(data), expected, atol=1e-6)


@pytest.mark.parametrize("syntax", sorted(COMPRESSED))
def test_no_other_decoder_is_ever_picked(syntax: str) -> None:
    assert decoder(syntax).available_plugins == (PLUGIN,)
    assert PLUGIN not in get_decoder(syntax).available_plugins


def test_a_decoder_that_runs_out_of_memory_is_told_from_damage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("cxr_severity.imaging.dicom.plugin.jpegls_decode", exhausted)
    syntax, stream = STREAMS["jpeg-ls"]
    with pytest.raises(MemoryError):
        pixels(files.dicom(GREY_12, stored=12, syntax=syntax, stream=stream))


def test_run_lengths_end_with_the_picture() -> None:
    endless = struct.pack("<16I", 1, 64, *[0] * 14) + b"\x81\x07" * 1_000_000
    got = pixels(files.dicom(GREY, syntax=files.RLE, stream=endless))
    np.testing.assert_allclose(got, np.full(GREY.shape, 7 / 255), atol=1e-7)
