"""The part of a grey scale that a film uses, where padding or a marker lies far outside of it.

12-bit data in a file of 16 bits does no harm by itself: people and networks stretch what is there.
But a border of padding or a burnt-in marker at the other end of the 16 bits is stretched along with
it, and leaves the film only a few levels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cxr_severity.imaging.arrays import Float32Array

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVELS = 65535
_SAMPLE = 1 << 14
_FEWEST, _STRAYS = 5e-4, 1e-4
"""Shares of the pixels: in an island at least; between it and the film at most, like its edges."""
_GAP = 0.5
"""Of the range of the film, at least, between it and an island. In films whose collimated border
is black, the darkest tissue lies nearer to it."""
_NARROW = 0.1
"""Of the range of the film, at most, is that of an island: padding and markers are of one value.
That of the film's middle is more, or it is none: a picture of few levels is not padded."""
_MUCH = 0.75
"""Of all levels: a film that has more keeps its scale."""
_STEP, _USUAL = 0.26, 0.06
"""Of the range of the film, between its darkest value and black: at most, and in most films."""


def scale_around(low: float, high: float) -> tuple[float, float]:
    """Levels to show as black and as white for values from `low` to `high`.

    The least power of two that holds them, from a quarter of it on: exporters add offsets to data
    of 10, 12 or 14 bits, and this finds their zero again. So the step between black, which padding
    is shown as, and the darkest tissue is about that of the same film before it was padded. Where
    no round number is near, it is that of most films.
    """
    size = 2.0
    while True:
        bottom = float(np.floor(low / (size / 4)) * (size / 4))
        if low - bottom > _STEP * (high - low):
            bottom = low - _USUAL * (high - low)
        if bottom + size > high:
            return bottom, bottom + size - 1
        size *= 2


def film_range(values: NDArray[Any]) -> tuple[float, float] | None:
    """The least and greatest level of the film itself, where islands of other levels lie apart from
    it; None where there are none.

    Args:
        values: (H, W) numbers; about 16,000 of them, on a grid, are looked at.
    """
    step = max(1, int(np.sqrt(values.size / _SAMPLE)))
    ordered = np.sort(values[::step, ::step], axis=None)
    strays, fewest = (max(1, int(share * ordered.size)) for share in (_STRAYS, _FEWEST))
    first, last = 0, ordered.size - 1
    # An island on either side, or two on one, like padding beside a border.
    for _ in range(3):
        part = ordered[first + fewest : last + 1 - fewest]
        if len(part) <= strays:
            return None
        gaps = part[strays:] - part[:-strays]
        at = int(gaps.argmax())
        below, above = first + fewest + at, first + fewest + at + strays
        beneath = _width(ordered[first : below + 1], strays)
        over = _width(ordered[above : last + 1], strays)
        film = max(beneath, over)
        if gaps[at] < _GAP * film or min(beneath, over) > _NARROW * film:
            break
        low, high = (above, last) if over > beneath else (first, below)
        tenth = (high - low) // 10
        if ordered[high - tenth] - ordered[low + tenth] <= _NARROW * film:
            break
        first, last = low, high
    if (first, last) == (0, ordered.size - 1):
        return None
    return float(ordered[first]), float(ordered[last])


def _width(part: NDArray[Any], strays: int) -> float:
    """The range of sorted values but for the largest gap in it: those on one side of a film may be
    two islands, like padding and a marker."""
    whole = float(part[-1]) - float(part[0])
    return whole - float((part[strays:] - part[:-strays]).max()) if len(part) > strays else whole


def without_islands(values: Float32Array) -> Float32Array:
    """(H, W) float32 in [0, 1] on the scale of the film alone, islands in black or white; the same
    where there are none."""
    return on_scale(values, scale_without_islands(values))


def scale_without_islands(values: Float32Array) -> tuple[float, float] | None:
    """The levels, 0 to `LEVELS`, to show as black and as white where there are islands; None where
    there are none, or the film keeps its scale."""
    found = film_range(values)
    if found is None:
        return None
    black, white = scale_around(*(level * LEVELS for level in found))
    black, white = max(black, 0.0), min(white, float(LEVELS))
    return None if white - black > _MUCH * LEVELS else (black, white)


def on_scale(values: Float32Array, scale: tuple[float, float] | None) -> Float32Array:
    """(H, W) float32 in [0, 1] between two levels; the same for None."""
    if scale is None:
        return values
    black, white = scale
    shown = (values * np.float32(LEVELS) - np.float32(black)) / np.float32(white - black)
    return np.clip(shown, 0, 1, out=shown)
