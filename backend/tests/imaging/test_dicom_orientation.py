"""That films come upright, the patient's left on the right, where Patient Orientation says how."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cxr_severity.imaging.decode import Limits, decode
from cxr_severity.imaging.errors import InputRefusedError

from . import files

FILM = files.pattern(48, 40)
ORIENTATION = 0x00200020
# What a writer stores whose rows and columns run towards these sides of the patient.
STORED: dict[str, NDArray[Any]] = {
    "L\\F": FILM,
    "R\\F": FILM[:, ::-1],
    "L\\H": FILM[::-1],
    "R\\H": FILM[::-1, ::-1],
    "F\\L": FILM.T,
    "H\\L": FILM.T[:, ::-1],
    "F\\R": FILM.T[::-1],
    "H\\R": FILM.T[::-1, ::-1],
}


def stored(values: NDArray[Any], orientation: bytes) -> bytes:
    return files.dicom(
        np.ascontiguousarray(values), extra={ORIENTATION: (b"CS", orientation)}
    )  # fmt: skip


@pytest.mark.parametrize("orientation", STORED)
def test_all_ways_to_store_a_film_give_the_same_picture(orientation: str) -> None:
    radiograph = decode(stored(STORED[orientation], orientation.encode()))
    np.testing.assert_array_equal(radiograph.pixels, FILM / np.float32(255))
    assert radiograph.stored_size == FILM.shape
    assert radiograph.pixels.flags.c_contiguous


def test_the_marker_of_the_left_side_ends_on_the_right() -> None:
    """Said once without the table above: a bright square in the upper left of the patient."""
    film = np.zeros((64, 64), np.uint8)
    film[4:12, 4:12] = 255
    got = decode(stored(film, b"R\\F")).pixels
    assert got[4:12, -12:-4].min() == 1
    assert got.sum() == 64


@pytest.mark.parametrize("orientation", [b"RA\\FP", b"R \\F ", b"r\\f", b"RFP\\FA"])
def test_the_greatest_part_of_an_oblique_direction_counts(orientation: bytes) -> None:
    got = decode(stored(STORED["R\\F"], orientation)).pixels
    np.testing.assert_array_equal(got, FILM / np.float32(255))


@pytest.mark.parametrize(
    "orientation",
    [
        b"", b"\\", b"R", b"R\\", b"\\F", b"R\\F\\L", b"R\\L", b"H\\F", b"L\\L", b"LE\\F", b"RT\\V",
        b"X\\Y", b"1\\0", b"A", b"A\\", b"A\\Q", b"\xff\xfe\\F", b"R\\F" + b"\\F" * 5000,
        b"R" * 5000, b"\\" * 5000,
    ],
)  # fmt: skip
def test_what_says_nothing_clear_changes_nothing(orientation: bytes) -> None:
    got = decode(stored(FILM, orientation)).pixels
    np.testing.assert_array_equal(got, FILM / np.float32(255))


@pytest.mark.parametrize("vr", [b"US", b"UN", b"OB", b"DS"])
def test_a_value_of_another_kind_does_no_harm(vr: bytes) -> None:
    decode(files.dicom(FILM, extra={ORIENTATION: (vr, b"\x00\x01\x80\xff")}))
    sequence = {ORIENTATION: (b"SQ", files.items(files.element(0x00080060, b"CS", b"DX")))}
    decode(files.dicom(FILM, extra=sequence))


@pytest.mark.parametrize("orientation", [b"A\\F", b"P\\F", b"PL\\F", b"H\\A", b"L\\P", b"AR\\FL"])
def test_a_lateral_film_is_called_so(orientation: bytes) -> None:
    assert decode(stored(FILM, orientation)).source.declared == "not-frontal"


def test_turned_films_keep_to_the_limits() -> None:
    with pytest.raises(InputRefusedError):
        decode(stored(FILM.T, b"F\\L"), Limits(max_pixels=FILM.size - 1))
