"""Two sets of readings of the same films in the same folds: is one better, or luckier?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.measure.bootstrap import RESAMPLES, Bootstrap, interval, ratio
from cxr_severity.model.measure.grades import confusions, scores
from cxr_severity.model.measure.markdown import cell, table
from cxr_severity.model.metrics import Estimate
from cxr_training.cases import Dataset
from cxr_training.errors import TrainingError
from cxr_training.evaluation.crossfit import FOLDS_TO_CALIBRATE, calibrated_classes
from cxr_training.evaluation.predictions import Joined, Predictions, join


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of both and the difference, first less second, of the same resamples."""

    name: str
    first: Estimate
    second: Estimate
    difference: Estimate
    higher_is_better: bool

    @property
    def settled(self) -> bool:
        """Whether the interval of the difference leaves out zero."""
        return self.difference.low > 0 or self.difference.high < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    images: int
    """Films with a class."""
    patients: int
    differences: tuple[Difference, ...]
    calibrated: bool
    """Whether grades are those that would be served, or those of the raw logits."""


def compare(
    first: Predictions, second: Predictions, dataset: Dataset, *, resamples: int = RESAMPLES
) -> Comparison:
    """Differences with paired intervals: each resample draws the same patients for both.

    Grades are calibrated on the other folds, as the report's are and as those that are served: the
    total has a say in them, and the better recipe by raw logits may be the worse one by them. Less
    than `FOLDS_TO_CALIBRATE` folds are compared by their raw logits. The number of seeds may
    differ; the folds may not.

    Raises:
        TrainingError: when the two were not made over the same films in the same folds.
    """
    if _folds(first) != _folds(second):
        raise TrainingError("the two predictions are not of the same films in the same folds")
    one, other = (join(predictions, dataset) for predictions in (first, second))
    a, b = _Figures.of(one, resamples), _Figures.of(other, resamples)
    differences = [
        _difference("quadratic weighted kappa", a.kappa, b.kappa),
        _difference("macro-F1", a.macro_f1, b.macro_f1),
        _difference("accuracy", a.accuracy, b.accuracy),
    ]
    if a.brixia_mae is not None and b.brixia_mae is not None:
        differences.append(
            _difference(
                "Brixia total, mean absolute error", a.brixia_mae, b.brixia_mae, higher=False
            )
        )
    classed = one.only(one.labels >= 0).predictions
    return Comparison(
        len(set(classed.images)), len(set(classed.patients)), tuple(differences), _calibrates(one)
    )


def comparison_table(comparison: Comparison, first: str, second: str) -> str:
    """Both and the paired difference; says where the interval leaves out zero."""
    rows = table(
        ["measure", first, second, "difference", "reading"],
        [
            [
                one.name,
                cell(one.first),
                cell(one.second),
                cell(one.difference),
                "not settled"
                if not one.settled
                else f"{first if (one.difference.value > 0) == one.higher_is_better else second} "
                "is better",
            ]
            for one in comparison.differences
        ],
    )
    grades = "calibrated on the other folds" if comparison.calibrated else (
        f"those of the raw logits: {FOLDS_TO_CALIBRATE} folds are needed to calibrate any"
    )  # fmt: skip
    return f"{rows}\n\nGrades are {grades}."


def _calibrates(joined: Joined) -> bool:
    return len(np.unique(joined.predictions.folds[joined.labels >= 0])) >= FOLDS_TO_CALIBRATE


def _folds(predictions: Predictions) -> set[tuple[str, str]]:
    return set(zip(predictions.images, predictions.folds.tolist(), strict=True))


def _difference(name: str, a: Float64Array, b: Float64Array, *, higher: bool = True) -> Difference:
    return Difference(name, interval(a), interval(b), interval(a - b), higher)


@dataclass(frozen=True, slots=True, eq=False)
class _Figures:
    """Each (1 + B,), over the same draws of patients whatever the number of seeds."""

    kappa: Float64Array
    macro_f1: Float64Array
    accuracy: Float64Array
    brixia_mae: Float64Array | None

    @classmethod
    def of(cls, joined: Joined, resamples: int) -> _Figures:
        # Over all patients that were read, so that row k is the same draw for both tables: the
        # draws depend on nothing but their number, and both tables hold the same ones by the names
        # of the data set.
        bootstrap = Bootstrap.over(joined.predictions.patients, resamples=resamples)
        classed = joined.labels >= 0
        inside = Bootstrap(bootstrap.rows[classed], bootstrap.draws)
        if _calibrates(joined):
            predicted = calibrated_classes(joined)
        else:
            predicted = joined.predictions.logits[classed].argmax(axis=1)
        found = scores(confusions(joined.labels[classed], predicted, inside))
        scored = np.isfinite(joined.reference)
        mae = None
        if scored.any():
            error = np.abs(joined.predictions.totals - joined.reference)[scored]
            sums = Bootstrap(bootstrap.rows[scored], bootstrap.draws).sums(
                np.stack([error, np.ones_like(error)], axis=1)
            )
            mae = ratio(sums[:, 0], sums[:, 1], np.nan)
        return cls(found.kappa, found.macro_f1, found.accuracy, mae)
