"""Temperatures and conformal thresholds, each judged on patients that it was not fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from cxr_severity.model.calibration import Conformal, prediction_set, softmax
from cxr_training.errors import TrainingError
from cxr_training.evaluation.bootstrap import Array, Indices
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
    thresholds: Array
    """(N,), likewise."""
    final_temperature: float
    final_threshold: Conformal
    """Fitted on all N readings."""

    @property
    def probabilities(self) -> Array:
        """(N, 3), after each reading's temperature."""
        return softmax(self.logits / self.temperatures[:, None], 1.0)

    @property
    def raw_probabilities(self) -> Array:
        return softmax(self.logits, 1.0)

    @property
    def predicted(self) -> Indices:
        """(N,) most probable classes; a temperature does not change them."""
        classes: Indices = self.logits.argmax(axis=1)
        return classes

    @property
    def sets(self) -> NDArray[np.bool_]:
        """(N, 3): which classes are in each reading's prediction set."""
        return prediction_sets(self.probabilities, self.thresholds)


def prediction_sets(probabilities: Array, thresholds: Array) -> NDArray[np.bool_]:
    """(N, 3) membership by the very rule that the service uses."""
    inside = np.zeros(probabilities.shape, dtype=np.bool_)
    for i, (row, threshold) in enumerate(zip(probabilities, thresholds, strict=True)):
        inside[i, list(prediction_set(row.tolist(), float(threshold)))] = True
    return inside


def cross_fit(joined: Joined, coverage: float = COVERAGE) -> Readings:
    """Fit temperature and threshold for every fold on the patients of the other folds.

    A fit takes the readings of all seeds, but none of a patient of the fold: seeds may differ in
    their folds.

    Raises:
        TrainingError: when there is but one fold.
    """
    if len(np.unique(joined.predictions.folds)) == 1:
        raise TrainingError("predictions: one fold alone leaves no other patients to calibrate on")
    mask = joined.labels >= 0
    table = joined.predictions
    seeds, folds, logits = table.seeds[mask], table.folds[mask], table.logits[mask]
    labels = joined.labels[mask]
    patients = np.asarray(table.patients)[mask]
    temperatures, thresholds = np.empty(len(labels)), np.empty(len(labels))
    for seed, fold in np.unique(np.stack([seeds, folds], axis=1), axis=0):
        held_out = (seeds == seed) & (folds == fold)
        others = ~np.isin(patients, patients[held_out])
        temperatures[held_out], fitted = _fit(
            logits[others], labels[others], patients[others].tolist(), coverage
        )
        thresholds[held_out] = fitted.threshold
    temperature, threshold = _fit(logits, labels, patients.tolist(), coverage)
    return Readings(
        seeds=seeds,
        images=tuple(np.asarray(table.images)[mask].tolist()),
        patients=tuple(patients.tolist()),
        labels=labels,
        logits=logits,
        temperatures=temperatures,
        thresholds=thresholds,
        final_temperature=temperature,
        final_threshold=threshold,
    )


def _fit(
    logits: Array, labels: Indices, patients: Sequence[str], coverage: float
) -> tuple[float, Conformal]:
    temperature = fit_temperature(logits, labels)
    probabilities = softmax(logits, temperature)
    return temperature, fit_threshold(probabilities, labels, patients, coverage)
