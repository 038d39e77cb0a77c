"""Metrics of a three-class severity reading, with bootstrap intervals over patients.

Every metric here is a function of the confusion matrix, so a bootstrap resample is a sum of
per-patient matrices and thousands of them are one matrix product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.measure.bootstrap import (
    RESAMPLES,
    Bootstrap,
    Indices,
    describe,
    interval,
    interval_if_any,
    ratio,
)
from cxr_severity.model.metrics import ClassMetrics, Metrics, of_patients

CLASSES = len(SEVERITIES)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Metrics of B confusion matrices: (B,) or, by class, (B, 3); float64, each in [0, 1] but
    kappa in [-1, 1], or NaN as `scores` says."""

    accuracy: Float64Array
    precision: Float64Array
    recall: Float64Array
    f1: Float64Array
    macro_f1: Float64Array
    kappa: Float64Array
    two_step: Float64Array
    """Share of mild taken for severe or severe for mild."""


def scores(confusion: Float64Array) -> Scores:
    """Metrics of (B, 3, 3) confusion matrices (rows: reference, columns: predicted).

    A precision, recall or F1 without a case is 0 in the first matrix, the sample's, as
    scikit-learn's, and NaN in the resamples: it does not exist there. Kappa of a matrix with all in
    one cell is NaN in any. Macro-F1 is the mean over the classes that are in the reference or
    predicted, as scikit-learn's. Quadratic weighted kappa after Cohen (1968).
    """
    total = confusion.sum(axis=(1, 2))
    hits = np.diagonal(confusion, axis1=1, axis2=2)
    reference, predicted = confusion.sum(axis=2), confusion.sum(axis=1)
    absent = np.full(len(confusion), np.nan)
    absent[:1] = 0

    def share(part: Float64Array, whole: Float64Array) -> Float64Array:
        return np.where(whole > 0, ratio(part, whole), absent[:, None])

    f1 = share(2 * hits, reference + predicted)
    steps = np.arange(CLASSES)
    distance = (steps[:, None] - steps[None, :]) ** 2
    observed = (confusion * distance).sum(axis=(1, 2))
    expected = np.einsum("bi,ij,bj->b", reference, distance, predicted)
    disagreement = ratio(observed * total, expected)
    occurring = (reference + predicted > 0).sum(axis=1).astype(np.float64)
    return Scores(
        accuracy=ratio(hits.sum(axis=1), total),
        precision=share(hits, predicted),
        recall=share(hits, reference),
        f1=f1,
        macro_f1=ratio(np.nansum(f1, axis=1), occurring),
        kappa=np.where(expected > 0, 1 - disagreement, np.nan),
        two_step=ratio(confusion[:, 0, -1] + confusion[:, -1, 0], total),
    )


def confusions(reference: Indices, predicted: Indices, bootstrap: Bootstrap) -> Float64Array:
    """(N,) class indices to (1 + B, 3, 3) confusion matrices, the sample's first."""
    cells = np.eye(CLASSES * CLASSES)[reference * CLASSES + predicted]
    return bootstrap.sums(cells).reshape(-1, CLASSES, CLASSES)


def measure(
    reference: Sequence[int] | Indices,
    predicted: Sequence[int] | Indices,
    patients: Sequence[str],
    *,
    evaluated_on: str,
    seeds: int = 1,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Metrics:
    """Metrics with 95% percentile intervals from resampling patients with replacement.

    Args:
        reference, predicted: class indices in the order of `SEVERITIES`, one per reading.
        patients: whose image it is; images of one patient stay together in a resample.
        seeds: how many readings there are of each image; images are counted once.

    Raises:
        ValueError: when the three differ in length or are empty, or are no multiple of `seeds`.
    """
    count = len(reference)
    if not count == len(predicted) == len(patients) > 0:
        raise ValueError("reference, predicted and patients must be of one length, not empty")
    if count % seeds:
        raise ValueError(f"{count} readings are not {seeds} of each image")
    bootstrap = Bootstrap.over(patients, seed, resamples)
    classes, said = np.asarray(reference, dtype=np.intp), np.asarray(predicted, dtype=np.intp)
    matrices = confusions(classes, said, bootstrap)
    found = scores(matrices)

    def patients_of(grades: Indices, grade: int) -> int:
        return len(np.unique(bootstrap.rows[grades == grade]))

    return Metrics(
        evaluated_on=evaluated_on,
        interval=describe(resamples),
        images=count // seeds,
        patients=bootstrap.patients,
        seeds=seeds,
        accuracy=interval(found.accuracy),
        macro_f1=interval(found.macro_f1),
        quadratic_weighted_kappa=interval_if_any(found.kappa),
        two_step_errors=interval(found.two_step),
        per_class={
            name: ClassMetrics(
                precision=of_patients(interval(found.precision[:, i]), patients_of(said, i)),
                recall=of_patients(interval(found.recall[:, i]), patients_of(classes, i)),
                f1=interval(found.f1[:, i]),
                support=int(matrices[0, i].sum()) // seeds,
            )
            for i, name in enumerate(SEVERITIES)
        },
        confusion_matrix=matrices[0].astype(int).tolist(),
    )
