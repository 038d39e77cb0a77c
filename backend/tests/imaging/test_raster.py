"""What PNG, JPEG and TIFF pixels become: depth, colour, alpha, polarity and orientation."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import (
    DamagedImageError,
    UnsupportedFormatError,
)

from . import files
from .corpus import COLOUR, GREY, GREY_16
from .values import LUMA, pixels, unit

ALPHA = GREY[::-1, ::-1].copy()


def on_black(grey: NDArray[Any], alpha: NDArray[Any]) -> Float32Array:
    return unit(grey) * unit(alpha)


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
class TestLosslessModes:
    def test_grey_of_8_and_16_bits_is_exact(self, file_format: str) -> None:
        np.testing.assert_array_equal(pixels(files.saved(GREY, file_format)), unit(GREY))
        wide = decode(files.saved(GREY_16, file_format))
        np.testing.assert_array_equal(wide.pixels, unit(GREY_16, 65535))
        assert wide.source.bit_depth == 16

    def test_one_bit(self, file_format: str) -> None:
        bilevel = Image.fromarray(GREY).convert("1")
        radiograph = decode(files.saved(bilevel, file_format))
        np.testing.assert_array_equal(radiograph.pixels, np.asarray(bilevel, np.float32))
        assert radiograph.source.bit_depth == 1

    def test_colour_is_bt601_luminance(self, file_format: str) -> None:
        np.testing.assert_array_equal(pixels(files.saved(COLOUR, file_format)), unit(LUMA))

    def test_alpha_lies_on_black(self, file_format: str) -> None:
        grey = files.saved(np.dstack([GREY, ALPHA]), file_format)
        np.testing.assert_allclose(pixels(grey), on_black(GREY, ALPHA), atol=1e-6)
        colour = files.saved(np.dstack([COLOUR, ALPHA]), file_format)
        np.testing.assert_allclose(pixels(colour), on_black(LUMA, ALPHA), atol=1e-6)

    def test_palette(self, file_format: str) -> None:
        indexed = Image.fromarray(COLOUR).quantize(32)
        expected = unit(np.asarray(indexed.convert("RGB").convert("L")))
        np.testing.assert_array_equal(pixels(files.saved(indexed, file_format)), expected)


def test_png_of_16_bit_grey_and_alpha_keeps_16_bits() -> None:
    alpha = GREY_16[::-1]
    data = bytes(imagecodecs.png_encode(np.dstack([GREY_16, alpha])))
    expected = unit(GREY_16, 65535) * unit(alpha, 65535)
    radiograph = decode(data)
    np.testing.assert_allclose(radiograph.pixels, expected, atol=1e-6)
    assert radiograph.source.bit_depth == 16


@pytest.mark.parametrize("values", [GREY, GREY_16], ids=["8", "16"])
def test_a_transparent_grey_in_png_is_black(values: NDArray[Any]) -> None:
    key = int(values[20, 20])
    got = pixels(files.saved(values, "PNG", transparency=key))
    expected = unit(np.where(values == key, 0, values), int(values.max()))
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("depth", [2, 4])
def test_a_transparent_grey_of_few_bits_is_black(depth: int) -> None:
    top = 2**depth - 1
    values = np.arange(64 * 64).reshape(64, 64) // 5 % (top + 1)
    packed = values.reshape(64, -1, 8 // depth) << np.arange(8 - depth, -1, -depth)
    rows = np.pad(packed.sum(axis=2).astype(np.uint8), ((0, 0), (1, 0)))
    head = struct.pack(">IIBBBBB", 64, 64, depth, 0, 0, 0, 0)
    data = files.png_from(
        [(b"IHDR", head), (b"tRNS", struct.pack(">H", top)),
         (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b"")]
    )  # fmt: skip
    expected = unit(np.where(values == top, 0, values), top)
    np.testing.assert_allclose(pixels(data), expected, atol=1e-6)


def test_png_metadata_never_reaches_the_decoder() -> None:
    chunks = files.png_chunks(files.saved(GREY, "PNG"))
    bomb = (b"zTXt", b"x\x00\x00" + b"not zlib at all")
    got = pixels(files.png_from([chunks[0], bomb, (b"iCCP", b"broken"), *chunks[1:]]))
    np.testing.assert_array_equal(got, unit(GREY))


def test_jpeg_is_its_luma() -> None:
    for values in (GREY, COLOUR):
        data = files.saved(values, "JPEG", quality=95)
        radiograph = decode(data)
        expected = unit(np.asarray(Image.open(BytesIO(data)).convert("L")))
        np.testing.assert_allclose(radiograph.pixels, expected, atol=3 / 255)
        assert radiograph.source.bit_depth == 8


def test_rgb_jpeg_is_converted_to_luminance() -> None:
    data = bytes(imagecodecs.jpeg8_encode(COLOUR, level=100, colorspace="RGB", outcolorspace="RGB"))
    np.testing.assert_allclose(pixels(data), unit(LUMA), atol=3 / 255)


@pytest.mark.parametrize("options", [{"lossless": True}, {"bitspersample": 12}])
def test_rare_jpegs_are_refused(options: dict[str, Any]) -> None:
    data = bytes(imagecodecs.jpeg8_encode(files.pattern(top=4095) // 16, **options))
    with pytest.raises(UnsupportedFormatError, match="rare kind of JPEG"):
        decode(data)


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    data = files.saved(COLOUR, "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(DamagedImageError, match="scans"):
        decode(data[:-2] + last * 60 + b"\xff\xd9")


@pytest.mark.parametrize("orientation", [*range(1, 9), 0, 9])
@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF"])
def test_orientation_is_applied_exactly_once(file_format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.fromarray(GREY)
    options: dict[str, Any] = {"exif": exif} if file_format != "TIFF" else {}
    if file_format == "TIFF":
        options["tiffinfo"] = {274: orientation}
    plain = Image.fromarray(pixels(files.saved(picture, file_format)))
    plain.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(plain))
    np.testing.assert_array_equal(pixels(files.saved(picture, file_format, **options)), expected)


def test_broken_exif_leaves_the_picture_as_it_is() -> None:
    for exif in (b"Exif\x00\x00II*\x00\xff\xff\xff\xff", b"Exif\x00\x00MM", b"Exif\x00\x00"):
        data = files.saved(GREY, "JPEG")
        segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
        np.testing.assert_array_equal(pixels(data[:2] + segment + data[2:]), pixels(data))


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("fill", [b"", bytes(3000)], ids=["closed", "zeros"])
def test_a_jpeg_that_lost_its_end_is_damaged_even_when_it_was_closed(
    progressive: bool, fill: bytes
) -> None:
    """libjpeg only warns of these, and paints the rest grey: another film, with an answer."""
    buffer = BytesIO()
    with Image.open(files.SAMPLES[0]) as film:
        film.save(buffer, "JPEG", quality=95, progressive=progressive)
    whole = buffer.getvalue()
    decode(whole)
    for share in (0.3, 0.5, 0.9):
        cut = whole[: int(len(whole) * share)] + fill + b"\xff\xd9"
        with pytest.raises(DamagedImageError):
            decode(cut)
