"""Is a map faithful? Take away what it ranks highest, and the reading should change the most.

Deletion and insertion after RISE (Petsiuk et al., BMVC 2018). What is taken away is blurred until
no structure of a lung is left in it: a grey or black patch would itself look like a finding, or
like a lung without one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.evaluation import Curve, FaithfulnessScores, MapKind
from cxr_severity.model.measure.bootstrap import RESAMPLES, Bootstrap
from cxr_training.evaluation.places import enlarge

STEPS = 14
BLUR = 0.1
"""Standard deviation of the blur, as share of the film's side."""
CHANCE_CELLS = 14
"""Cells of the random map along a side, however fine the maps that it is compared with: what is
blurred in finer speckles than a network's own cells looks like patches of opacity."""

Predict = Callable[[Float32Array], NDArray[np.floating]]
"""Films on the network's grid, (N, S, S) in [0, 1], to N scores."""


@dataclass(frozen=True, slots=True)
class Curves:
    """Areas under the curves of one map on one film, in the units of the score."""

    deletion: float
    insertion: float


@dataclass(frozen=True, slots=True)
class Faithful:
    """One film, read by one network: the curves of its maps, of chance and of an even map."""

    image: str
    patient: str
    maps: Mapping[MapKind, Curves]
    random: Curves
    even: Curves


def faithful(
    image: str,
    patient: str,
    grid: Float32Array,
    maps: Mapping[MapKind, Float32Array],
    predict: Predict,
    seed: int,
) -> Faithful:
    """Measure the maps of one film.

    Args:
        grid: (S, S) float32 in [0, 1]. maps: (h, w) each, of one size, over the whole film.
        seed: of the random map.

    Raises:
        ValueError: maps of several sizes, which are hardly of the same film.
    """
    if len({values.shape for values in maps.values()}) > 1:
        raise ValueError("maps of several sizes are hardly of one film")
    chance = np.random.default_rng(seed).random((CHANCE_CELLS, CHANCE_CELLS), np.float32)
    return Faithful(
        image, patient,
        {kind: curves(grid, values, predict) for kind, values in maps.items()},
        curves(grid, chance, predict), curves(grid, None, predict),
    )  # fmt: skip


def curves(
    grid: Float32Array, values: Float32Array | None, predict: Predict, steps: int = STEPS
) -> Curves:
    """Areas under deletion and insertion; None stands for a map that is the same everywhere: then
    all places fade together.

    Args:
        grid: (S, S) float32 in [0, 1]. values: (h, w), high where the map points.
    """
    blurred = gaussian_filter(grid, BLUR * len(grid), mode="nearest")
    shares = np.linspace(0, 1, steps + 1)
    if values is None:
        mix = shares[:, None, None]
        deleted = (1 - mix) * grid + mix * blurred
        inserted = deleted[::-1]
    else:
        # Places that a map ranks alike, such as the dark ones of a Grad-CAM, go in random order.
        fine = enlarge(values, len(grid)).ravel()
        order = np.lexsort((np.random.default_rng(0).random(fine.size), -fine))
        rank = np.empty(order.size)
        rank[order] = np.arange(order.size) / order.size
        taken = rank.reshape(grid.shape)[None] < shares[:, None, None]
        deleted, inserted = np.where(taken, blurred, grid), np.where(taken, grid, blurred)
    scores = predict(np.concatenate([deleted, inserted]).astype(np.float32))
    deletion, insertion = (
        float(np.trapezoid(part, shares)) for part in np.split(np.asarray(scores, np.float64), 2)
    )
    return Curves(deletion, insertion)


def faithfulness_scores(
    measured: Sequence[Faithful], resamples: int = RESAMPLES
) -> list[FaithfulnessScores]:
    """Means over films for each map and curve, in shares of the score."""
    if not measured:
        return []
    bootstrap = Bootstrap.over([one.patient for one in measured], resamples=resamples)
    found = []
    for kind in get_args(MapKind):
        if kind not in measured[0].maps:
            continue
        for curve in get_args(Curve):
            own = np.array([getattr(one.maps[kind], curve) for one in measured])
            random = np.array([getattr(one.random, curve) for one in measured])
            even = np.array([getattr(one.even, curve) for one in measured])
            found.append(
                FaithfulnessScores(
                    map=kind,
                    curve=curve,
                    images=len({one.image for one in measured}),
                    patients=bootstrap.patients,
                    measured=bootstrap.mean(own),
                    random=bootstrap.mean(random),
                    even=bootstrap.mean(even),
                    less_random=bootstrap.mean(own - random),
                )
            )
    return found
