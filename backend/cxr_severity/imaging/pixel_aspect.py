"""Pixels that are not square, and how they become so: before everything else.

Scanners of old films, fax, and exports of ultrasound stations store pixels that are taller or wider
than they are. A file says so in many ways. Shown as if its pixels were square, such a picture is
squashed, and a reading of it would be wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cxr_severity.imaging.errors import DamagedImageError
from cxr_severity.imaging.ifd import Entry, first_directory, number
from cxr_severity.imaging.radiograph import in_unit_range
from cxr_severity.imaging.resample import resize

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cxr_severity.imaging.limits import Limits

SQUARE = 1.0
_NEARLY = 0.01
"""Rounded resolutions, like 300 x 299 dots per inch, are no shape."""
_X_RESOLUTION, _Y_RESOLUTION = 282, 283
_LIMIT = 8.0
"""Fax has 2, panoramic strips 4."""


def spacing_aspect(down: float, across: float) -> float:
    """Height over width of a pixel, from the distances of rows and of columns; both positive.

    Raises:
        DamagedImageError: no picture has such pixels.
    """
    aspect = down / across
    if abs(aspect - SQUARE) <= _NEARLY:
        return SQUARE
    if not 1 / _LIMIT <= aspect <= _LIMIT:
        raise DamagedImageError(
            "The file says that a pixel is more than {limit:g} times as long as it is wide.",
            limit=_LIMIT,
        )
    return aspect


def density_aspect(across: float, down: float) -> float:
    """As `spacing_aspect`, from pixels per unit of length; square where one is not positive, which
    is how writers say that they know none."""
    if not (0 < across < float("inf") and 0 < down < float("inf")):
        return SQUARE
    return spacing_aspect(1 / down, 1 / across)


def tagged_aspect(data: bytes, entries: dict[int, Entry], order: str) -> float:
    """From the resolutions in a directory of `data`; square where one is missing."""
    across, down = (
        number(data, entries.get(tag), order) or 0.0 for tag in (_X_RESOLUTION, _Y_RESOLUTION)
    )
    return density_aspect(across, down)


def exif_aspect(exif: bytes) -> float:
    """From EXIF's resolutions, a TIFF structure; square where they are absent or broken."""
    found = first_directory(exif)
    return SQUARE if found is None else tagged_aspect(exif, *found)


def square_size(height: int, width: int, aspect: float, limits: Limits) -> tuple[int, int]:
    """Height and width once pixels are square: more of them along the longer side of a pixel, or
    fewer along the other where that would be more than the limit."""
    larger = (round(height * aspect), width) if aspect > 1 else (height, round(width / aspect))
    if larger[0] * larger[1] <= limits.max_pixels:
        return larger
    return (height, round(width / aspect)) if aspect > 1 else (round(height * aspect), width)


def squared(values: NDArray[Any], aspect: float, limits: Limits) -> NDArray[Any]:
    """(H, W) as in `Radiograph`, of pixels of `aspect`, resampled to square ones; the same where
    they are.

    Raises:
        ImageTooLargeError: the limits do not let so many pass.
    """
    if aspect == SQUARE:
        return values
    rows, columns = values.shape
    height, width = square_size(rows, columns, aspect, limits)
    # It may be eight times what the header said, for which the film has its share of memory. The
    # sides were long enough as they are stored.
    limits.check_size(max(width, limits.min_side), max(height, limits.min_side))
    scaled = resize(in_unit_range(values), height, width, "bicubic")
    return np.clip(scaled, 0, 1, out=scaled)
