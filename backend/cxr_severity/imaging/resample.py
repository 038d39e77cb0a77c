"""Scaling by matrix products, and percentiles by one sort: the costly steps on many pixels."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

_BLOCK = 8
"""Output rows that share a product: each needs few input rows, and neighbours nearly the same."""

Kernel = Literal["bilinear", "bicubic"]
_RADIUS: dict[Kernel, float] = {"bilinear": 1.0, "bicubic": 2.0}

_Bands = tuple[tuple[slice, slice, NDArray[Any]], ...]


def resize(
    pixels: NDArray[Any],
    height: int,
    width: int,
    kernel: Kernel = "bilinear",
    reducing_gap: float | None = None,
) -> NDArray[Any]:
    """(H, W) numbers to (height, width) floats, each pixel a weighted mean of those that it covers.

    The same as Pillow's `resize` but for the order in which terms are summed, in a third of its
    time or less: the filter's weights are the same for all columns, so a block of output rows is
    one small matrix product.

    Args:
        pixels: float32 or float64 of any range, which bicubic may leave at steep edges; or
            uint8, of which float32 in the same range is made, a few rows at a time.
        kernel: of the filter, stretched where the picture shrinks.
        reducing_gap: where the picture shrinks more than that often, means of whole pixels are
            taken first; see Pillow.
    """
    dtype = np.dtype(np.float32) if pixels.dtype == np.uint8 else pixels.dtype
    rows = np.empty((height, pixels.shape[1]), dtype)
    for out, used, weights in _bands(pixels.shape[0], height, kernel, reducing_gap, dtype):
        np.matmul(weights, pixels[used].astype(dtype, copy=False), out=rows[out])
    resized = np.empty((height, width), dtype)
    for out, used, weights in _bands(pixels.shape[1], width, kernel, reducing_gap, dtype):
        resized[:, out] = rows[:, used] @ weights.T
    return resized


@lru_cache(maxsize=32)
def _bands(
    source: int, target: int, kernel: Kernel, gap: float | None, dtype: np.dtype[Any]
) -> _Bands:
    """Output slice, input slice and weights (outputs, inputs) of each block along one axis."""
    weights = _weights(source, target, kernel, gap)
    # A few inputs are not worth more than one product.
    step = _BLOCK if source > 4 * _BLOCK else target
    bands = []
    for top in range(0, target, step):
        block = weights[top : top + step]
        (used,) = np.nonzero(block.any(axis=0))
        low, high = int(used[0]), int(used[-1]) + 1
        part = np.ascontiguousarray(block[:, low:high], dtype)
        bands.append((slice(top, top + len(block)), slice(low, high), part))
    return tuple(bands)


def _weights(source: int, target: int, kernel: Kernel, gap: float | None) -> NDArray[np.float64]:
    """(target, source): a kernel around each output's centre, over means of `factor` inputs."""
    factor = 1 if gap is None else int(source / target / gap) or 1
    reduced = -(-source // factor)
    scale = source / factor / target
    stretch = max(scale, 1.0)
    support = _RADIUS[kernel] * stretch
    centres = (np.arange(target) + 0.5) * scale
    low = np.maximum(np.floor(centres - support + 0.5), 0)[:, None]
    high = np.minimum(np.floor(centres + support + 0.5), reduced)[:, None]
    at = np.arange(reduced)
    weights = _kernel(kernel, np.abs(at + 0.5 - centres[:, None]) / stretch)
    weights[(at < low) | (at >= high)] = 0
    weights /= weights.sum(axis=1, keepdims=True)
    # The last mean may be of fewer.
    counts = np.minimum(factor, source - at * factor)
    return np.repeat(weights / counts, factor, axis=1)[:, :source]


def _kernel(name: Kernel, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """At distances of 0 or more; bicubic is Keys' with a = -1/2 (1981), as Pillow's."""
    if name == "bilinear":
        return np.maximum(1 - x, 0)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def percentiles(values: NDArray[Any], *shares: float) -> list[float]:
    """As `numpy.percentile`, linear between neighbours; numpy sorts in less time than it selects.

    Args:
        values: numbers in an array of any shape, not empty.
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
