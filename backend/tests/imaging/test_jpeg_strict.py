"""That no JPEG inside DICOM or TIFF is graded once its data was cut, blanked or has lost bytes."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray

from cxr_severity.imaging.codecs.jpeg import parse_jpeg
from cxr_severity.imaging.codecs.jpeg_strict import check_data, strict_components
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import DamagedImageError

from . import files

SHAPE = (160, 120)
GREY, GREY_12, GREY_16 = (files.pattern(*SHAPE, top=top) for top in (255, 4095, 65535))
COLOUR = np.dstack([GREY, GREY[::-1], GREY[:, ::-1]])
AS_STORED: dict[str, Any] = {"colorspace": "RGB", "outcolorspace": "RGB"}


def _jpeg(values: NDArray[Any], **options: Any) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(values, **options))


STREAMS: dict[str, tuple[str, NDArray[Any], bytes]] = {
    "baseline": (files.JPEG_BASELINE, GREY, _jpeg(GREY, level=95)),
    "extended-8": (files.JPEG_EXTENDED, GREY, _jpeg(GREY, level=95)),
    "extended-12": (files.JPEG_EXTENDED, GREY_12, _jpeg(GREY_12, level=95, bitspersample=12)),
    "ybr": (files.JPEG_BASELINE, COLOUR, _jpeg(COLOUR, level=95)),
    "rgb": (files.JPEG_BASELINE, COLOUR, _jpeg(COLOUR, level=95, **AS_STORED)),
    "lossless-8": (files.JPEG_LOSSLESS, GREY, _jpeg(GREY, lossless=True)),
    "lossless-12": (
        files.JPEG_LOSSLESS_SV1, GREY_12,
        _jpeg(GREY_12, lossless=True, predictor=1, bitspersample=12),
    ),
    "lossless-16": (
        files.JPEG_LOSSLESS, GREY_16,
        _jpeg(GREY_16, lossless=True, predictor=6, bitspersample=16),
    ),
    "lossless-rgb": (files.JPEG_LOSSLESS, COLOUR, _jpeg(COLOUR, lossless=True, **AS_STORED)),
}  # fmt: skip


def _object(name: str, stream: bytes | None = None) -> bytes:
    syntax, values, whole = STREAMS[name]
    return files.dicom(
        values,
        syntax=syntax,
        stored=12 if "12" in name else None,
        photometric="RGB" if values.ndim == 3 else "MONOCHROME2",
        stream=stream or whole,
    )


def _damaged(whole: bytes, share: float) -> dict[str, bytes]:
    """The same header, and an end marker, around data that is no longer whole."""
    at = int(len(whole) * share)
    return {
        "cut": whole[:at] + b"\xff\xd9",
        "blanked": whole[:at] + bytes(len(whole) - 2 - at) + b"\xff\xd9",
        "short of bytes": whole[:at] + whole[at + 300 :],
    }


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("name", STREAMS)
def test_damaged_data_in_dicom_is_noticed(name: str, share: float) -> None:
    decode(_object(name))
    for stream in _damaged(STREAMS[name][2], share).values():
        with pytest.raises(DamagedImageError):
            decode(_object(name, stream))


@pytest.mark.parametrize("ids", [b"\x01\x02\x03", b"RGB", b"\x00\x01\x02", b"abc"])
@pytest.mark.parametrize("name", ["ybr", "rgb", "lossless-rgb"])
def test_components_are_taken_as_they_are_stored_whatever_they_are_called(
    name: str, ids: bytes
) -> None:
    stream = bytearray(parse_jpeg(STREAMS[name][2], keep_transform=False).clean)
    for marker, at, step in ((b"\xff\xc0", 10, 3), (b"\xff\xc3", 10, 3), (b"\xff\xda", 5, 2)):
        place = stream.find(marker)
        for index, letter in enumerate(ids if place > 0 else b""):
            stream[place + at + step * index] = letter
    got = strict_components(bytes(stream), 3)
    np.testing.assert_array_equal(got, imagecodecs.jpeg8_decode(bytes(stream), **AS_STORED))
    check_data(parse_jpeg(bytes(stream)))


@pytest.mark.parametrize("bits", range(2, 17))
def test_sound_lossless_streams_of_any_depth_pass(bits: int) -> None:
    values = files.pattern(*SHAPE, top=(1 << bits) - 1)
    for predictor in range(1, 8):
        options: dict[str, Any] = {"lossless": True, "predictor": predictor, "bitspersample": bits}
        check_data(parse_jpeg(_jpeg(values, **options)))


class _List(NamedTuple):
    place: int
    form: str
    values: tuple[int, ...]


def _tiff(values: NDArray[Any], rows: int = SHAPE[0]) -> tuple[bytes, _List, _List]:
    """A TIFF of JPEG strips of so many rows, and its lists of where they begin and how long
    they are."""
    data = files.saved(values, "TIFF", compression="jpeg", quality=95, tiffinfo={278: rows})
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    found: dict[int, _List] = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, number, value = struct.unpack_from("<HHII", data, entry)
        letter = {3: "H", 4: "I"}.get(kind)
        if tag in (273, 279) and letter:
            inline = number * struct.calcsize(letter) <= 4
            place = entry + 8 if inline else value
            form = f"<{number}{letter}"
            found[tag] = _List(place, form, struct.unpack_from(form, data, place))
    return data, found[273], found[279]


@pytest.mark.parametrize("rows", [64, SHAPE[0]])
@pytest.mark.parametrize("values", [GREY, COLOUR], ids=["grey", "colour"])
def test_damaged_data_in_tiff_is_noticed_in_any_strip(values: NDArray[Any], rows: int) -> None:
    data, starts, lengths = _tiff(values, rows)
    assert len(starts.values) == -(-SHAPE[0] // rows)
    decode(data)
    for start, length in zip(starts.values, lengths.values, strict=True):
        for share in (0.4, 0.9):
            hit = bytearray(data)
            at = start + int(share * length)
            hit[at : start + length - 2] = bytes(start + length - 2 - at)
            with pytest.raises(DamagedImageError):
                decode(bytes(hit))


@pytest.mark.parametrize("more", [1, -1, -SHAPE[0] // 8])
def test_a_strip_that_declares_another_size_is_never_decoded(
    monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    """A larger one would be allocated, and what a smaller one lacks would stay black."""

    def fail(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr("cxr_severity.imaging.codecs.raster.check_data", fail)
    data, *_ = _tiff(GREY)
    for place, side in ((5, SHAPE[0] + more), (7, SHAPE[1] + more)):
        other = bytearray(data)
        struct.pack_into(">H", other, other.index(b"\xff\xc0") + place, side)
        with pytest.raises(DamagedImageError):
            decode(bytes(other))


def test_strips_that_share_their_bytes_are_refused() -> None:
    """A small file could keep the decoder busy for hours."""
    data, starts, lengths = _tiff(GREY, 16)
    first, number = starts.values[0], len(starts.values)
    shared = bytearray(data)
    struct.pack_into(starts.form, shared, starts.place, *[first] * number)
    struct.pack_into(lengths.form, shared, lengths.place, *[len(data) - first] * number)
    with pytest.raises(DamagedImageError, match="share"):
        decode(bytes(shared))
