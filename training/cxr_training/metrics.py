"""Metrics of a three-class severity reading, with bootstrap intervals over patients.

Every metric here is a function of the confusion matrix, so a bootstrap resample is a sum of
per-patient matrices and thousands of them are one matrix product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxr_severity.model.artifact import ClassMetrics, Estimate, Metrics
from cxr_severity.model.assessment import SEVERITIES

RESAMPLES = 2000
CLASSES = len(SEVERITIES)

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """Metrics of B confusion matrices: (B,) or, by class, (B, 3); float64."""

    accuracy: Array
    precision: Array
    recall: Array
    f1: Array
    macro_f1: Array
    kappa: Array


def scores(confusion: Array) -> Scores:
    """Metrics of (B, 3, 3) confusion matrices (rows: reference, columns: predicted).

    A precision or recall without a case, and kappa of matrices with all in one cell, are 0.
    Quadratic weighted kappa after Cohen (1968).
    """
    total = confusion.sum(axis=(1, 2))
    hits = np.diagonal(confusion, axis1=1, axis2=2)
    reference, predicted = confusion.sum(axis=2), confusion.sum(axis=1)
    precision, recall = _ratio(hits, predicted), _ratio(hits, reference)
    f1 = _ratio(2 * hits, reference + predicted)
    steps = np.arange(CLASSES)
    distance = (steps[:, None] - steps[None, :]) ** 2
    observed = (confusion * distance).sum(axis=(1, 2))
    expected = np.einsum("bi,ij,bj->b", reference, distance, predicted)
    disagreement = _ratio(observed * total, expected)
    return Scores(
        accuracy=_ratio(hits.sum(axis=1), total),
        precision=precision,
        recall=recall,
        f1=f1,
        macro_f1=f1.mean(axis=1),
        kappa=np.where(expected > 0, 1 - disagreement, 0.0),
    )


def _ratio(numerator: Array, denominator: Array) -> Array:
    out = np.zeros(np.broadcast_shapes(numerator.shape, denominator.shape))
    return np.divide(numerator, denominator, out=out, where=denominator > 0)


def measure(
    reference: Sequence[int],
    predicted: Sequence[int],
    patients: Sequence[str],
    *,
    evaluated_on: str,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Metrics:
    """Metrics with 95% percentile intervals from resampling patients with replacement.

    Args:
        reference, predicted: class indices in the order of `SEVERITIES`, one per image.
        patients: whose image it is; images of one patient stay together in a resample.

    Raises:
        ValueError: when the three differ in length or are empty.
    """
    if not len(reference) == len(predicted) == len(patients) > 0:
        raise ValueError("reference, predicted and patients must be of one length, not empty")
    names = sorted(set(patients))
    row = {name: i for i, name in enumerate(names)}
    per_patient = np.zeros((len(names), CLASSES * CLASSES))
    for truth, guess, patient in zip(reference, predicted, patients, strict=True):
        per_patient[row[patient], truth * CLASSES + guess] += 1
    matrix = per_patient.sum(axis=0).reshape(1, CLASSES, CLASSES)
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    point, spread = scores(matrix), scores((draws @ per_patient).reshape(-1, CLASSES, CLASSES))

    def estimate(value: Array, sample: Array) -> Estimate:
        low, high = np.percentile(sample, (2.5, 97.5))
        return Estimate(
            value=round(float(value[0]), 4), low=round(float(low), 4), high=round(float(high), 4)
        )

    return Metrics(
        evaluated_on=evaluated_on,
        interval=f"95% percentile bootstrap over patients, {resamples} resamples",
        images=len(reference),
        patients=len(names),
        accuracy=estimate(point.accuracy, spread.accuracy),
        macro_f1=estimate(point.macro_f1, spread.macro_f1),
        quadratic_weighted_kappa=estimate(point.kappa, spread.kappa),
        per_class={
            name: ClassMetrics(
                precision=estimate(point.precision[:, i], spread.precision[:, i]),
                recall=estimate(point.recall[:, i], spread.recall[:, i]),
                f1=estimate(point.f1[:, i], spread.f1[:, i]),
                support=int(matrix[0, i].sum()),
            )
            for i, name in enumerate(SEVERITIES)
        },
        confusion_matrix=matrix[0].astype(int).tolist(),
    )
