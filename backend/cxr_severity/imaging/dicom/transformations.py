"""What an object says of how its stored values are shown, and of the shape of a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.dicom.tables import Table, read_table
from cxr_severity.imaging.errors import DamagedImageError
from cxr_severity.imaging.pixel_aspect import SQUARE, spacing_aspect

if TYPE_CHECKING:
    from cxr_severity.imaging.dicom.elements import Elements


@dataclass(frozen=True, slots=True)
class Rescale:
    """The Modality transformation as a line. A slope is never 0."""

    slope: float
    intercept: float


@dataclass(frozen=True, slots=True)
class Window:
    """A VOI window; `function` is one of PS3.3 C.11.2.1's, in upper case."""

    center: float
    width: float
    function: str


def read_modality(elements: Elements) -> Rescale | Table:
    """The first of several; a table goes before a line.

    Raises:
        DamagedImageError: it is no transformation; so does `read_voi`.
    """
    sequence = elements.first_item(tags.MODALITY_LUT)
    if sequence is not None:
        return read_table(sequence, tags.LUT_DESCRIPTOR, tags.LUT_DATA)
    slope = elements.number(tags.RESCALE_SLOPE, "Rescale Slope")
    intercept = elements.number(tags.RESCALE_INTERCEPT, "Rescale Intercept")
    if slope == 0:
        raise DamagedImageError(
            "The DICOM object's Rescale Slope maps all values to the same one or out of range."
        )
    return Rescale(1.0 if slope is None else slope, intercept or 0.0)


def read_voi(elements: Elements) -> Window | Table | None:
    """The first of several; a table goes before a window."""
    sequence = elements.first_item(tags.VOI_LUT)
    if sequence is not None:
        return read_table(sequence, tags.LUT_DESCRIPTOR, tags.LUT_DATA)
    center = elements.number(tags.WINDOW_CENTER, "Window Center")
    width = elements.number(tags.WINDOW_WIDTH, "Window Width")
    if center is None or width is None:
        return None
    function = elements.text(tags.VOI_FUNCTION) or "LINEAR"
    if function not in ("LINEAR", "LINEAR_EXACT", "SIGMOID"):
        raise DamagedImageError("The DICOM object names a window function that does not exist.")
    if width < 1 if function == "LINEAR" else width <= 0:
        raise DamagedImageError("The DICOM object's Window Width is too small.")
    return Window(center, width, function)


SHAPES = (tags.PIXEL_SPACING, tags.IMAGER_SPACING, tags.SCANNED_SPACING, tags.ASPECT_RATIO)
"""What says the shape of a pixel: all give rows first, then columns."""


def pixel_aspect(elements: Elements) -> float:
    """Height over width of a stored pixel, from the first of several that says it.

    Raises:
        DamagedImageError: no picture has such pixels.
    """
    for tag in SHAPES:
        pair = elements.pair(tag)
        # 1 and 1 is what many writers put where they know none; another may say more.
        if pair is not None and pair != (1.0, 1.0):
            return spacing_aspect(*pair)
    return SQUARE
