"""What a version's films were like, in numbers that later ones can be compared with."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.metrics import Frozen

Statistic = Literal["brightness", "contrast", "sharpness", "total"]
"""Three of the network's input, and the Brixia total that was predicted."""

_SHARES = 10


class Histogram(Frozen):
    """One statistic over the films that a version was measured on."""

    edges: tuple[float, ...] = Field(min_length=1, description="Between the bins, increasing")
    shares: tuple[float, ...] = Field(description="Of the films in each bin; one more than edges")
    films: int = Field(gt=0)

    @model_validator(mode="after")
    def _whole(self) -> Histogram:
        if any(low >= high for low, high in pairwise(self.edges)):
            raise ValueError("edges must increase")
        if len(self.shares) != len(self.edges) + 1:
            raise ValueError("there is one share more than edges")
        if min(self.shares) < 0 or abs(sum(self.shares) - 1) > 1e-3:
            raise ValueError("shares must add up to 1")
        return self

    @classmethod
    def of(cls, values: ArrayLike) -> Histogram:
        """Tenths of the values, (N,); fewer bins where many are alike.

        Raises:
            ValueError: when all are alike, or there are none.
        """
        found = np.asarray(values, np.float64)
        if found.size == 0 or found.min() == found.max():
            raise ValueError("values that are all alike make no histogram")
        tenths = np.quantile(found, np.linspace(0, 1, _SHARES + 1)[1:-1])
        # Rounded for the manifest, and counted with what is written there.
        edges = np.unique([float(f"{edge:.6g}") for edge in tenths])
        counts = np.bincount(np.searchsorted(edges, found, "right"), minlength=edges.size + 1)
        shares = [round(float(share), 6) for share in counts / found.size]
        return cls(edges=tuple(edges.tolist()), shares=tuple(shares), films=found.size)

    def bin(self, value: float) -> int:
        return int(np.searchsorted(self.edges, value, "right"))


class DriftReference(Frozen):
    """A histogram of each statistic."""

    statistics: dict[Statistic, Histogram]


def input_statistics(grid: Float32Array) -> dict[Statistic, float]:
    """Of (S, S) float32 in [0, 1], as `to_grid` makes it: mean, standard deviation, and the mean
    difference of neighbours along a row."""
    return {
        "brightness": float(grid.mean()),
        "contrast": float(grid.std()),
        "sharpness": float(np.abs(np.diff(grid, axis=1)).mean()),
    }
