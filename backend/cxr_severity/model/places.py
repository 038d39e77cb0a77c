"""What a network's own cells say of lungs, zones and opacity, for people and for the gate."""

from __future__ import annotations

import numpy as np

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.assessment import ZONES, Opacity, Zone
from cxr_severity.model.networks.cells_kernel import (
    lung_cells,
    third_edges,
    within_lungs,
    zone_weights,
)

_WIDTH = (0.03, 0.97)
"""Shares of a zone's lung left of its outline and of what lies left of its right edge."""
_FOUND = 0.5
"""A cell is taken for lung above this probability."""


def opacity_of(places: Float32Array) -> Opacity:
    """Where opacity is seen within the lungs, and how much of each zone it covers."""
    shown = within_lungs(places)
    # Of a frame, what lies around it was not read, though a typical lung might reach there.
    weights = zone_weights(places[:2]) * places.any(axis=0)
    inside = np.maximum(lung_cells(places), 1e-6)
    shares = (weights * shown / inside).sum(axis=(1, 2)) / weights.sum(axis=(1, 2))
    return Opacity(
        probability=shown,
        of_lungs=float(shown.sum() / max(float(inside.sum()), 1e-6)),
        of_zones={zone: min(1.0, float(share)) for zone, share in zip(ZONES, shares, strict=True)},
    )


def zone_outlines(places: Float32Array) -> dict[Zone, Float32Array] | None:
    """Corners (4, 2) of each zone, x and y as shares of the upright film: a third of its lung's
    height, as wide as the lung is there. None where a lung was not found."""
    lungs = places[:2]
    if not all((lung > _FOUND).any() for lung in lungs):
        return None
    edges = third_edges(lungs)
    weights = zone_weights(lungs)
    found: dict[Zone, Float32Array] = {}
    for k, zone in enumerate(ZONES):
        side, third = divmod(k, 3)
        left, right = _spread(weights[k].sum(axis=0))
        top, bottom = edges[side, third], edges[side, third + 1]
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        found[zone] = np.array(corners, np.float32)
    return found


def _spread(columns: Float32Array) -> tuple[float, float]:
    """Left and right end, as shares of the width, between which most of the (w,) mass lies."""
    reached = np.concatenate([[0.0], np.cumsum(columns, dtype=np.float64)]) / columns.sum()
    ends = np.interp(_WIDTH, reached, np.linspace(0, 1, len(reached)))
    return float(ends[0]), float(ends[1])
