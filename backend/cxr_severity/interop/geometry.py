"""Outlines on the film: contours of maps, and where they lie in the picture as it is stored."""

from __future__ import annotations

from typing import Literal, cast

import numpy as np
from contourpy import contour_generator

from cxr_severity.imaging.arrays import Float32Array, Float64Array
from cxr_severity.imaging.pictures.render import resize_map
from cxr_severity.interop.dicom.context import StudyContext

_SIDE = 64
"""How many steps a map is drawn in: then each cell of its grid has six to nine."""
_LEAST = 1 / 400
"""Share of the film below which an outline is a speck."""

Rotation = Literal[0, 90, 180, 270]
# What turns a film of an EXIF orientation upright: clockwise, then mirrored from left to right.
_TURNS: dict[int, tuple[Rotation, bool]] = {
    1: (0, False), 2: (0, True), 3: (180, False), 4: (180, True),
    5: (90, True), 6: (90, False), 7: (270, True), 8: (270, False),
}  # fmt: skip


def contours(values: Float32Array, level: float) -> list[Float32Array]:
    """Closed outlines of where a map that covers the film is above `level`, largest first.

    Args:
        values: (h, w) in [0, 1]; each is of its cell's centre.
    """
    smooth = resize_map(values, _SIDE, _SIDE)
    # With a border of nothing around it, an outline closes along the film's edge.
    padded = np.pad(smooth, 1)
    places = (np.arange(_SIDE + 2, dtype=np.float64) - 0.5) / _SIDE
    lines = cast(list[Float64Array], contour_generator(places, places, padded).lines(level))
    found = [np.clip(line[:-1], 0, 1).astype(np.float32) for line in lines if len(line) > 3]
    sized = sorted(((_area(line), line) for line in found), key=lambda pair: -pair[0])
    return [line for area, line in sized if area >= _LEAST]


def _area(points: Float32Array) -> float:
    """Of a polygon, by the shoelace formula; in shares of the film."""
    x, y = points.T.astype(np.float64)
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def on_stored(points: Float32Array, context: StudyContext) -> Float32Array:
    """(N, 2) shares of the upright film to columns and rows of the picture as it is stored, where
    0, 0 is the outer corner of its first pixel (PS3.3 C.10.5)."""
    x, y = points[:, 0], points[:, 1]
    match context.orientation:
        case 2:
            x, y = 1 - x, y
        case 3:
            x, y = 1 - x, 1 - y
        case 4:
            x, y = x, 1 - y
        case 5:
            x, y = y, x
        case 6:
            x, y = y, 1 - x
        case 7:
            x, y = 1 - y, 1 - x
        case 8:
            x, y = 1 - y, x
    return np.stack([x * context.columns, y * context.rows], axis=1).astype(np.float32)


def corners(context: StudyContext) -> tuple[tuple[int, int], tuple[int, int]]:
    """Column and row, from 1, of the stored pixels at the upper left and the lower right of the
    upright film."""
    ends = on_stored(np.array([(0, 0), (1, 1)], np.float32), context)
    first, last = ((max(1, round(float(x))), max(1, round(float(y)))) for x, y in ends)
    return first, last


def turn(context: StudyContext) -> tuple[Rotation, bool]:
    """What a viewer does to show the stored picture upright: degrees clockwise, then whether it is
    mirrored from left to right."""
    return _TURNS[context.orientation]
