"""What a network's own cells say of lungs, zones and opacity, for people and for the gate."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from cxr_severity.model.assessment import ZONES, Opacity, Zone
from cxr_severity.model.cells import third_edges, zone_weights

Array = NDArray[np.float32]
_WIDTH = (0.03, 0.97)
"""Shares of a zone's lung left of its outline and of what lies left of its right edge."""
_FOUND = 0.5
"""A cell is taken for lung above this probability."""


def lung_cells(places: Array) -> Array:
    """(3, h, w) probabilities of right lung, left lung and opacity to (h, w) of being lung."""
    lungs: Array = np.minimum(places[0] + places[1], np.float32(1))
    return lungs


def opacity_of(places: Array) -> Opacity:
    """Where opacity is seen within the lungs, and how much of each zone it covers.

    Opacity outside the lungs that were found is left out: there it is bone, organ or letter.
    """
    lungs = lung_cells(places)
    seen = places[2] * lungs
    weights = zone_weights(torch.from_numpy(places[None, :2]))[0].numpy()
    shares = (weights * places[2]).sum(axis=(1, 2)) / weights.sum(axis=(1, 2))
    return Opacity(
        probability=seen,
        of_lungs=float(seen.sum() / max(float(lungs.sum()), 1e-6)),
        of_zones=dict(zip(ZONES, (float(share) for share in shares), strict=True)),
    )


def zone_outlines(places: Array) -> dict[Zone, Array] | None:
    """Corners (4, 2) of each zone, x and y as shares of the upright film: a third of its lung's
    height, as wide as the lung is there. None where a lung was not found."""
    lungs = places[:2]
    if not all((lung > _FOUND).any() for lung in lungs):
        return None
    film = torch.from_numpy(lungs[None])
    edges = third_edges(film)[0].numpy()
    weights = zone_weights(film)[0].numpy()
    found: dict[Zone, Array] = {}
    for k, zone in enumerate(ZONES):
        side, third = divmod(k, 3)
        left, right = _spread(weights[k].sum(axis=0))
        top, bottom = edges[side, third], edges[side, third + 1]
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        found[zone] = np.array(corners, np.float32)
    return found


def _spread(columns: Array) -> tuple[float, float]:
    """Left and right end, as shares of the width, between which most of the (w,) mass lies."""
    reached = np.concatenate([[0.0], np.cumsum(columns, dtype=np.float64)]) / columns.sum()
    ends = np.interp(_WIDTH, reached, np.linspace(0, 1, len(reached)))
    return float(ends[0]), float(ends[1])
