"""Scaling by matrix products, and percentiles by one sort: the costly steps on many pixels."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_BLOCK = 16
"""Output rows that share a product: each needs few input rows, and neighbours nearly the same."""
_GAP = 3.0

_Bands = tuple[tuple[slice, slice, NDArray[np.float32]], ...]


def resize_bilinear(pixels: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """(H, W) float32 to (height, width), each pixel a weighted mean of those it covers.

    The same as Pillow's `resize(..., BILINEAR, reducing_gap=3.0)` but for the order in which
    terms are summed, in a fifth of its time: the filter's weights are the same for all columns, so
    a block of output rows is one small matrix product.
    """
    rows = np.empty((height, pixels.shape[1]), np.float32)
    for out, used, weights in _bands(pixels.shape[0], height):
        np.matmul(weights, pixels[used], out=rows[out])
    resized = np.empty((height, width), np.float32)
    for out, used, weights in _bands(pixels.shape[1], width):
        resized[:, out] = rows[:, used] @ weights.T
    return resized


@lru_cache(maxsize=32)
def _bands(source: int, target: int) -> _Bands:
    """Output slice, input slice and weights (outputs, inputs) of each block along one axis."""
    weights = _weights(source, target)
    bands = []
    for top in range(0, target, _BLOCK):
        block = weights[top : top + _BLOCK]
        (used,) = np.nonzero(block.any(axis=0))
        low, high = int(used[0]), int(used[-1]) + 1
        part = np.ascontiguousarray(block[:, low:high], np.float32)
        bands.append((slice(top, top + len(block)), slice(low, high), part))
    return tuple(bands)


def _weights(source: int, target: int) -> NDArray[np.float64]:
    """(target, source): a triangle around each output's centre, over means of `factor` inputs."""
    factor = int(source / target / _GAP) or 1
    reduced = -(-source // factor)
    scale = source / factor / target
    support = max(scale, 1.0)
    centres = (np.arange(target) + 0.5) * scale
    low = np.maximum(np.floor(centres - support + 0.5), 0)[:, None]
    high = np.minimum(np.floor(centres + support + 0.5), reduced)[:, None]
    at = np.arange(reduced)
    triangle = np.maximum(1 - np.abs(at + 0.5 - centres[:, None]) / support, 0)
    triangle[(at < low) | (at >= high)] = 0
    triangle /= triangle.sum(axis=1, keepdims=True)
    # The last mean may be of fewer.
    counts = np.minimum(factor, source - at * factor)
    return np.repeat(triangle / counts, factor, axis=1)[:, :source]


def percentiles(values: NDArray[np.float32], *shares: float) -> list[float]:
    """As `numpy.percentile`, linear between neighbours; numpy sorts in less time than it selects.

    Args:
        values: float32 of any shape, not empty.
        shares: percents, 0 to 100.
    """
    ordered = np.sort(values, axis=None)
    found = []
    for share in shares:
        place = (ordered.size - 1) * share / 100
        below = int(place)
        above = min(below + 1, ordered.size - 1)
        low, high = float(ordered[below]), float(ordered[above])
        found.append(low + (high - low) * (place - below))
    return found
