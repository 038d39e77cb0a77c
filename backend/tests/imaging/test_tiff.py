"""What TIFF pixels become: polarity, compression, planes; and which directories are refused."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import (
    DamagedImageError,
    ImageTooSmallError,
    UnsupportedColourSpaceError,
    UnsupportedFormatError,
)

from . import files
from .corpus import COLOUR, GREY, GREY_16
from .values import LUMA, pixels, unit


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("values", [GREY, GREY_16], ids=["8", "16"])
class TestTiffPolarity:
    def test_black_is_zero(self, values: NDArray[Any], order: Any) -> None:
        expected = unit(values, int(values.max()))
        np.testing.assert_array_equal(pixels(files.tiff(values, order=order)), expected)

    def test_white_is_zero(self, values: NDArray[Any], order: Any) -> None:
        expected = 1 - unit(values, int(values.max()))
        data = files.tiff(values, order=order, photometric=0)
        np.testing.assert_array_equal(pixels(data), expected)

    def test_strips(self, values: NDArray[Any], order: Any) -> None:
        row = values.shape[1] * values.itemsize
        tags: dict[int, Any] = {
            278: 16,
            273: tuple(8 + 16 * row * i for i in range(3)),
            279: (16 * row,) * 3,
        }
        expected = unit(values, int(values.max()))
        np.testing.assert_array_equal(pixels(files.tiff(values, order=order, tags=tags)), expected)


@pytest.mark.parametrize("premultiplied", [False, True])
def test_what_is_clear_is_black_where_white_is_zero(*, premultiplied: bool) -> None:
    alpha = np.full_like(GREY, 255)
    alpha[:, :20] = 0
    grey = np.where(alpha > 0, GREY, 0) if premultiplied else GREY
    tags: dict[int, Any] = {338: 1 if premultiplied else 2}
    data = files.tiff(np.stack([grey, alpha], 2), photometric=0, tags=tags)
    np.testing.assert_allclose(pixels(data), (1 - unit(GREY)) * (alpha > 0), atol=1e-6)


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_tiff_of_16_bits_is_exact(compression: str) -> None:
    data = files.saved(GREY_16, "TIFF", compression=compression)
    np.testing.assert_array_equal(pixels(data), unit(GREY_16, 65535))


def test_fax_tiff_of_white_zeros_is_not_inverted() -> None:
    bilevel = Image.fromarray(GREY).convert("1")
    data = files.saved(bilevel, "TIFF", compression="group4")
    np.testing.assert_array_equal(pixels(data), np.asarray(bilevel, np.float32))


def test_tiff_of_several_planes() -> None:
    planes = np.ascontiguousarray(COLOUR.transpose(2, 0, 1))
    size = GREY.size
    tags: dict[int, Any] = {
        256: 40, 257: 48, 277: 3, 258: (8, 8, 8), 278: 48, 284: 2,
        273: (8, 8 + size, 8 + 2 * size), 279: (size,) * 3,
    }  # fmt: skip
    data = files.tiff(planes.reshape(3 * 48, 40), photometric=2, tags=tags)
    np.testing.assert_array_equal(pixels(data), unit(LUMA))
    # Pillow would read them as if the highest bit came first.
    lowest_first = files.tiff(planes.reshape(3 * 48, 40), photometric=2, tags=tags | {266: 2})
    with pytest.raises(UnsupportedFormatError, match="layout of values"):
        decode(lowest_first)


@pytest.mark.parametrize("samples", [2, 4])
def test_tiff_planes_that_pillow_misreads_are_refused(samples: int) -> None:
    size = GREY.size
    tags: dict[int, Any] = {
        256: 40, 257: 48, 277: samples, 258: (8,) * samples, 278: 48, 284: 2,
        273: tuple(8 + size * plane for plane in range(samples)), 279: (size,) * samples,
        338: 1 if samples == 4 else 2,
    }  # fmt: skip
    data = files.tiff(np.tile(GREY, (samples, 1)), photometric=2 if samples == 4 else 1, tags=tags)
    with pytest.raises(UnsupportedFormatError, match="layout of values"):
        decode(data)


@pytest.mark.parametrize("said", [None, 0, 2])
def test_a_fourth_plane_that_nothing_is_said_of_is_refused_where_it_is_compressed(
    said: int | None,
) -> None:
    planes = [zlib.compress(GREY.tobytes())] * 3 + [zlib.compress(GREY[::-1].tobytes())]
    starts = (8 + sum(map(len, planes[:plane])) for plane in range(4))
    body = b"".join(planes)
    body += bytes(-len(body) % 2)
    tags: dict[int, Any] = {
        256: 40, 257: 48, 277: 4, 258: (8,) * 4, 259: 8, 278: 48, 284: 2,
        273: tuple(starts), 279: tuple(map(len, planes)), 338: said,
    }  # fmt: skip
    data = files.tiff(np.frombuffer(body, np.uint8)[None], photometric=2, tags=tags)
    if said is None:
        with pytest.raises(UnsupportedFormatError, match="layout of values"):
            decode(data)
    else:
        # What is called no colour at all, or alpha by itself, is read as in other layouts.
        chunky = np.stack([GREY] * 3 + [GREY[::-1]], 2)
        np.testing.assert_array_equal(
            pixels(data), pixels(files.tiff(chunky, photometric=2, tags={338: said}))
        )


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("samples", [3, 4])
def test_uncompressed_tiff_planes_of_16_bits_are_refused(order: Any, samples: int) -> None:
    size = GREY_16.nbytes
    tags: dict[int, Any] = {
        256: 40, 257: 48, 277: samples, 258: (16,) * samples, 278: 48, 284: 2,
        273: tuple(8 + size * plane for plane in range(samples)), 279: (size,) * samples,
    } | ({338: 2} if samples == 4 else {})  # fmt: skip
    planes = np.tile(GREY_16, (samples, 1))
    with pytest.raises(UnsupportedFormatError, match="layout of values"):
        decode(files.tiff(planes, photometric=2, tags=tags, order=order))
    # Of one sample, planes are nothing special.
    got = pixels(files.tiff(GREY_16, tags={284: 2}, order=order))
    np.testing.assert_array_equal(got, unit(GREY_16, 65535))


@pytest.mark.parametrize(
    "values",
    [GREY.astype(np.float32), GREY.astype(np.int16), GREY.astype(np.uint32), GREY.astype(np.int32)],
    ids=["float32", "int16", "uint32", "int32"],
)
def test_tiff_values_without_a_black_and_white_are_refused(values: NDArray[Any]) -> None:
    kind = {"f": 3, "i": 2, "u": 1}[values.dtype.kind]
    with pytest.raises(UnsupportedFormatError, match="8 or 16 bits of unsigned"):
        decode(files.tiff(values, tags={339: kind}))


@pytest.mark.parametrize(
    ("tags", "error"),
    [
        ({262: 5}, UnsupportedColourSpaceError),
        ({262: 6}, UnsupportedColourSpaceError),
        ({262: 32844}, UnsupportedColourSpaceError),
        ({258: 12}, UnsupportedFormatError),
        ({259: 6}, UnsupportedFormatError),
        ({259: 34712}, UnsupportedFormatError),
        ({277: 2, 258: (8, 8)}, DamagedImageError),
        ({277: 5, 258: (8,) * 5}, UnsupportedFormatError),
        ({256: 0}, DamagedImageError),
        ({256: (40, 40)}, DamagedImageError),
        ({257: 400}, DamagedImageError),
        ({273: 60_000}, DamagedImageError),
        ({278: 8}, DamagedImageError),
        ({279: 60_000}, DamagedImageError),
        ({322: 60_000, 323: 60_000, 324: 8, 325: 99}, DamagedImageError),
        ({256: 8}, ImageTooSmallError),
    ],
)
def test_unfit_tiff_directories_are_refused(tags: dict[int, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        decode(files.tiff(GREY, tags=tags))


def test_a_layout_that_pillow_does_not_know_is_refused() -> None:
    with pytest.raises(UnsupportedFormatError, match="layout of values"):
        decode(files.tiff(np.stack([GREY, GREY], 2)))


_STRIPS: dict[int, Any] = {278: 20, 273: (8, 808, 1608)}
_TILES: dict[int, Any] = {
    256: 40, 273: None, 278: None, 279: None, 322: 16, 323: 16,
    324: tuple(8 + 256 * i for i in range(9)),
}  # fmt: skip
_SQUARE = np.tile(GREY, (1, 2))[:, :48]
_BITS: dict[int, Any] = {258: 1, 256: 60, 257: 32}
"""8 bytes a row, the last of them in part."""


@pytest.mark.parametrize(
    ("values", "tags", "lengths"),
    [
        (GREY, {}, 1920),
        (GREY_16, {}, 3840),
        (COLOUR, {}, 5760),
        (GREY, _BITS, 256),
        (GREY, _STRIPS, (800, 800, 320)),
        (GREY, {259: 8}, None),
        (_SQUARE, _TILES, (256,) * 9),
    ],
    ids=["8", "16", "colour", "1", "strips", "deflate", "tiles"],
)
def test_parts_that_are_shorter_than_their_rows_are_refused(
    values: NDArray[Any], tags: dict[int, Any], lengths: int | tuple[int, ...] | None
) -> None:
    """The rest would be read from what follows in the file, whatever that is."""
    tag = 325 if 322 in tags else 279
    photometric = 2 if values.ndim == 3 else 1

    def made(said: int | tuple[int, ...]) -> bytes:
        return files.tiff(values, photometric=photometric, tags={**tags, tag: said})

    if lengths is None:
        lengths = 1
    else:
        decode(made(lengths))
    several = (lengths,) if isinstance(lengths, int) else lengths
    short = [(0,) * len(several)]
    short += [(*several[:-1], several[-1] - 1), (several[0] - 1, *several[1:])]
    for said in short:
        with pytest.raises(DamagedImageError, match="lacks a part of its picture"):
            decode(made(said))


def test_a_picture_of_strips_that_hold_nothing_is_refused() -> None:
    tags: dict[int, Any] = {
        256: 2000, 257: 2000, 278: 1, 273: (8,) * 2000, 279: (0,) * 2000,
    }  # fmt: skip
    with pytest.raises(DamagedImageError, match="lacks a part of its picture"):
        decode(files.tiff(GREY, tags=tags))


def test_a_tiff_directory_that_points_at_itself_ends() -> None:
    data = bytearray(files.tiff(GREY))
    struct.pack_into("<I", data, len(data) - 4, struct.unpack_from("<I", data, 4)[0])
    with pytest.raises(Exception, match="more than one page"):
        decode(bytes(data))
