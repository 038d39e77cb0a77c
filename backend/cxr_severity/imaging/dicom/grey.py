"""DICOM's greyscale pipeline as one table from stored values to grey.

PS3.3 C.11: Modality LUT, then VOI LUT, then the presentation's polarity. With 16 bits at most,
all of it is a function of the stored value, so it is computed once per value and looked up.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.errors import DamagedImageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cxr_severity.imaging.dicom.elements import Elements
    from cxr_severity.imaging.dicom.pixels import PixelLayout

LUMA = (0.299, 0.587, 0.114)
"""ITU-R BT.601 weights of red, green and blue."""
_MAX_ENTRIES = 1 << 16


def grey_table(elements: Elements, layout: PixelLayout) -> NDArray[np.float32]:
    """Grey in [0, 1] for every stored value, (2 ** stored,) float32.

    Index i is the stored value's bit pattern (two's complement when signed). Without a VOI
    transformation the range is that of all values the stored bits can hold, after the Modality
    LUT. The first of several windows or tables is taken. Pixel Padding Values, which stand for
    no tissue, become black.

    Raises:
        DamagedImageError: a transformation that is not defined.
    """
    stored = _stored_values(layout)
    # Extreme numbers from the file overflow to infinity; that is looked at below.
    with np.errstate(all="ignore"):
        values, low, high = _modality(elements, layout, stored.astype(np.float64))
        grey = _voi(elements, values)
        if grey is None:
            grey = (values - low) / (high - low)
    if not np.isfinite(grey).all():
        raise DamagedImageError("The DICOM object's rescaling or window is out of range.")
    if layout.photometric == "MONOCHROME1":
        grey = 1 - grey
    grey[_is_padding(elements, layout, stored)] = 0
    return np.clip(grey, 0, 1).astype(np.float32)


def palette_table(elements: Elements, layout: PixelLayout) -> NDArray[np.float32]:
    """Red, green and blue in [0, 1] for every stored value of a PALETTE COLOR image.

    Returns:
        (2 ** stored, 3) float32.

    Raises:
        DamagedImageError: a table is missing (or segmented) or too short.
    """
    stored = _stored_values(layout)
    colours = np.empty((*stored.shape, 3), np.float32)
    for index, (descriptor, data) in enumerate(
        zip(tags.PALETTE_DESCRIPTORS, tags.PALETTE_DATA, strict=True)
    ):
        table, first, bits = _table(elements, descriptor, data, layout.signed)
        entries = table[np.clip(stored - first, 0, len(table) - 1)]
        colours[:, index] = entries / ((1 << bits) - 1)
    return colours


def _stored_values(layout: PixelLayout) -> NDArray[np.int64]:
    """The value behind each bit pattern."""
    patterns = np.arange(layout.top + 1)
    if layout.signed:
        half = 1 << (layout.stored - 1)
        patterns = (patterns ^ half) - half
    return patterns


def _modality(
    elements: Elements, layout: PixelLayout, values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float, float]:
    """Output values with the least and greatest value that the output can take."""
    sequence = elements.first_item(tags.MODALITY_LUT)
    if sequence is not None:
        table, first, bits = _table(sequence, tags.LUT_DESCRIPTOR, tags.LUT_DATA, layout.signed)
        index = np.clip(values - first, 0, len(table) - 1).astype(np.intp)
        return table[index].astype(np.float64), 0.0, float((1 << bits) - 1)
    slope = elements.number(tags.RESCALE_SLOPE, "Rescale Slope")
    intercept = elements.number(tags.RESCALE_INTERCEPT, "Rescale Intercept")
    slope = 1.0 if slope is None else slope
    values = values * slope + (intercept or 0.0)
    low, high = float(values.min()), float(values.max())
    if slope == 0 or not (math.isfinite(low) and math.isfinite(high) and high > low):
        raise DamagedImageError(
            "The DICOM object's Rescale Slope maps all values to the same one or out of range."
        )
    return values, low, high


def _voi(elements: Elements, values: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Values of interest scaled to [0, 1], or None when the object defines none."""
    sequence = elements.first_item(tags.VOI_LUT)
    if sequence is not None:
        signed = bool(values.min() < 0)
        table, first, bits = _table(sequence, tags.LUT_DESCRIPTOR, tags.LUT_DATA, signed)
        index = np.clip(np.rint(values) - first, 0, len(table) - 1).astype(np.intp)
        grey: NDArray[np.float64] = table[index] / np.float64((1 << bits) - 1)
        return grey
    center = elements.number(tags.WINDOW_CENTER, "Window Center")
    width = elements.number(tags.WINDOW_WIDTH, "Window Width")
    if center is None or width is None:
        return None
    return _window(values, center, width, elements.text(tags.VOI_FUNCTION) or "LINEAR")


def _window(
    values: NDArray[np.float64], center: float, width: float, function: str
) -> NDArray[np.float64]:
    """PS3.3 C.11.2.1.2 and C.11.2.1.3, scaled to [0, 1]."""
    if width < 1 if function == "LINEAR" else width <= 0:
        raise DamagedImageError("The DICOM object's Window Width is too small.")
    match function:
        case "LINEAR":
            if width == 1:
                return (values > center - 0.5).astype(np.float64)
            grey = (values - (center - 0.5)) / (width - 1) + 0.5
        case "LINEAR_EXACT":
            grey = (values - center) / width + 0.5
        case "SIGMOID":
            # Beyond 500 the exponential would overflow, and the result is 0 or 1 long before.
            grey = 1 / (1 + np.exp(np.clip(-4 * (values - center) / width, -500, 500)))
        case _:
            raise DamagedImageError("The DICOM object names a window function that does not exist.")
    clipped: NDArray[np.float64] = np.clip(grey, 0, 1)
    return clipped


def _table(
    elements: Elements, descriptor: int, data: int, signed: bool
) -> tuple[NDArray[np.uint16], int, int]:
    """A lookup table's entries, the input of the first one, and the bits of an entry."""
    described, entries = elements.shorts(descriptor), elements.raw(data)
    if len(described) != 3 or not entries:
        raise DamagedImageError("The DICOM object's lookup table is incomplete.")
    number, first, bits = described[0] or _MAX_ENTRIES, described[1], described[2]
    vr = elements.vr(descriptor)
    if vr == "SS" or (signed and vr != "US"):
        first = _as_signed(first)
    if not 8 <= bits <= 16:
        raise DamagedImageError("The DICOM object's lookup table has an impossible depth.")
    size = len(entries)
    if size >= 2 * number:
        table = np.frombuffer(entries, elements.order + "u2", number).astype(np.uint16)
    elif bits == 8 and size >= number:
        table = np.frombuffer(entries, np.uint8, number).astype(np.uint16)
    else:
        raise DamagedImageError("The DICOM object's lookup table is shorter than it says.")
    # Bits above the depth have no meaning.
    return np.minimum(table, (1 << bits) - 1), first, bits


def _is_padding(
    elements: Elements, layout: PixelLayout, stored: NDArray[np.int64]
) -> NDArray[np.bool_]:
    value = elements.short(tags.PADDING_VALUE)
    if value is None:
        return np.zeros(stored.shape, np.bool_)
    limit = elements.short(tags.PADDING_LIMIT)
    ends = [value, value if limit is None else limit]
    low, high = sorted(map(_as_signed, ends) if layout.signed else ends)
    return (stored >= low) & (stored <= high)


def _as_signed(short: int) -> int:
    return short - (1 << 16) if short >= 1 << 15 else short
