"""Calibration and conformal thresholds, each judged on patients that it was not fitted on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

from cxr_severity.model.calibration import Conformal, Scaling, prediction_set, softmax
from cxr_training.bootstrap import Array, Indices
from cxr_training.errors import TrainingError
from cxr_training.evaluation.predictions import Integers, Joined

COVERAGE = 0.9
"""Share of films whose prediction set should hold their class."""


def fit_temperature(logits: Array, labels: Indices) -> float:
    """The temperature that minimises the negative log-likelihood (Guo et al., ICML 2017).

    Args:
        logits: (N, 3), finite. labels: (N,) class indices.

    Sought between 0.25 and 4 on a logarithmic scale.
    """

    def loss(log_temperature: float) -> float:
        return float(log_loss(np.asarray(logits, np.float64) / 2.0**log_temperature, labels).mean())

    best = minimize_scalar(loss, bounds=(-2, 2), method="bounded")
    return round(float(2.0**best.x), 4)


REGULARISATION = 0.1
"""C of the logistic regression, for readings of one seed."""


def fit_scaling(logits: Array, zones: Array, labels: Indices, seeds: int) -> Scaling:
    """Temperature, then matrix scaling of logits and zone scores (see `Scaling`).

    Args:
        logits: (N, 3). zones: (N, 6). labels: (N,) class indices; without one of the classes the
            temperature alone is fitted.
        seeds: readings of each film; more of them are no more films.
    """
    temperature = fit_temperature(logits, labels)
    if len(np.unique(labels)) < logits.shape[1]:
        return Scaling.by_temperature(temperature)
    seen = np.concatenate([np.asarray(logits, np.float64) / temperature, zones], axis=1)
    model = LogisticRegression(C=REGULARISATION / seeds, max_iter=2000)
    model.fit(seen, labels)
    rows = [[float(f"{value:.6g}") for value in row] for row in model.coef_]
    first, second, third = (float(f"{value:.6g}") for value in model.intercept_)
    return Scaling(
        temperature=temperature,
        weights=tuple(tuple(row) for row in rows),
        offset=(first, second, third),
    )


def log_loss(logits: Array, labels: Indices) -> Array:
    """(N,) negative log-likelihoods of (N, 3) logits, nats."""
    losses: Array = logsumexp(logits, axis=1) - logits[np.arange(len(labels)), labels]
    return losses


def fit_threshold(
    probabilities: Array, labels: Indices, patients: Sequence[str], coverage: float = COVERAGE
) -> Conformal:
    """The threshold of `prediction_set` that covers patients of the same kind.

    Split conformal prediction with the least ambiguous sets (Sadinle et al., JASA 2019): the
    lower quantile of the reference classes' probabilities at level 1 - ceil((n + 1) c) / n.
    Patients, not readings, are exchangeable, so n is their number. What the rule adds to the sets
    (`prediction_set`) can only raise coverage; how much is a matter of measurement.
    """
    n = len(set(patients))
    level = min(1.0, np.ceil((n + 1) * coverage) / n)
    own = np.sort(probabilities[np.arange(len(labels)), labels])
    allowed = int(np.floor(len(own) * (1 - level) + 1e-9))
    """Readings whose class may fall out of its set."""
    return Conformal(coverage=coverage, threshold=_floor(float(own[min(allowed, len(own) - 1)])))


def _floor(threshold: float) -> float:
    # Down, never up: the reading that sets the threshold must stay covered.
    return float(np.floor(threshold * 1e6) / 1e6)


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """N readings of films with a class, calibrated on other patients."""

    seeds: Integers
    images: tuple[str, ...]
    patients: tuple[str, ...]
    labels: Indices
    """(N,) reference classes."""
    logits: Array
    """(N, 3), raw."""
    temperatures: Array
    """(N,), fitted without the reading's own fold."""
    scaled: Array
    """(N, 3) logits, calibrated by a fit without the reading's own fold."""
    thresholds: Array
    """(N,), likewise."""
    final_scaling: Scaling
    final_threshold: Conformal
    """Fitted on all N readings."""

    @property
    def probabilities(self) -> Array:
        """(N, 3), calibrated."""
        return softmax(self.scaled)

    @property
    def predicted(self) -> Indices:
        """(N,) most probable classes, once calibrated."""
        classes: Indices = self.scaled.argmax(axis=1)
        return classes

    @property
    def sets(self) -> NDArray[np.bool_]:
        """(N, 3): which classes are in each reading's prediction set."""
        return prediction_sets(self.probabilities, self.thresholds)


def prediction_sets(probabilities: Array, thresholds: Array) -> NDArray[np.bool_]:
    """(N, 3) membership by the very rule that the service uses."""
    inside = np.zeros(probabilities.shape, dtype=np.bool_)
    for i, (row, threshold) in enumerate(zip(probabilities, thresholds, strict=True)):
        inside[i, list(prediction_set(row.tolist(), [float(threshold)] * 3))] = True
    return inside


def cross_fit(joined: Joined, coverage: float = COVERAGE) -> Readings:
    """Fit calibration and threshold for every fold on the patients of the other folds.

    A fit takes the readings of all seeds, but none of a patient of the fold: seeds may differ in
    their folds.

    Raises:
        TrainingError: when there is but one fold.
    """
    if len(np.unique(joined.predictions.folds)) == 1:
        raise TrainingError("predictions: one fold alone leaves no other patients to calibrate on")
    own = _Own.of(joined)
    everyone = own.everyone
    temperatures, scaled = own.calibrated(everyone)
    thresholds = np.empty(len(own.labels))
    for held_out, others in own.parts(everyone):
        # Calibrated anew: a fit that saw the held-out patients would know something of them.
        _, inner = own.calibrated(others)
        thresholds[held_out] = fit_threshold(
            softmax(inner[others]), own.labels[others], own.patients[others].tolist(), coverage
        ).threshold
    return Readings(
        seeds=own.seeds,
        images=tuple(np.asarray(joined.predictions.images)[joined.labels >= 0].tolist()),
        patients=tuple(own.patients.tolist()),
        labels=own.labels,
        logits=own.logits,
        temperatures=temperatures,
        scaled=scaled,
        thresholds=thresholds,
        final_scaling=own.fit(everyone),
        final_threshold=fit_threshold(softmax(scaled), own.labels, own.patients.tolist(), coverage),
    )


def fold_scalings(joined: Joined, seed: int) -> dict[int, Scaling]:
    """What `cross_fit` calibrates the readings of a seed with, fold by fold."""
    own = _Own.of(joined)
    return {
        int(own.folds[held_out][0]): own.fit(others)
        for held_out, others in own.parts(own.everyone)
        if own.seeds[held_out][0] == seed
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Own:
    """N readings of films with a class, row for row."""

    seeds: Integers
    folds: Integers
    patients: NDArray[np.str_]
    labels: Indices
    logits: Array
    zones: Array

    @classmethod
    def of(cls, joined: Joined) -> _Own:
        mask, table = joined.labels >= 0, joined.predictions
        return cls(
            seeds=table.seeds[mask],
            folds=table.folds[mask],
            patients=np.asarray(table.patients)[mask],
            labels=joined.labels[mask],
            logits=table.logits[mask],
            zones=table.zones[mask],
        )

    @property
    def everyone(self) -> NDArray[np.bool_]:
        return np.ones(len(self.labels), dtype=np.bool_)

    def parts(self, members: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.bool_], ...]]:
        """Of the members: a fold of a seed, and the readings of all other patients."""
        for seed, fold in np.unique(np.stack([self.seeds, self.folds], axis=1)[members], axis=0):
            held_out = members & (self.seeds == seed) & (self.folds == fold)
            yield held_out, members & ~np.isin(self.patients, self.patients[held_out])

    def fit(self, members: NDArray[np.bool_]) -> Scaling:
        seeds = len(np.unique(self.seeds))
        return fit_scaling(self.logits[members], self.zones[members], self.labels[members], seeds)

    def calibrated(self, members: NDArray[np.bool_]) -> tuple[Array, Array]:
        """(N,) temperatures and (N, 3) logits, NaN but for members, each by a fit on the other
        members' patients."""
        temperatures = np.full(len(self.labels), np.nan)
        scaled = np.full(self.logits.shape, np.nan)
        for held_out, others in self.parts(members):
            scaling = self.fit(others)
            temperatures[held_out] = scaling.temperature
            scaled[held_out] = scaling(self.logits[held_out], self.zones[held_out])
        return temperatures, scaled
