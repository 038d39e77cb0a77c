"""Elements and tags that contradict the picture or each other in small ways."""

from __future__ import annotations

import struct
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import (
    DamagedImageError,
    DicomUnsupportedEncodingError,
    MultiFrameError,
)

from . import files
from .corpus import _rle

with Image.open(files.SAMPLES[4]) as _whole:
    FILM = np.asarray(_whole.convert("L").resize((220, 202), Image.Resampling.BOX))
SHAPE, CENTER, WIDTH = 0x20500020, 0x00281050, 0x00281051
TURNED = 6
"""Upright is the picture turned by a quarter, clockwise."""


def ds(*values: str) -> tuple[bytes, bytes]:
    return b"DS", "\\".join(values).encode()


class TestSignedBits:
    """Bits Stored 12, and words of 16 that carry their sign beyond."""

    @staticmethod
    def words(low: int, high: int) -> Any:
        return (low + FILM * ((high - low) / 255)).round().astype(np.int16)

    def encoded(self, words: Any, kind: str, **extra: Any) -> bytes:
        unsigned = words.view(np.uint16)
        syntax, stream = {
            "plain": (files.EXPLICIT, None),
            "rle": (files.RLE, _rle(unsigned, 16)),
            "jpeg-2000": (
                files.JPEG_2000_LOSSLESS,
                bytes(imagecodecs.jpeg2k_encode(words, codecformat="j2k", level=0)),
            ),
        }[kind]
        return files.dicom(words, stored=12, syntax=syntax, stream=stream, **extra)

    @pytest.mark.parametrize("kind", ["plain", "rle", "jpeg-2000"])
    def test_a_positive_value_that_needs_the_sign_bit_is_refused(self, kind: str) -> None:
        with pytest.raises(DamagedImageError, match="Bits Stored 12"):
            decode(self.encoded(self.words(-500, 3500), kind))
        fitting = self.words(-500, 2040)
        found = decode(self.encoded(fitting, kind)).pixels
        np.testing.assert_allclose(found, (fitting + 2048) / 4095, atol=1e-6)

    def test_padding_that_is_extended_says_nothing_of_the_film(self) -> None:
        words = self.words(-1000, 2000)
        masked = (words & 0xFFF).astype(np.int16)
        masked[:, :26] = -2000
        padding = {0x00280120: (b"SS", files.shorts(-2000))}
        found = decode(self.encoded(masked, "plain", extra=padding)).pixels[:, 40:]
        assert np.corrcoef(found.ravel(), words[:, 40:].ravel())[0, 1] > 0.999

    def test_masked_negatives_are_read(self) -> None:
        words = self.words(-1000, 2000)
        found = decode(self.encoded((words & 0xFFF).astype(np.int16), "plain")).pixels
        np.testing.assert_allclose(found, (words + 2048) / 4095, atol=1e-6)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(
    ("shape", "white_is_high"), [("IDENTITY", True), ("INVERSE", False), ("LIN OD", None)]
)
def test_the_presentation_lut_shape_says_last_what_is_white(
    photometric: str, shape: str, white_is_high: bool | None
) -> None:
    """As dcm2pnm draws it."""
    white_is_high = photometric == "MONOCHROME2" if white_is_high is None else white_is_high
    extra = {SHAPE: (b"CS", shape.encode())}
    found = decode(files.dicom(FILM, photometric=photometric, extra=extra)).pixels
    expected = FILM if white_is_high else 255 - FILM
    np.testing.assert_allclose(found, expected / 255, atol=1e-6)


def test_a_signed_stream_in_an_unsigned_object() -> None:
    for low, refused in ((-800, True), (0, False)):
        values = (low + FILM.astype(np.int32) * 8).astype(np.int16)
        stream = bytes(imagecodecs.jpeg2k_encode(values, codecformat="j2k", level=0))
        data = files.dicom(
            values.view(np.uint16), stored=12, syntax=files.JPEG_2000_LOSSLESS, stream=stream
        )
        if refused:
            with pytest.raises(DamagedImageError, match="does not agree"):
                decode(data)
        else:
            np.testing.assert_allclose(decode(data).pixels, values / 4095, atol=1e-6)


@pytest.mark.parametrize("allocated", [2, 10, 12])
def test_packed_values_are_refused_by_name(allocated: int) -> None:
    bits = {tag: (b"US", files.shorts(allocated)) for tag in (0x00280100, 0x00280101)}
    with pytest.raises(DicomUnsupportedEncodingError, match=f"packed.*{allocated}"):
        decode(files.dicom(FILM, extra=bits))


def test_a_comma_that_may_part_thousands_is_refused() -> None:
    for center in ("2,000", "-1,024"):
        with pytest.raises(DamagedImageError, match="Window Center"):
            decode(files.dicom(FILM, extra={CENTER: ds(center), WIDTH: ds("4096")}))
    for center in ("127,5", "0,125", "127,50"):
        decode(files.dicom(FILM, extra={CENTER: ds(center), WIDTH: ds("256")}))


def test_spacings_of_one_say_nothing() -> None:
    extra = {0x00280030: ds("1", "1"), 0x00181164: ds("0.4", "0.2")}
    assert decode(files.dicom(FILM, extra=extra)).values.shape == (404, 220)
    assert decode(files.dicom(FILM, extra={0x00280030: ds("1", "1")})).values.shape == FILM.shape


class TestPng:
    chunks = files.png_chunks(files.saved(FILM, "PNG"))
    exif = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHH", 1, 274, 3, 1, TURNED, 0) + bytes(4)

    def test_exif_behind_its_name(self) -> None:
        for exif in (self.exif, b"Exif\0\0" + self.exif):
            data = files.png_from([self.chunks[0], (b"eXIf", exif), *self.chunks[1:]])
            np.testing.assert_array_equal(decode(data).values, np.rot90(FILM, -1))

    def test_a_density_behind_the_pixels_is_ignored(self) -> None:
        density = (b"pHYs", struct.pack(">IIB", 2, 1, 0))
        data = files.png_from([*self.chunks[:-1], density, self.chunks[-1]])
        assert decode(data).values.shape == FILM.shape

    @pytest.mark.parametrize("colours", [0, 1, 100])
    def test_a_palette_that_lacks_colours_is_damage(self, colours: int) -> None:
        indexed = Image.fromarray(FILM).convert("P")
        chunks = dict(files.png_chunks(files.saved(indexed, "PNG")))
        assert len(chunks[b"PLTE"]) > 300
        palette = [(b"PLTE", chunks[b"PLTE"][: 3 * colours])] if colours else []
        kept = [(b"IHDR", chunks[b"IHDR"]), *palette, (b"IDAT", chunks[b"IDAT"]), (b"IEND", b"")]
        with pytest.raises(DamagedImageError):
            decode(files.png_from(kept))


class TestTiff:
    def pages(self, first: dict[int, Any], *following: dict[int, Any]) -> bytes:
        data = bytearray(files.tiff(FILM, tags=first))
        for tags in following:
            at = len(data) + len(data) % 2
            (start,) = struct.unpack_from("<I", data, 4)
            while True:
                (count,) = struct.unpack_from("<H", data, start)
                link = start + 2 + 12 * count
                (start,) = struct.unpack_from("<I", data, link)
                if not start:
                    break
            struct.pack_into("<I", data, link, at)
            data += bytes(at - len(data)) + struct.pack("<H", len(tags))
            for tag, value in sorted(tags.items()):
                data += struct.pack("<HHII", tag, 4, 1, value)
            data += bytes(4)
        return bytes(data)

    def test_a_thumbnail_or_mask_behind_the_picture_is_no_page(self) -> None:
        for kinds in ([1], [4], [1, 5, 1]):
            pages = [{254: kind, 256: 10, 257: 10} for kind in kinds]
            np.testing.assert_array_equal(
                decode(self.pages({}, *pages)).values, FILM / np.float32(255)
            )

    def test_a_page_is(self) -> None:
        page = {256: 220, 257: 202}
        for following in ([page], [{254: 2} | page], [{254: 1} | page, page], [{254: 1}] * 17):
            with pytest.raises(MultiFrameError):
                decode(self.pages({}, *following))
        with pytest.raises(MultiFrameError):
            decode(self.pages({254: 1}, page))

    def test_a_preview_is_not_taken_for_the_picture_beneath_it(self) -> None:
        with pytest.raises(MultiFrameError):
            decode(self.pages({254: 1, 330: 8}))
        # A picture with smaller ones beneath it, and one that is alone, whatever it calls itself.
        for first in ({254: 0, 330: 8}, {254: 1}):
            assert decode(self.pages(first)).values.shape == FILM.shape

    @pytest.mark.parametrize("said", [float("nan"), float("inf")])
    def test_a_kind_of_page_that_is_no_number_makes_it_a_page(self, said: float) -> None:
        data = self.pages({}, {254: 9999})
        plain = struct.pack("<HHII", 254, 4, 1, 9999)
        assert plain in data
        with pytest.raises(MultiFrameError):
            decode(data.replace(plain, struct.pack("<HHIf", 254, 11, 1, said)))

    @pytest.mark.parametrize(("kind", "letter"), [(1, "B3x"), (3, "H2x"), (4, "I")])
    def test_orientation_of_any_kind_of_integer(self, kind: int, letter: str) -> None:
        data = files.tiff(FILM, tags={274: TURNED})
        plain = struct.pack("<HHIH2x", 274, 3, 1, TURNED)
        assert plain in data
        data = data.replace(plain, struct.pack("<HHI" + letter, 274, kind, 1, TURNED))
        assert decode(data).values.shape == FILM.T.shape

    def test_resolutions_of_other_kinds(self) -> None:
        data = files.tiff(FILM, tags={282: 204, 283: 102})
        assert decode(data).values.shape == (404, 220)
        for tag, value in ((282, 204), (283, 102)):
            plain = struct.pack("<HHIH2x", tag, 3, 1, value)
            assert plain in data
            data = data.replace(plain, struct.pack("<HHIf", tag, 11, 1, value))
        assert decode(data).values.shape == (404, 220)

    def test_a_palette_of_8_bits(self) -> None:
        for scale in (1, 257):
            palette = tuple(i * scale for i in range(256)) * 3
            found = decode(files.tiff(FILM, photometric=3, tags={320: palette})).pixels
            np.testing.assert_allclose(found, FILM / 255, atol=1e-6)


def test_adobes_transform_of_four_components_in_a_picture_of_three() -> None:
    data = files.saved(np.dstack([FILM] * 3), "JPEG", quality=90)
    expected = decode(data).values
    tag = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x02"
    np.testing.assert_array_equal(decode(data[:2] + tag + data[20:]).values, expected)
    at = data.index(b"\xff\xda")
    np.testing.assert_array_equal(decode(data[:2] + data[20:at] + tag + data[at:]).values, expected)
