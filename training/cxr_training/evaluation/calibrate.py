"""Fits of what stands between a network's raw answer and what a version says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import logsumexp

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.calibration import (
    HIGHEST_TOTAL,
    Conformal,
    Scaling,
    TotalInterval,
    prediction_set,
)
from cxr_severity.model.measure.bootstrap import Indices
from cxr_severity.model.measure.brixia import MODERATE_FROM, SEVERE_FROM

COVERAGE = 0.9
"""Share of films whose interval should hold their total."""
SET_COVERAGE = 0.885
"""The same of the prediction sets. Less than of the intervals, because every set of two classes is
a film for a person to read: out of fold this refers 35 films of 100."""
RIDGE = 0.0003
"""How strongly the numbers of a scaling are pulled towards leaving the logits as they are. Thirty
times as strong, the class layer outweighed the total: of the first run of 2.0.0's recipe on four
folds accuracy 0.753 and kappa 0.737 instead of 0.760 and 0.749, of the second on all five 0.757 and
0.747 instead of 0.752 and 0.742, with the same likelihood. So it tells nothing which to prefer."""
BALANCE = 0.5
"""Power of a collection's inverse size in the weight of its films: 0 counts films, 1 makes the
collections equal. Between the two the large one rules less, and the small one is not copied."""
KNOTS = tuple(float(total) for total in range(0, HIGHEST_TOTAL + 1, 3))
FEWEST_AROUND = 40
"""How many films around a knot its ends are taken from, weighed by nearness."""


def balance(groups: Sequence[str] | NDArray[np.str_], power: float = BALANCE) -> Float64Array:
    """(N,) weights of mean 1: rows of a group of n count n to the power -`power`."""
    _, rows, counts = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    weights = counts.astype(np.float64)[rows] ** -power
    scaled: Float64Array = weights / weights.mean()
    return scaled


def fit_temperature(
    logits: Float64Array, labels: Indices, weights: Float64Array | None = None
) -> float:
    """The temperature that minimises the negative log-likelihood (Guo et al., ICML 2017).

    Args:
        logits: (N, 3), finite. labels: (N,) class indices. weights: (N,), or all alike.

    Sought between 0.25 and 4 on a logarithmic scale.
    """

    def loss(log_temperature: float) -> float:
        losses = log_loss(np.asarray(logits, np.float64) / 2.0**log_temperature, labels)
        return float(np.average(losses, weights=weights))

    best = minimize_scalar(loss, bounds=(-2, 2), method="bounded")
    return round(float(2.0**best.x), 4)


def fit_scaling(
    logits: Float64Array, zones: Float64Array, labels: Indices, weights: Float64Array | None = None
) -> Scaling:
    """A temperature for the logits, and how much the total of the zones adds to them.

    The class layer and the zones read the same film in two ways; where they disagree, a temperature
    alone leaves the network too sure. The total speaks as an ordinal logit does: below a cut near
    5.5 for mild, above one near 11.5 for severe. The cuts are fitted too, because a total that is
    uncertain is estimated nearer to the middle than it is. Four numbers for all: matrix scaling,
    with thirty, fitted how the networks of some folds differ from those of others, and lost a point
    of accuracy.

    Args:
        logits: (N, 3). zones: (N, 6). labels: (N,) class indices; without one of the classes the
            temperature alone is fitted.
        weights: (N,), of mean 1, or all alike.
    """
    if len(np.unique(labels)) < logits.shape[1]:
        return Scaling.by_temperature(fit_temperature(logits, labels, weights))
    totals = np.asarray(zones, np.float64).sum(axis=1)
    edges = np.array([MODERATE_FROM, SEVERE_FROM])
    unchanged = np.array([1.0, 0.0, 0.0, 0.0])

    def loss(values: Float64Array) -> float:
        sharpness, slope = values[:2]
        low, high = edges + values[2:]
        beyond = np.stack([low - totals, np.zeros_like(totals), totals - high], axis=1)
        losses = log_loss(sharpness * np.asarray(logits, np.float64) + slope * beyond, labels)
        pulled = RIDGE * float(((values - unchanged) ** 2).sum())
        return float(np.average(losses, weights=weights)) + pulled

    # The class layer keeps a tenth of its say at least. Since the second round the total speaks so
    # much better that the fit often ends there, and the grade is nearly the total's.
    bounds = ((0.1, 4), (0, 2), (-2, 2), (-2, 2))
    best = minimize(loss, (1.0, 0.1, 0.0, 0.0), method="L-BFGS-B", bounds=bounds)
    sharpness, slope, *shifts = (float(f"{value:.4g}") for value in best.x)
    low, high = (float(edge) + shift for edge, shift in zip(edges, shifts, strict=True))
    rows = ((1.0, 0.0, 0.0, -slope), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, slope))
    return Scaling(
        temperature=round(1 / sharpness, 4),
        weights=tuple((*row[:3], *(row[3:] * zones.shape[1])) for row in rows),
        offset=(slope * low, 0.0, -slope * high),
    )


def log_loss(logits: Float64Array, labels: Indices) -> Float64Array:
    """(N,) negative log-likelihoods of (N, 3) logits, nats."""
    losses: Float64Array = logsumexp(logits, axis=1) - logits[np.arange(len(labels)), labels]
    return losses


def fit_threshold(
    probabilities: Float64Array, labels: Indices, patients: Sequence[str],
    coverage: float = SET_COVERAGE,
) -> Conformal:  # fmt: skip
    """The threshold of `prediction_set` that covers patients of the same kind.

    Split conformal prediction with the least ambiguous sets (Sadinle et al., JASA 2019): the
    lower quantile of the reference classes' probabilities at level 1 - ceil((n + 1) c) / n.
    Patients, not readings, are exchangeable, so n is their number. What the rule adds to the sets
    (`prediction_set`) can only raise coverage; how much is a matter of measurement.
    """
    own = probabilities[np.arange(len(labels)), labels]
    allowed = int(np.floor(len(own) * (1 - _level(np.asarray(patients), coverage)) + 1e-9))
    """Readings whose class may fall out of its set."""
    # Down, never up: the reading that sets the threshold must stay covered.
    threshold = np.floor(np.sort(own)[min(allowed, len(own) - 1)] * 1e6) / 1e6
    return Conformal(coverage=coverage, threshold=float(threshold))


def _level(patients: NDArray[np.str_], coverage: float) -> float:
    """The quantile that covers a new patient of the same kind with this probability."""
    n = len(np.unique(patients))
    return min(1.0, float(np.ceil((n + 1) * coverage)) / n)


def prediction_sets(probabilities: Float64Array, thresholds: Float64Array) -> NDArray[np.bool_]:
    """(N, 3) probabilities and (N,) thresholds to membership, by the rule of the service."""
    inside = np.zeros(probabilities.shape, dtype=np.bool_)
    for i, (row, limit) in enumerate(zip(probabilities, thresholds, strict=True)):
        inside[i, list(prediction_set(row.tolist(), float(limit)))] = True
    return inside


def fit_ends(
    totals: Float64Array, reference: Float64Array, weights: Float64Array, seeds: int
) -> tuple[Float64Array, Float64Array]:
    """Ends of an interval at `KNOTS`, before any margin: (K,) lower and upper.

    At each knot the quantiles of the error of the readings around it, weighed by nearness and by
    (N,) `weights`; where there are few, from further away.

    Args:
        totals: (N,) estimated. reference: (N,). seeds: readings of each film.
    """
    errors = reference - totals
    tail = (1 - COVERAGE) / 2
    ends = []
    for knot in KNOTS:
        width = KNOTS[1] - KNOTS[0]
        near = weights * np.clip(1 - np.abs(totals - knot) / width, 0, None)
        while near.sum() < FEWEST_AROUND * seeds and width < HIGHEST_TOTAL:
            width *= 1.25
            near = weights * np.clip(1 - np.abs(totals - knot) / width, 0, None)
        ends.append([knot + _quantile(errors, near, share) for share in (tail, 1 - tail)])
    low, high = np.array(ends).T
    return low, high


def _quantile(values: Float64Array, weights: Float64Array, share: float) -> float:
    order = np.argsort(values, kind="stable")
    passed = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(passed, share * passed[-1])])


def misses(
    totals: Float64Array, reference: Float64Array, low: Float64Array, high: Float64Array
) -> Float64Array:
    """(N,) how far the reference lies outside the ends at its estimate; negative where it is
    inside."""
    lower, upper = (np.interp(totals, KNOTS, ends) for ends in (low, high))
    out: Float64Array = np.maximum(lower - reference, reference - upper)
    return out


def fit_interval(
    ends: tuple[Float64Array, Float64Array],
    missed: Float64Array,
    patients: Sequence[str],
    coverage: float = COVERAGE,
) -> TotalInterval:
    """Conformalised quantile regression (Romano et al., NeurIPS 2019): ends with a margin.

    Args:
        ends: of `fit_ends`. missed: (N,) of `misses`, each by ends fitted on other patients.
    """
    names = np.asarray(patients)
    rank = int(np.ceil(_level(names, coverage) * len(missed) - 1e-9))
    margin = float(np.sort(missed)[max(rank - 1, 0)])
    # Outwards: the reading that sets the margin must stay inside.
    low = tuple((np.floor((ends[0] - margin) * 1e3) / 1e3).tolist())
    high = tuple((np.ceil((ends[1] + margin) * 1e3) / 1e3).tolist())
    return TotalInterval(coverage=coverage, knots=KNOTS, low=low, high=high)
