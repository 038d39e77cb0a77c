"""Calibration, thresholds and intervals, each judged on patients that it was not fitted on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.calibration import Conformal, Scaling, TotalInterval, softmax
from cxr_severity.model.measure.bootstrap import Indices
from cxr_training.errors import TrainingError
from cxr_training.evaluation.calibrate import (
    balance,
    fit_ends,
    fit_interval,
    fit_scaling,
    fit_threshold,
    misses,
    prediction_sets,
)
from cxr_training.evaluation.predictions import Integers, Joined, Mask

FOLDS_TO_CALIBRATE = 3
"""The fewest: thresholds for one come from readings of the others that were calibrated on each
other."""


@dataclass(frozen=True, slots=True)
class Fits:
    """What a version carries beside its network."""

    scaling: Scaling
    conformal: Conformal
    interval: TotalInterval


@dataclass(frozen=True, slots=True, eq=False)
class CalibratedPredictions:
    """N readings of films with a class, calibrated on other patients."""

    joined: Joined
    """The same N readings, row for row."""
    by_fold: dict[str, Fits]
    """Fitted without the fold."""
    final: Fits
    """Fitted on all N readings."""
    temperatures: Float64Array
    """(N,), fitted without the reading's own fold."""
    scaled: Float64Array
    """(N, 3) logits, calibrated by a fit without the reading's own fold."""
    thresholds: Float64Array
    """(N,) of the prediction sets, likewise."""
    intervals: Float64Array
    """(N, 2) ends of the interval of the total, likewise."""

    @property
    def seeds(self) -> Integers:
        return self.joined.predictions.seeds

    @property
    def images(self) -> tuple[str, ...]:
        return self.joined.predictions.images

    @property
    def patients(self) -> tuple[str, ...]:
        return self.joined.predictions.patients

    @property
    def labels(self) -> Indices:
        """(N,) reference classes."""
        return self.joined.labels

    @property
    def probabilities(self) -> Float64Array:
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

    def only(self, chosen: Mask) -> CalibratedPredictions:
        """The readings that (N,) `chosen` selects; the fits stay those of all."""
        return CalibratedPredictions(
            self.joined.only(chosen),
            self.by_fold,
            self.final,
            self.temperatures[chosen],
            self.scaled[chosen],
            self.thresholds[chosen],
            self.intervals[chosen],
        )


def cross_fit(joined: Joined) -> CalibratedPredictions:
    """Fit calibration, thresholds and interval for every fold on the patients of the other folds.

    Raises:
        TrainingError: when there are fewer than `FOLDS_TO_CALIBRATE` folds.
    """
    work = _Work(joined.only(joined.labels >= 0))
    everyone = np.ones(len(work.labels), dtype=np.bool_)
    scalings = work.scalings()
    by_fold = {fold: work.fits(others, scalings[fold]) for fold, _, others in work.folds(everyone)}
    return apply(work.joined, by_fold, work.fits(everyone, work.scaling(everyone)))


def fit_all(joined: Joined) -> Fits:
    """Everything fitted on all films of these readings that have a class.

    Raises:
        TrainingError: when they lie in fewer than two folds.
    """
    work = _Work(joined.only(joined.labels >= 0))
    folds = len(np.unique(work.table.folds))
    if folds < 2:
        raise TrainingError(f"predictions: films with a class lie in {folds} folds, not in two")
    everyone = np.ones(len(work.labels), dtype=np.bool_)
    return work.fits(everyone, work.scaling(everyone))


def apply(joined: Joined, by_fold: dict[str, Fits], final: Fits) -> CalibratedPredictions:
    """Readings as a version with these fits would give them, fold by fold.

    Raises:
        TrainingError: a reading of a fold without fits.
    """
    table = joined.predictions
    for fold in np.unique(table.folds).tolist():
        if fold not in by_fold:
            raise TrainingError(f"predictions: fold {fold} has nothing to calibrate it with")
    count = len(table.images)
    temperatures, scaled = np.empty(count), np.empty((count, 3))
    thresholds, intervals = np.empty(count), np.empty((count, 2))
    for fold, fits in by_fold.items():
        rows = np.flatnonzero(table.folds == fold)
        temperatures[rows] = fits.scaling.temperature
        scaled[rows] = fits.scaling(table.logits[rows], table.zones[rows])
        thresholds[rows] = fits.conformal.threshold
        if len(rows):
            intervals[rows] = [fits.interval(float(total)) for total in table.totals[rows]]
    return CalibratedPredictions(
        joined, by_fold, final, temperatures, scaled, thresholds, intervals
    )


class _Work:
    """N readings of films with a class, and fits on parts of them."""

    def __init__(self, joined: Joined) -> None:
        self.joined = joined
        self.labels = joined.labels
        self.table = joined.predictions
        self.patients = np.asarray(self.table.patients)
        self.collections = np.array([case.set for case in joined.cases])
        self.seeds = len(joined.seeds)

    def folds(self, members: Mask) -> Iterator[tuple[str, Mask, Mask]]:
        """Of the members: a fold's name, its readings and all others."""
        for fold in np.unique(self.table.folds[members]).tolist():
            inside = self.table.folds == fold
            yield fold, members & inside, members & ~inside

    def scaling(self, members: Mask) -> Scaling:
        return fit_scaling(
            self.table.logits[members], self.table.zones[members], self.labels[members],
            balance(self.collections[members]),
        )  # fmt: skip

    def scalings(self) -> dict[str, Scaling]:
        """Of each fold, fitted on the others; TrainingError where they are too few."""
        folds = len(np.unique(self.table.folds))
        if folds < FOLDS_TO_CALIBRATE:
            raise TrainingError(
                f"predictions: {folds} folds leave too few patients to calibrate on"
            )
        everyone = np.ones(len(self.labels), dtype=np.bool_)
        return {fold: self.scaling(others) for fold, _, others in self.folds(everyone)}

    def ends(self, members: Mask) -> tuple[Float64Array, Float64Array]:
        return fit_ends(
            self.table.totals[members], self.joined.reference[members],
            balance(self.collections[members]), self.seeds,
        )  # fmt: skip

    def fits(self, members: Mask, scaling: Scaling) -> Fits:
        """Everything fitted on the members. Thresholds and margin come from members that were
        calibrated by fits on other members: what was fitted on a patient knows something of it."""
        probabilities = np.full((len(self.labels), 3), np.nan)
        missed = np.full(len(self.labels), np.nan)
        totals, reference = self.table.totals, self.joined.reference
        for _, held_out, others in self.folds(members):
            inner = self.scaling(others)
            logits = inner(self.table.logits[held_out], self.table.zones[held_out])
            probabilities[held_out] = softmax(logits)
            ends = self.ends(others)
            missed[held_out] = misses(totals[held_out], reference[held_out], *ends)
        patients = self.patients[members].tolist()
        return Fits(
            scaling,
            fit_threshold(
                probabilities[members], self.labels[members], patients
            ),
            fit_interval(self.ends(members), missed[members], patients),
        )  # fmt: skip


def fold_scalings(joined: Joined) -> dict[int, Scaling]:
    """Of each fold, by its number, the calibration that was fitted on the other folds."""
    work = _Work(joined.only(joined.labels >= 0))
    return {int(fold): scaling for fold, scaling in work.scalings().items()}


def calibrated_classes(joined: Joined) -> Indices:
    """(N,) of the N readings of films with a class, the most probable ones by `cross_fit`, without
    its thresholds and intervals.

    Raises:
        TrainingError: when there are fewer than `FOLDS_TO_CALIBRATE` folds.
    """
    work = _Work(joined.only(joined.labels >= 0))
    classes = np.empty(len(work.labels), np.intp)
    for fold, scaling in work.scalings().items():
        rows = work.table.folds == fold
        classes[rows] = scaling(work.table.logits[rows], work.table.zones[rows]).argmax(axis=1)
    return classes
