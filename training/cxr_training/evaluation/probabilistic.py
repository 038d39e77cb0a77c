"""What probabilities are worth: discrimination, calibration, prediction sets, abstention."""

from __future__ import annotations

import numpy as np

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.calibration import softmax
from cxr_severity.model.evaluation import IntervalScores
from cxr_severity.model.measure.bootstrap import Bootstrap, Indices, interval, ratio
from cxr_severity.model.measure.probabilities import (
    BINS,
    accuracy_at,
    calibration_error,
    equal_width_bins,
)
from cxr_severity.model.metrics import (
    Auc,
    Calibration,
    CalibrationScores,
    ConformalScores,
    ReliabilityBin,
    Selective,
    SelectivePoint,
)
from cxr_training.evaluation.calibrate import log_loss
from cxr_training.evaluation.crossfit import CalibratedPredictions

CURVE = tuple(step / 20 for step in range(1, 21))
"""Coverages of the risk-coverage curve."""
HIGH_ACCURACY = 0.9


def auc(calibrated: CalibratedPredictions, bootstrap: Bootstrap) -> Auc:
    """One-against-rest areas: the Mann-Whitney probability that a film of the class ranks higher.

    Only readings of one seed are compared with each other, which makes the value the mean of the
    seeds' areas. Per-patient sums of the pairwise comparisons turn a resample into d'Gd.
    """
    probabilities, people = calibrated.probabilities, bootstrap.patients
    areas = []
    for index in range(len(SEVERITIES)):
        wins, pairs = np.zeros(people * people), np.zeros(people * people)
        for seed in np.unique(calibrated.seeds):
            own = calibrated.seeds == seed
            positive = np.flatnonzero(own & (calibrated.labels == index))
            negative = np.flatnonzero(own & (calibrated.labels != index))
            score = probabilities[:, index]
            difference = score[positive, None] - score[None, negative]
            won = np.where(difference > 0, 1.0, np.where(difference == 0, 0.5, 0.0))
            cell = bootstrap.rows[positive, None] * people + bootstrap.rows[None, negative]
            wins += np.bincount(cell.ravel(), won.ravel(), people * people)
            pairs += np.bincount(cell.ravel(), minlength=people * people)
        sums = [
            ((bootstrap.draws @ values.reshape(people, people)) * bootstrap.draws).sum(axis=1)
            for values in (wins, pairs)
        ]
        areas.append(ratio(sums[0], sums[1], np.nan))
    return Auc(
        per_class={name: interval(area) for name, area in zip(SEVERITIES, areas, strict=True)},
        macro=interval(np.mean(areas, axis=0)),
    )


def calibration(calibrated: CalibratedPredictions, bootstrap: Bootstrap) -> Calibration:
    raw = calibrated.joined.predictions.logits
    tempered = raw / calibrated.temperatures[:, None]
    before, between, after = (
        _calibration_scores(logits, calibrated.labels, bootstrap)
        for logits in (raw, tempered, calibrated.scaled)
    )
    return Calibration(
        fitted=calibrated.final.scaling,
        temperatures=sorted(set(calibrated.temperatures.tolist())),
        before=before,
        tempered=between,
        after=after,
    )


def _calibration_scores(
    logits: Float64Array, labels: Indices, bootstrap: Bootstrap
) -> CalibrationScores:
    probabilities = softmax(logits)
    confidence = probabilities.max(axis=1)
    correct = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    equal_width = equal_width_bins(confidence)
    edges = np.quantile(confidence, np.arange(1, BINS) / BINS)
    equal_mass = np.searchsorted(edges, confidence, side="left")
    squared = ((probabilities - np.eye(len(SEVERITIES))[labels]) ** 2).sum(axis=1)
    return CalibrationScores(
        expected_error=interval(calibration_error(confidence, correct, equal_width, bootstrap)),
        adaptive_error=interval(calibration_error(confidence, correct, equal_mass, bootstrap)),
        brier=bootstrap.mean(squared),
        log_loss=bootstrap.mean(log_loss(logits, labels)),
        reliability=[
            ReliabilityBin(
                readings=int(inside.sum()),
                confidence=round(float(confidence[inside].mean()), 4),
                accuracy=bootstrap.share(correct, inside),
            )
            for inside in (equal_width == index for index in np.unique(equal_width))
        ],
    )


def conformal(calibrated: CalibratedPredictions, bootstrap: Bootstrap) -> ConformalScores:
    sets = calibrated.sets
    covered = sets[np.arange(len(sets)), calibrated.labels].astype(np.float64)
    size = sets.sum(axis=1).astype(np.float64)
    return ConformalScores(
        fitted=calibrated.final.conformal,
        coverage=bootstrap.share(covered),
        coverage_per_class={
            name: bootstrap.share(covered, calibrated.labels == index)
            for index, name in enumerate(SEVERITIES)
        },
        mean_size=bootstrap.mean(size),
        single=bootstrap.share((size == 1).astype(np.float64)),
    )


def total_interval(calibrated: CalibratedPredictions, bootstrap: Bootstrap) -> IntervalScores:
    low, high = calibrated.intervals.T
    reference = calibrated.joined.reference
    inside = ((low <= reference) & (reference <= high)).astype(np.float64)
    return IntervalScores(
        fitted=calibrated.final.interval,
        coverage=bootstrap.share(inside),
        coverage_per_class={
            name: bootstrap.share(inside, calibrated.labels == index)
            for index, name in enumerate(SEVERITIES)
        },
        mean_width=bootstrap.mean(high - low),
    )


def selective(calibrated: CalibratedPredictions, bootstrap: Bootstrap) -> Selective:
    """Risk and coverage when the least confident readings are left out (Geifman and El-Yaniv,
    NeurIPS 2017); confidence is the calibrated probability of the predicted class."""
    confidence = calibrated.probabilities.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    correct = (calibrated.predicted == calibrated.labels)[order].astype(np.float64)
    weights = bootstrap.weights()[:, order]
    return Selective(
        area=interval(risk_coverage_area(correct, weights)),
        accuracy_at_half=interval(accuracy_at(0.5, correct, weights)),
        coverage_at_90=interval(coverage_at(HIGH_ACCURACY, correct, weights)),
        curve=[
            SelectivePoint(
                coverage=coverage, accuracy=interval(accuracy_at(coverage, correct, weights))
            )
            for coverage in CURVE
        ],
    )


def risk_coverage_area(correct: Float64Array, weights: Float64Array) -> Float64Array:
    """(N,) correctness from the most to the least confident, and (B, N) weights, to (B,) areas."""
    taken = weights.cumsum(axis=1)
    risk = 1 - ratio((weights * correct).cumsum(axis=1), taken)
    area: Float64Array = (weights * risk).sum(axis=1) / taken[:, -1]
    return area


def coverage_at(accuracy: float, correct: Float64Array, weights: Float64Array) -> Float64Array:
    """(B,) largest coverages that are right at least so often; 0 where none is."""
    taken = weights.cumsum(axis=1)
    right = (weights * correct).cumsum(axis=1)
    # In whole readings, so that 9 of 10 is not lost to rounding.
    enough = (right >= accuracy * taken - 1e-9) & (taken > 0)
    largest: Float64Array = np.where(enough, taken, 0.0).max(axis=1) / taken[:, -1]
    return largest
