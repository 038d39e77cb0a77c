"""Where the lungs are, by a small network on a thumbnail.

Nothing here feeds the class: it serves the gate, and says how much of a heatmap lies in the lungs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cxr_severity.imaging.arrays import Float32Array, Float64Array
from cxr_severity.imaging.resample import percentiles, resize
from cxr_severity.model.engine import Compiled
from cxr_severity.model.networks.cells_kernel import lung_cells

_LUNG = 0.5
"""A pixel is taken for lung above this probability."""
_BLACK = 0.02
_WHITE = 0.995
"""Opacity is darker than the whitest thing on a film, which is metal or bone; an exposure or a
window that clips leaves no such difference."""
_FINE = 64
"""Side of the map that a network's cells are enlarged to."""


@dataclass(frozen=True, slots=True, eq=False)
class LungField:
    """Where the lungs of an image are, and how they show.

    `mask` (S/2, S/2) float32: probability of a pixel being lung; it covers the whole image.
    """

    mask: Float32Array
    area: float
    """Share of the image that is lung."""
    span: float
    """Share of the image that the frame around the lungs takes."""
    border: float
    """Share of the border that is lung, on the side with most of it."""
    black: float
    """Share of the lungs that is black; 0 where there are none."""
    contrast: float
    """Standard deviation of the grey values within the lungs; 0 where there are none."""
    white: float = 0.0
    """Share of the lungs that is as white as the picture gets; 0 where there are none."""
    balance: float = 1.0
    """The smaller lung over the larger; 1 where they were not found apart."""
    width: float = 0.0
    """How far the wider lung spreads to the sides: standard deviation, as share of the image's
    width; 0 where they were not found apart."""
    gap: float = 0.0
    """How empty the emptiest row between two fuller ones of a lung is: what it lacks of the less
    full one, as share of the fullest; of the lung that shows less of this."""

    def share_of(self, cam: Float32Array) -> float | None:
        """Share of a map that lies in the lungs; None where the map or the lungs are empty.

        Args:
            cam: (h, w) float32, not negative, covering the whole image.
        """
        inside = self.mask > _LUNG
        side = self.mask.shape[0]
        if not inside.any():
            return None
        enlarged = resize(cam, side, side)
        total = float(enlarged.sum())
        # Two sums of the same values may differ in their last digit.
        return min(1.0, float(enlarged[inside].sum()) / total) if total > 0 else None


class LungFinder:
    """A lung network on an engine. Safe to call from several threads."""

    def __init__(self, side: int, run: Compiled) -> None:
        """`run`: (1, side, side) float32 in [0, 1] to the probability of each 2 x 2 pixels of
        being lung, (1, side/2, side/2)."""
        self._side = side
        self._run = run

    def __call__(self, grid: Float32Array) -> LungField:
        """The lungs of a preprocessed image, (S, S) float32 in [0, 1], of any size."""
        small, mask = self._see(grid)
        return measure_lungs(mask, small)

    def _see(self, grid: Float32Array) -> tuple[Float32Array, Float32Array]:
        """The thumbnail, (s, s), and the probability of each 2 x 2 pixels of being lung."""
        small = resize(grid, self._side, self._side)
        (found,) = self._run(small[None])
        return small, found[0]


def lungs_of_cells(places: Float32Array, grid: Float32Array) -> LungField:
    """The lungs that a network's own cells tell.

    Args:
        places: (3, h, w) float32, probabilities of `PLACES`.
        grid: (S, S) float32 in [0, 1], as `to_grid` makes it.
    """
    cells = resize(lung_cells(places), _FINE, _FINE)
    found = measure_lungs(cells, resize(grid, 2 * _FINE, 2 * _FINE))
    columns = places[:2].sum(axis=1, dtype=np.float64)
    sizes = np.maximum(columns.sum(axis=1), 1e-6)
    at = (np.arange(columns.shape[1]) + 0.5) / columns.shape[1]
    centres = columns @ at / sizes
    spreads = np.sqrt((columns * np.square(at - centres[:, None])).sum(axis=1) / sizes)
    return replace(
        found,
        balance=float(sizes.min() / sizes.max()),
        width=float(spreads.max()),
        gap=min(_gap(lung) for lung in places[:2].sum(axis=2, dtype=np.float64)),
    )


def _gap(rows: Float64Array) -> float:
    """Of one lung, by how much of each row (h,) is lung."""
    above = np.maximum.accumulate(rows)
    below = np.maximum.accumulate(rows[::-1])[::-1]
    return float((np.minimum(above, below) - rows).max() / max(rows.max(), 1e-6))


def measure_lungs(mask: Float32Array, grid: Float32Array) -> LungField:
    """From the map of lung probabilities, (s, s), and the thumbnail, (2s, 2s), that it is of."""
    inside = mask > _LUNG
    area = float(inside.mean())
    border = max(
        float(edge.mean()) for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1])
    )
    if not area:
        return LungField(mask, 0.0, 0.0, 0.0, 0.0, 0.0)
    pairs = grid[::2] + grid[1::2]
    values = ((pairs[:, ::2] + pairs[:, 1::2]) / 4)[inside]
    # The outermost hundredth on each side: specks outside the lungs must not widen the frame.
    span = 1.0
    for places in np.nonzero(inside):
        low, high = percentiles(places, 1, 99)
        span *= (high - low + 1) / len(mask)
    return LungField(
        mask=mask,
        area=area,
        span=span,
        border=border,
        black=float((values < _BLACK).mean()),
        contrast=float(values.std()),
        white=float((values > _WHITE).mean()),
    )
