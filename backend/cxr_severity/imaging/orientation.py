"""Which way up: the Orientation of EXIF and TIFF, and DICOM's Patient Orientation.

Both say one of eight things, numbered as EXIF does: a picture is stored upright (1), mirrored,
turned by quarters, or both.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.ifd import Entry, first_directory, number

_Number = TypeVar("_Number", bound=np.generic)

UPRIGHT = 1
_TAG = 274
# Towards which sides of the patient a row and a column run (PS3.3 C.7.6.1.1.1), as the orientation
# of EXIF that turns such a picture upright.
_TURNS = {
    "LF": 1, "RF": 2, "RH": 3, "LH": 4, "FL": 5, "FR": 6, "HR": 7, "HL": 8,
}  # fmt: skip
_SIDES, _FRONT_AND_BACK = frozenset("LRHFAP"), frozenset("AP")


def exif_orientation(exif: bytes) -> int:
    """EXIF's Orientation, 1 to 8, from a TIFF structure; 1 when it is absent or broken."""
    found = first_directory(exif)
    return UPRIGHT if found is None else tagged_orientation(exif, *found)


def tagged_orientation(data: bytes, entries: dict[int, Entry], order: str) -> int:
    """The Orientation of a directory of `data`, 1 to 8; 1 when it is absent or makes no sense."""
    # A SHORT, and some writers make it another kind of number.
    value = number(data, entries.get(_TAG), order)
    return int(value) if value is not None and value in range(1, 9) else UPRIGHT


def patient_directions(values: list[str]) -> str:
    """The sides of the patient that rows and columns run towards most, two letters.

    Args:
        values: of Patient Orientation, upper case.

    Returns:
        Empty when that is not said clearly.
    """
    if len(values) != 2 or not all(value and _SIDES.issuperset(value) for value in values):
        return ""
    return values[0][0] + values[1][0]


def patient_orientation(directions: str) -> int:
    """1 to 8, such that the patient faces the viewer, head up; 1 where it is not known."""
    return _TURNS.get(directions, UPRIGHT)


def shows_a_side(directions: str) -> bool:
    """In a frontal film no direction runs from front to back."""
    return not _FRONT_AND_BACK.isdisjoint(directions)


def upright(pixels: NDArray[_Number], orientation: int) -> NDArray[_Number]:
    """Apply EXIF's Orientation (1 to 8) to (H, W) `pixels`; the result is C-contiguous."""
    match orientation:
        case 2:
            pixels = pixels[:, ::-1]
        case 3:
            pixels = pixels[::-1, ::-1]
        case 4:
            pixels = pixels[::-1]
        case 5:
            pixels = pixels.T
        case 6:
            pixels = pixels[::-1].T
        case 7:
            pixels = pixels[::-1, ::-1].T
        case 8:
            pixels = pixels[:, ::-1].T
    return np.ascontiguousarray(pixels)
