"""Scaling by matrix products, and percentiles without a sort: the costly steps on many pixels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.arrays import Float64Array

_BLOCK = 8
"""How many output rows share a product: each needs few input rows, and neighbours need nearly the
same ones."""

_CACHED = 1 << 18
"""Numbers that are added up at a time, so that they are read from the processor's cache."""
_FITS = 0xFFFF // 0xFF
"""How many bytes have a sum of 16 bits at most."""

Kernel = Literal["box", "bilinear", "bicubic"]
"""A box is the plain mean of what a pixel covers; for pictures that shrink."""
_RADIUS: dict[Kernel, float] = {"box": 0.5, "bilinear": 1.0, "bicubic": 2.0}

_LONG = 1 << 14
"""Pixels; no radiograph has a longer side."""
_Band = tuple[slice, slice, NDArray[Any]]
"""Outputs, the inputs that they need, and weights (outputs, inputs)."""
_Axis = tuple[int, int, Kernel, int]
"""Inputs, outputs, the kernel, and how many inputs are one mean before it."""


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
    down = pixels.shape[0], height, kernel, _factor(pixels.shape[0], height, kernel, reducing_gap)
    across = pixels.shape[1], width, kernel, _factor(pixels.shape[1], width, kernel, reducing_gap)
    if pixels.shape[1] > _LONG:  # `height` rows of a long strip may be more than all of it
        return _rows(_columns(pixels, across, dtype), down, dtype)
    return _columns(_rows(pixels, down, dtype), across, dtype)


def _factor(source: int, target: int, kernel: Kernel, gap: float | None) -> int:
    """How many pixels in a row are one mean before the kernel comes to them."""
    if kernel == "box" and source % target == 0:
        return source // target
    return 1 if gap is None else int(source / target / gap) or 1


def _rows(pixels: NDArray[Any], axis: _Axis, dtype: np.dtype[Any]) -> NDArray[Any]:
    _, height, _, factor = axis
    # Means of whole rows are sums here, which their weights divide.
    pixels = _sums(pixels, factor)
    out = np.empty((height, pixels.shape[1]), dtype)
    if len(pixels) == height and factor > 1:
        np.multiply(pixels, dtype.type(1 / factor), out=out)
        return out
    for made, used, weights in _bands(axis, dtype, of_sums=True):
        np.matmul(weights, pixels[used].astype(dtype, copy=False), out=out[made])
    return out


def _sums(pixels: NDArray[Any], factor: int) -> NDArray[Any]:
    """Of each `factor` rows, the last of those that are left."""
    if factor == 1:
        return pixels
    rows, columns = pixels.shape
    dtype = pixels.dtype
    if dtype == np.uint8:
        dtype = np.dtype(np.uint16 if factor <= _FITS else np.float32)
    whole, left = divmod(rows, factor)
    out = np.empty((whole + bool(left), columns), dtype)
    groups = pixels[: whole * factor].reshape(whole, factor, columns)
    step = max(1, _CACHED // (factor * columns))
    for top in range(0, whole, step):
        part = slice(top, min(top + step, whole))
        np.add.reduce(groups[part], axis=1, dtype=dtype, out=out[part])
    if left:
        np.add.reduce(pixels[whole * factor :], axis=0, dtype=dtype, out=out[-1])
    return out


def _columns(pixels: NDArray[Any], axis: _Axis, dtype: np.dtype[Any]) -> NDArray[Any]:
    source, width, kernel, factor = axis
    out = np.empty((pixels.shape[0], width), dtype)
    if kernel == "box" and source == width * factor:
        np.copyto(out, pixels[:, ::factor])
        for i in range(1, factor):
            out += pixels[:, i::factor]
        out *= dtype.type(1 / factor)
        return out
    for made, used, weights in _bands(axis, dtype):
        out[:, made] = pixels[:, used].astype(dtype, copy=False) @ weights.T
    return out


def _bands(axis: _Axis, dtype: np.dtype[Any], *, of_sums: bool = False) -> Iterable[_Band]:
    """Of each block along one axis. Those of a long side are large, seldom, and not kept."""
    made = _computed if axis[0] > _LONG else _kept
    return made(axis, dtype, of_sums)


@lru_cache(maxsize=32)
def _kept(axis: _Axis, dtype: np.dtype[Any], of_sums: bool) -> tuple[_Band, ...]:
    return tuple(_computed(axis, dtype, of_sums))


def _computed(axis: _Axis, dtype: np.dtype[Any], of_sums: bool) -> Iterator[_Band]:
    source, target, _, factor = axis
    # A few inputs are not worth more than one product.
    step = _BLOCK if source > 4 * _BLOCK else target
    for top in range(0, target, step):
        outputs = np.arange(top, min(top + step, target))
        first, block = _weights(outputs, axis)
        if not of_sums:
            first *= factor
            block = np.repeat(block, factor, axis=1)[:, : source - first]
        (used,) = np.nonzero(block.any(axis=0))
        low, high = int(used[0]), int(used[-1]) + 1
        part = np.ascontiguousarray(block[:, low:high], dtype)
        yield slice(top, top + len(outputs)), slice(first + low, first + high), part


def _weights(outputs: NDArray[np.int_], axis: _Axis) -> tuple[int, Float64Array]:
    """The first sum of `factor` inputs that neighbouring outputs need, and (outputs, sums from
    there on): a kernel around each output's centre, over means."""
    source, target, kernel, factor = axis
    reduced = -(-source // factor)
    scale = source / factor / target
    stretch = max(scale, 1.0)
    support = _RADIUS[kernel] * stretch
    centres = (outputs + 0.5) * scale
    low = np.maximum(np.floor(centres - support + 0.5), 0)[:, None]
    high = np.minimum(np.floor(centres + support + 0.5), reduced)[:, None]
    at = np.arange(int(low[0, 0]), int(high[-1, 0]))
    weights = _kernel(kernel, np.abs(at + 0.5 - centres[:, None]) / stretch)
    weights[(at < low) | (at >= high)] = 0
    weights /= weights.sum(axis=1, keepdims=True)
    # The last mean may be of fewer.
    counts = np.minimum(factor, source - at * factor)
    return int(at[0]), weights / counts


def _kernel(name: Kernel, x: Float64Array) -> Float64Array:
    """At distances of 0 or more; bicubic is Keys' with a = -1/2 (1981), as Pillow's."""
    if name == "box":
        return (x <= _RADIUS["box"]).astype(np.float64)
    if name == "bilinear":
        return np.maximum(1 - x, 0)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def percentiles(values: NDArray[Any], *shares: float) -> list[float]:
    """As `numpy.percentile`, linear between neighbours, in a fraction of its time.

    Args:
        values: numbers in an array of any shape, not empty. Bytes are counted, others are sorted in
            part.
        shares: percents, 0 to 100.
    """
    places = [(values.size - 1) * share / 100 for share in shares]
    ranks = sorted({rank for place in places for rank in _neighbours(place, values.size)})
    if values.dtype == np.uint8:
        reached = np.cumsum(np.bincount(values.ravel(), minlength=256))
        at = dict(zip(ranks, np.searchsorted(reached, ranks, "right").tolist(), strict=True))
    else:
        at = dict(zip(ranks, np.partition(values, ranks, axis=None)[ranks].tolist(), strict=True))
    found = []
    for place in places:
        below, above = (float(at[rank]) for rank in _neighbours(place, values.size))
        found.append(below + (above - below) * (place - int(place)))
    return found


def _neighbours(place: float, size: int) -> tuple[int, int]:
    return int(place), min(int(place) + 1, size - 1)
