"""The part of a grey scale that a film uses, where padding or a marker lies far outside of it.

12-bit data in a file of 16 bits does no harm by itself: people and networks stretch what is there.
But a border of padding or a burnt-in marker at the other end of the 16 bits is stretched along with
it, and leaves the film only a few levels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.arrays import Float32Array

_Values = Float32Array | NDArray[np.uint8]
LEVELS = 65535
_SAMPLE, _LARGE_SAMPLE = 1 << 14, 1 << 18
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
_EDGE, _ALIKE = 3, 0.01
"""Pixels around an island that may be a mixture of it and the film, as text is drawn and pictures
are scaled; and of all levels, how far those of an island may differ from its outermost."""
_MOST = 0.5
"""Share of the pixels, at most, that are such islands or lie beside them."""
_THIN = 0.02
"""Share of the pixels, at most, that are soft edges."""
_SHALLOW = 8
"""Bits a pixel at most, where islands brighter than the film are left: whoever made bytes of its
values had letters of white in view, and of the films that the networks learned from many are so."""
_OUTERMOST = 5e-5
"""Share of the pixels at either end that may be damaged."""
_FROM_ZERO, _STEP, _FILLED, _USUAL = 0.35, 0.26, 0.7, 0.03
"""Of the range of the film, between its darkest value and black, at most, where black is zero and
elsewhere; of a round range, what the film fills of it at least; and the step where none is near. In
half of the films that the service was made with, the darkest tissue is black."""


def ends_of(values: NDArray[Any]) -> tuple[float, float]:
    """The least and greatest of the numbers of a film, but for a few damaged pixels."""
    rank = int(_OUTERMOST * values.size)
    ordered = np.partition(values, (rank, values.size - 1 - rank), axis=None)
    return float(ordered[rank]), float(ordered[-1 - rank])


def scale_around(low: float, high: float, *, black_above: bool = False) -> tuple[float, float]:
    """The levels at the ends of the grey scale for whole numbers from `low` to `high`.

    The least power of two that holds them, from a quarter of it on: exporters add offsets to data
    of 10, 12 or 14 bits, and this finds their zero again. So the step between black, which padding
    is shown as, and the darkest tissue is about that of the same film before it was padded. It is
    believed where the film fills that range, or it begins at zero; else the step is that of most
    films.

    Args:
        black_above: whether black is the upper end.
    """
    if black_above:
        lower, upper = scale_around(-1 - high, -1 - low)
        return -1 - upper, -1 - lower
    size = 2.0
    while True:
        bottom = float(np.floor(low / (size / 4)) * (size / 4))
        # Counted from above, a scale that begins at zero ends with -1.
        natural = bottom in (0.0, -size)
        filled = natural or high - low >= _FILLED * size
        if low - bottom > (_FROM_ZERO if natural else _STEP) * (high - low) or not filled:
            bottom = low - _USUAL * (high - low)
        if bottom + size > high:
            return bottom, bottom + size - 1
        size *= 2


def film_range(values: NDArray[Any]) -> tuple[float, float] | None:
    """The least and greatest level of the film itself, where islands of other levels lie apart from
    it; None where there are none.

    Where nothing but soft edges joins an island to the film, they are left out.

    Args:
        values: (H, W) numbers; about 16,000 of them, on a grid, are looked at.
    """
    step = max(1, int(np.sqrt(values.size / _SAMPLE)))
    # Floats, which NumPy sorts in a sixth of the time of bytes.
    ordered = np.sort(values[::step, ::step].astype(np.float32, copy=False), axis=None)
    found = _between_gaps(ordered)
    if found is None:
        sample = _without_edges(values, ordered, step)
        found = None if sample is None else _between_gaps(np.sort(sample))
    if found is None:
        return None
    # Of its darkest and brightest values a film has few: these are looked for among more.
    low, high = found
    around = _GAP / 2 * (high - low)
    beside = _grown((values < low - around) | (values > high + around))
    step = max(1, int(np.sqrt(values.size / _LARGE_SAMPLE)))
    film = values[::step, ::step][~beside[::step, ::step]]
    return ends_of(film) if film.size else found


def _without_edges(values: NDArray[Any], ordered: NDArray[Any], step: int) -> NDArray[Any] | None:
    """Every `step`th of the values, (N,), but for those beside an island at either end of the
    scale; None where that is none of them, or where little else is left.

    Args:
        ordered: every `step`th of the values, sorted.
    """
    rank, thin = (max(1, int(share * ordered.size)) for share in (_FEWEST, _THIN))
    if ordered.size <= 2 * rank:
        return None
    low, high = float(ordered[rank]), float(ordered[-1 - rank])
    # Most films have no such gap, and looking at the places of levels takes longer.
    if (ordered[thin:] - ordered[:-thin]).max() < _GAP / (1 + _GAP) * (high - low):
        return None
    within = _ALIKE * (high - low)
    islands = (values <= low + within) | (values >= high - within)
    beside = _grown(islands)[::step, ::step]
    edges = beside & ~islands[::step, ::step]
    if not edges.any() or beside.mean() > _MOST:
        return None
    kept: NDArray[Any] = values[::step, ::step][~edges]
    return kept


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(H, W), with `_EDGE` pixels more on all sides of what is true."""
    higher = mask.copy()
    for shift in range(1, _EDGE + 1):
        higher[shift:] |= mask[:-shift]
        higher[:-shift] |= mask[shift:]
    grown = higher.copy()
    for shift in range(1, _EDGE + 1):
        grown[:, shift:] |= higher[:, :-shift]
        grown[:, :-shift] |= higher[:, shift:]
    return grown


def _between_gaps(ordered: NDArray[Any]) -> tuple[float, float] | None:
    """As `film_range`, of sorted values."""
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


def without_islands(values: _Values, depth: int) -> _Values:
    """(H, W) values of a `Radiograph` of so many bits, on the scale of the film alone, islands in
    black or white; the same where there are none."""
    return on_scale(values, scale_without_islands(values, depth))


def scale_without_islands(values: _Values, depth: int) -> tuple[float, float] | None:
    """The levels, 0 to `LEVELS`, to show as black and as white where there are islands; None where
    there are none, or the film keeps its scale."""
    found = film_range(values)
    if found is None:
        return None
    levels = LEVELS / _top(values)
    black, white = scale_around(*(level * levels for level in found))
    black, white = max(black, 0.0), min(white, float(LEVELS))
    if white - black > _MUCH * LEVELS:
        return None
    if depth <= _SHALLOW and (values < black / levels).mean() < _FEWEST:
        return None
    return black, white


def on_scale(values: _Values, scale: tuple[float, float] | None) -> _Values:
    """(H, W) values of a `Radiograph` between two levels; the same for None."""
    if scale is None:
        return values
    if values.dtype == np.uint8:
        shares = on_scale(np.arange(256, dtype=np.float32) / np.float32(255), scale)
        return np.take(np.rint(shares * 255).astype(np.uint8), values.astype(np.uint8, copy=False))
    black, white = scale
    shown = (values * np.float32(LEVELS) - np.float32(black)) / np.float32(white - black)
    return np.clip(shown, 0, 1, out=shown)


def _top(values: _Values) -> int:
    """What stands for white."""
    return 255 if values.dtype == np.uint8 else 1
