"""The fast way to a PNG's pixels is Pillow's way: same pixels, same refusals."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from cxr_severity.imaging.codecs import png_pixels, raster
from cxr_severity.imaging.codecs.png import parse_png
from cxr_severity.imaging.codecs.png_pixels import Samples, ordinary_samples
from cxr_severity.imaging.errors import DamagedImageError, InputRefusedError
from cxr_severity.imaging.limits import DEFAULT_LIMITS
from cxr_severity.imaging.radiograph import in_unit_range

from . import files
from .corpus import COLOUR, GREY, GREY_16

KINDS = {"grey": GREY, "grey 16": GREY_16, "rgb": COLOUR}


def png(filtered: bytes, values: NDArray[Any], *, parts: int = 1, **header: int) -> bytes:
    """A file for `values` around a deflate stream of any content."""
    fields = {
        "depth": 8 * values.itemsize, "colour": 2 if values.ndim == 3 else 0,
        "compression": 0, "filter": 0, "interlace": 0,
    } | header  # fmt: skip
    head = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], *fields.values())
    step = max(1, -(-len(filtered) // parts))
    data = [(b"IDAT", filtered[i : i + step]) for i in range(0, len(filtered), step)]
    return files.png_from([(b"IHDR", head), *data, (b"IEND", b"")])


def unfiltered_rows(values: NDArray[Any]) -> NDArray[np.uint8]:
    """(H, 1 + row bytes), filter type first, which is 0."""
    big = np.ascontiguousarray(values.astype(values.dtype.newbyteorder(">")))
    return np.pad(big.view(np.uint8).reshape(len(values), -1), ((0, 0), (1, 0)))


def fast(data: bytes) -> Samples | None:
    return ordinary_samples(parse_png(data, DEFAULT_LIMITS))


def by_pillow(data: bytes) -> NDArray[Any]:
    return np.asarray(Image.open(BytesIO(data)))


def outcome(data: bytes, *, slow: bool = False) -> tuple[str, bytes]:
    """The code of a refusal, or the shape and bytes of the pixels."""
    with pytest.MonkeyPatch.context() as patch:
        if slow:
            patch.setattr(raster, "ordinary_samples", lambda _: None)
        try:
            found = raster.decode_raster(data, "png", DEFAULT_LIMITS)
        except InputRefusedError as error:
            return error.code, b""
        pixels = in_unit_range(found.values)
        return f"{pixels.shape} {found.bit_depth} {found.colour}", pixels.tobytes()


@pytest.mark.parametrize("values", KINDS.values(), ids=KINDS.keys())
class TestOrdinaryKinds:
    @pytest.mark.parametrize("band_bytes", [1, 1000, 1 << 18])
    @pytest.mark.parametrize("filter_type", [0, 1, 2, 3, 4, None])
    def test_every_filter_in_every_band(
        self,
        values: NDArray[Any],
        filter_type: int | None,
        band_bytes: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(png_pixels, "_BAND_BYTES", band_bytes)
        rows = unfiltered_rows(values)
        # Any bytes are a picture under any filter.
        rows[:, 0] = np.arange(len(rows)) % 5 if filter_type is None else filter_type
        data = png(zlib.compress(rows.tobytes()), values, parts=3)
        got = fast(data)
        assert got is not None
        np.testing.assert_array_equal(got, by_pillow(data))
        assert got.dtype == values.dtype
        assert outcome(data) == outcome(data, slow=True)

    def test_as_encoders_write_them(self, values: NDArray[Any]) -> None:
        large = np.tile(values, (9, 11) if values.ndim == 2 else (9, 11, 1))
        for options in ({}, {"compress_level": 9}, {"optimize": True}):
            data = files.saved(large, "PNG", **options)
            got = fast(data)
            assert got is not None
            np.testing.assert_array_equal(got, large)

    def test_rows_longer_than_a_block_that_deflate_stores(self, values: NDArray[Any]) -> None:
        wide = np.repeat(values, 2000, axis=1)
        got = fast(files.saved(wide, "PNG"))
        assert got is not None
        np.testing.assert_array_equal(got, wide)

    def test_what_is_not_sound_is_refused_as_before(self, values: NDArray[Any]) -> None:
        rows = unfiltered_rows(values)
        whole = zlib.compress(rows.tobytes())
        foreign = rows.copy()
        foreign[7, 0] = 5
        damaged = {
            "checksum of the pixels": whole[:-4] + b"oops",
            "cut": whole[: len(whole) // 2],
            "unknown filter": zlib.compress(foreign.tobytes()),
            "no zlib header": whole[2:],
            "four rows less": zlib.compress(rows[:-4].tobytes()),
            "a byte less": zlib.compress(rows.tobytes()[:-1]),
            "nothing": b"",
        }
        for stream in damaged.values():
            data = png(stream, values)
            assert fast(data) is None
            with pytest.raises(DamagedImageError):
                raster.decode_raster(data, "png", DEFAULT_LIMITS)

    def test_what_pillow_forgives_is_forgiven(self, values: NDArray[Any]) -> None:
        rows = unfiltered_rows(values)
        whole = zlib.compress(rows.tobytes())
        longer = rows.tobytes() + b"more"
        for stream in (whole[:-4], whole + b"more", zlib.compress(longer)):
            data = png(stream, values)
            assert outcome(data) == outcome(data, slow=True)
            assert outcome(data)[1]


def test_other_kinds_are_left_to_pillow() -> None:
    alpha = GREY[::-1]
    others = [
        files.saved(np.dstack([GREY, alpha]), "PNG"),
        files.saved(np.dstack([COLOUR, alpha]), "PNG"),
        files.saved(Image.fromarray(COLOUR).quantize(32), "PNG"),
        files.saved(Image.fromarray(GREY).convert("1"), "PNG"),
        files.saved(GREY, "PNG", transparency=7),
        files.with_png_header(files.saved(GREY, "PNG"), interlace=1),
        files.with_png_header(files.saved(GREY, "PNG"), compression=1),
    ]
    for data in others:
        assert fast(data) is None
        assert outcome(data) == outcome(data, slow=True)


@pytest.mark.parametrize(
    "image",
    [
        Image.fromarray(np.dstack([COLOUR, GREY])),
        Image.fromarray(COLOUR).quantize(32),
        Image.fromarray(GREY).convert("1"),
        Image.fromarray(GREY_16),
    ],
    ids=["rgba", "palette", "bits", "grey 16"],
)
@pytest.mark.parametrize("side", [32, 33, 37, 40])
@pytest.mark.parametrize("interlaced", [False, True])
def test_any_kind_that_lacks_its_last_row_is_refused(
    image: Image.Image, side: int, interlaced: bool
) -> None:
    (_, head), *middle, end = files.png_chunks(files.saved(image.crop((0, 0, side, 48)), "PNG"))
    if interlaced:
        head = head[:12] + b"\1"
    header = parse_png(files.png_from([(b"IHDR", head), *middle, end]), DEFAULT_LIMITS)
    need = header._filtered_bytes
    others = [part for part in middle if part[0] != b"IDAT"]

    def made(length: int) -> bytes:
        body = (b"IDAT", zlib.compress(bytes(length)))
        return files.png_from([(b"IHDR", head), *others, body, end])

    whole = raster.decode_raster(made(need), "png", DEFAULT_LIMITS)
    assert whole.values.shape == (48, side)
    bits = {"RGBA": 32, "P": 8, "1": 1, "I;16": 16}[image.mode]
    row = 1 + -(-side * bits // 8)  # also of the last pass of an interlaced file
    with pytest.raises(DamagedImageError, match="damaged or incomplete"):
        raster.decode_raster(made(need - row), "png", DEFAULT_LIMITS)


def test_a_second_header_is_refused() -> None:
    """Pillow obeys the last one: the limit on pixels would not hold."""
    head, *rest = files.png_chunks(files.saved(GREY, "PNG"))
    large = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    for second in (head, (b"IHDR", large)):
        with pytest.raises(DamagedImageError, match="more than one header"):
            parse_png(files.png_from([head, second, *rest]), DEFAULT_LIMITS)


def test_pixel_data_in_two_places_is_refused() -> None:
    head, body, end = files.png_chunks(png(zlib.compress(unfiltered_rows(GREY).tobytes()), GREY))
    halves = (b"IDAT", body[1][:50]), (b"PLTE", bytes(3)), (b"IDAT", body[1][50:])
    data = files.png_from([head, *halves, end])
    assert fast(data) is None
    assert outcome(data) == outcome(data, slow=True)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(list(KINDS)),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4),
    st.integers(0, 40),
)
def test_any_damage_ends_as_with_pillow(
    kind: str, changes: list[tuple[int, int]], lost: int
) -> None:
    values = KINDS[kind]
    rows = unfiltered_rows(values)
    rows[:, 0] = np.arange(len(rows)) % 5
    stream = bytearray(zlib.compress(rows.tobytes()))
    for at, value in changes:
        stream[at % len(stream)] = value
    data = png(bytes(stream[: len(stream) - lost]), values)
    assert outcome(data) == outcome(data, slow=True)
