"""The way in: which bytes are taken, which are refused, and with which reason."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cxr_severity.imaging.decode import DEFAULT_LIMITS, Limits, decode
from cxr_severity.imaging.errors import (
    DamagedImageError,
    EmptyFileError,
    FileTooLargeError,
    ImageTooLargeError,
    ImageTooSmallError,
    InputRefusedError,
    MultiFrameError,
    NotAnImageError,
    UnsupportedColourSpaceError,
    UnsupportedFormatError,
)

from . import corpus, files

GREY = files.pattern()


@pytest.mark.parametrize("path", files.SAMPLES, ids=lambda path: path.stem)
def test_real_radiographs_decode_to_their_stored_values(path: Path) -> None:
    data = path.read_bytes()
    radiograph = decode(data)
    with Image.open(path) as image:
        np.testing.assert_array_equal(
            radiograph.pixels, np.asarray(image, np.float32) / np.float32(255)
        )
    assert radiograph.source.format == "png"
    assert radiograph.source.bit_depth == 8
    assert radiograph.source.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("name", corpus.ALL)
def test_every_format_gives_contiguous_float32_in_range(name: str) -> None:
    pixels = decode(corpus.ALL[name]).pixels
    assert pixels.dtype == np.float32
    assert pixels.flags.c_contiguous
    assert 0 <= pixels.min() < pixels.max() <= 1


def test_nothing_is_an_empty_file() -> None:
    with pytest.raises(EmptyFileError):
        decode(b"")


def test_bytes_are_limited_before_anything_is_looked_at() -> None:
    with pytest.raises(FileTooLargeError, match="25 MB"):
        decode(bytes(DEFAULT_LIMITS.max_bytes + 1))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (files.saved(GREY, "GIF"), "GIF"),
        (files.saved(GREY, "BMP"), "BMP"),
        (files.saved(GREY, "WEBP"), "WebP"),
        (files.saved(GREY, "JPEG2000"), "JPEG 2000"),
        (files.saved(GREY, "PPM"), "Netpbm"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(99), "HEIC"),
        (b"\x00\x00\x00\x18ftypavif" + bytes(99), "AVIF"),
        (b"\xff\x0a" + bytes(99), "JPEG XL"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04" + bytes(99), "ZIP"),
        (b"\x1f\x8b\x08" + bytes(99), "gzip"),
        (bytes(344) + b"n+1\x00", "NIfTI"),
        (b"II\x2b\x00" + bytes(99), "BigTIFF"),
        (b"<?xml version='1.0'?>\n<svg xmlns='x'/>", "SVG"),
        (b"  <svg/>", "SVG"),
    ],
)
def test_other_formats_are_named(data: bytes, name: str) -> None:
    with pytest.raises(UnsupportedFormatError, match=f"{name}.*PNG, JPEG, TIFF and DICOM"):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [b"\x00", b"hello", b"BM is how a text may begin, too", b"P", b"II", bytes(4096), b"<html/>"],
)
def test_what_is_of_no_format_is_not_an_image(data: bytes) -> None:
    with pytest.raises(NotAnImageError):
        decode(data)


@pytest.mark.parametrize("name", corpus.ALL)
def test_a_file_cut_anywhere_is_damaged(name: str) -> None:
    data = corpus.ALL[name]
    lengths = {len(data) - 1, len(data) - 3, len(data) - 9, *range(140, len(data), len(data) // 9)}
    for length in sorted(lengths):
        with pytest.raises(DamagedImageError):
            decode(data[:length])


@pytest.mark.parametrize("name", corpus.RASTER)
def test_a_file_of_its_first_bytes_alone_is_damaged(name: str) -> None:
    for length in (8, 12, 20, 33, 60):
        with pytest.raises(DamagedImageError):
            decode(corpus.RASTER[name][:length])


def test_a_changed_bit_in_the_pixels_of_a_png_is_noticed() -> None:
    data = bytearray(corpus.RASTER["png-8"])
    data[data.index(b"IDAT") + 40] ^= 1
    with pytest.raises(DamagedImageError, match="checksum"):
        decode(bytes(data))


@pytest.mark.parametrize("side", [1, 31])
@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF"])
def test_small_pictures_are_refused(side: int, file_format: str) -> None:
    with pytest.raises(ImageTooSmallError, match="at least 32"):
        decode(files.saved(np.zeros((64, side), np.uint8), file_format))
    with pytest.raises(ImageTooSmallError):
        decode(files.dicom(np.zeros((64, side), np.uint8)))


# Declared sizes below, between and above Pillow's own two limits.
@pytest.mark.parametrize("side", [8001, 10_000, 14_000, 60_000])
class TestDecompressionBombs:
    def test_png(self, side: int) -> None:
        with pytest.raises(ImageTooLargeError, match="64 million"):
            decode(files.with_png_header(files.saved(GREY, "PNG"), width=side, height=side))

    def test_jpeg(self, side: int) -> None:
        data = bytearray(files.saved(GREY, "JPEG"))
        struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, side, side)
        with pytest.raises(ImageTooLargeError):
            decode(bytes(data))

    def test_tiff(self, side: int) -> None:
        tags = {256: side, 257: side, 278: side}
        with pytest.raises(ImageTooLargeError):
            decode(files.tiff(GREY, tags=tags))

    def test_dicom(self, side: int) -> None:
        size = (b"US", files.shorts(side))
        with pytest.raises(ImageTooLargeError):
            decode(files.dicom(GREY, extra={0x00280010: size, 0x00280011: size}))


def test_too_large_goes_before_damaged() -> None:
    png = files.with_png_header(files.saved(GREY, "PNG"), width=30_000, height=30_000)
    jpeg = bytearray(files.saved(GREY, "JPEG"))
    at = jpeg.index(b"\xff\xc0")
    struct.pack_into(">HH", jpeg, at + 5, 30_000, 30_000)
    for data, header in ((png, 33), (bytes(jpeg), at + 2 + 11)):
        for end in (header, header + 20, len(data) - 2):
            with pytest.raises(ImageTooLargeError):
                decode(data[:end])
    # Strips that are not there.
    sides: dict[int, int | tuple[int, ...]] = {256: 30_000, 257: 30_000, 273: 60_000}
    sides[279] = (60_000,) * 9
    for cut in (0, 2, 10):
        data = files.tiff(GREY, tags=sides)
        with pytest.raises(ImageTooLargeError):
            decode(data[: len(data) - cut])


def test_a_bomb_within_the_limits_decodes() -> None:
    flat = files.saved(np.zeros((2000, 2000), np.uint8), "PNG")
    assert decode(flat).pixels.shape == (2000, 2000)
    with pytest.raises(ImageTooLargeError, match="3 million"):
        decode(flat, Limits(max_pixels=3_000_000))


@pytest.mark.parametrize("limits", [{"max_pixels": 90_000_000}, {"min_side": 0}, {"max_bytes": -1}])
def test_limits_that_cannot_hold_are_errors(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must"):
        Limits(**limits)


def test_being_short_of_memory_is_not_the_pictures_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(np, "empty", exhausted)
    for name in ("png-8", "tiff-8", "dicom-16"):
        with pytest.raises(MemoryError):
            decode(corpus.ALL[name])


@pytest.mark.parametrize("mode", ["CMYK", "LAB"])
def test_colour_without_a_grey_scale_is_refused(mode: str) -> None:
    image = Image.new(mode, (40, 40))
    with pytest.raises(UnsupportedColourSpaceError, match="greyscale or RGB"):
        decode(files.saved(image, "TIFF"))
    if mode == "CMYK":
        with pytest.raises(UnsupportedColourSpaceError, match="greyscale or RGB"):
            decode(files.saved(image, "JPEG"))


def test_more_than_one_picture_is_refused() -> None:
    frames = {"save_all": True, "append_images": [Image.fromarray(255 - GREY)]}
    for file_format in ("PNG", "TIFF"):
        with pytest.raises(MultiFrameError):
            decode(files.saved(GREY, file_format, **frames))


def test_the_first_picture_of_a_multi_picture_jpeg_is_taken() -> None:
    frames = {"save_all": True, "append_images": [Image.fromarray(255 - GREY)]}
    expected = decode(files.saved(GREY, "JPEG")).pixels
    np.testing.assert_array_equal(decode(files.saved(GREY, "MPO", **frames)).pixels, expected)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_bytes_raise_anything_but_a_refusal(data: st.DataObject) -> None:
    original = bytearray(corpus.ALL[data.draw(st.sampled_from(sorted(corpus.ALL)))])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(original) - 1))
        new = data.draw(st.binary(max_size=4))
        removed = data.draw(st.sampled_from([0, len(new), len(new), 1, 40]))
        original[at : at + removed] = new
        if not original:
            break
    try:
        decode(bytes(original))
    except InputRefusedError as refusal:
        assert refusal.detail.endswith(".")  # noqa: PT017 - most mutations still decode


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", bytes(128) + b"DICM"]),
       st.binary(max_size=300))  # fmt: skip
def test_no_bytes_behind_a_magic_raise_anything_but_a_refusal(magic: bytes, rest: bytes) -> None:
    with pytest.raises(InputRefusedError):
        decode(magic + rest)
