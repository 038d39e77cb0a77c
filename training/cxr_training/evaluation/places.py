"""Where a map's peak and energy lie: in outlined opacities, in lungs, or elsewhere.

The peak is the pointing game (Zhang et al., IJCV 2018), the energy that of Score-CAM's
energy-based pointing game (Wang et al., CVPR workshops 2020).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch.nn.functional import interpolate

from cxr_severity.imaging.arrays import Float32Array

SIDE = 256
"""Maps and masks meet on a square grid of this side, whatever the shape of the film."""


@dataclass(frozen=True, slots=True)
class Place:
    """One map on one film; shares in [0, 1], NaN where nobody drew the lungs."""

    hit: float
    """1 where the map's peak lies in an opacity, else 0."""
    in_opacity: float
    in_lungs: float
    """Of the map's energy, the share inside the opacities and inside the lungs; 0 of an empty map,
    which points nowhere."""
    opacity_share: float
    lung_share: float
    opacity_share_of_lungs: float
    """The opacities' share of the film's area, and of the lungs': what a map that knows nothing
    would score."""


SHARES = tuple(field.name for field in fields(Place))


def enlarge(coarse: Float32Array, side: int = SIDE) -> Float32Array:
    """(h, w) to (side, side), bilinear: nothing is added between the cells, where the service's
    pictures are drawn smoother."""
    tensor = torch.from_numpy(np.ascontiguousarray(coarse, np.float32))[None, None]
    fine: Float32Array = interpolate(tensor, (side, side), mode="bilinear", align_corners=False)[
        0, 0
    ].numpy()
    return fine


def place(values: Float32Array, opacity: Float32Array, lungs: Float32Array | None) -> Place:
    """How a map lies on a film.

    Args:
        values: (H, W), not negative. opacity, lungs: (H, W) in [0, 1]; None: nobody drew the lungs.

    Raises:
        ValueError: shapes that differ, a negative value, or a film without an opacity.
    """
    if values.shape != opacity.shape or (lungs is not None and lungs.shape != values.shape):
        raise ValueError("map and masks must be of one shape")
    if (values < 0).any():
        raise ValueError("a map must not be negative")
    if not (opacity > 0.5).any():
        raise ValueError("a film without an opacity has no place to point to")
    energy = float(values.sum())
    peak = np.unravel_index(int(values.argmax()), values.shape)

    def inside(mask: Float32Array) -> float:
        return float((values * mask).sum()) / energy if energy > 0 else 0.0

    share = math.nan if lungs is None else float(lungs.mean())
    return Place(
        hit=float(energy > 0 and opacity[peak] > 0.5),
        in_opacity=inside(opacity),
        in_lungs=math.nan if lungs is None else inside(lungs),
        opacity_share=float(opacity.mean()),
        lung_share=share,
        # Some opacity masks reach over the lung mask's edge; only what lies within counts.
        opacity_share_of_lungs=(
            float((opacity * lungs).mean()) / share if lungs is not None and share else math.nan
        ),
    )


def draw_boxes(
    boxes: Sequence[tuple[float, float, float, float]], side: int = SIDE
) -> Float32Array:
    """Boxes (x0, y0, x1, y1) as shares of width and height to a (side, side) mask of 0 and 1.

    A pixel is in where its centre is; a box too thin to hold one takes the pixel it begins in.
    """
    mask = np.zeros((side, side), np.float32)
    centres = (np.arange(side) + 0.5) / side
    for x0, y0, x1, y1 in boxes:
        rows, columns = ((low <= centres) & (centres <= high) for low, high in ((y0, y1), (x0, x1)))
        for inside, start in ((rows, y0), (columns, x0)):
            if not inside.any():
                inside[min(int(start * side), side - 1)] = True
        mask[np.ix_(rows, columns)] = 1
    return mask
