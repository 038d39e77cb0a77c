"""What a version should reach, and what others have published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import (
    Against,
    Agreement,
    Drawn,
    Evaluation,
    FirstEdition,
    MapKind,
    Measure,
    Source,
)
from cxr_severity.model.metrics import Estimate


@dataclass(frozen=True, slots=True)
class Goal:
    name: str
    wanted: str
    measured: Estimate | None
    """None where these data cannot tell."""
    met: bool
    """By the value itself, whatever its interval."""


def goals(evaluation: Evaluation) -> tuple[Goal, ...]:
    metrics, sets, selective = evaluation.metrics, evaluation.conformal, evaluation.selective
    brixia, ralo = (_of_source(evaluation, source) for source in ("brixia", "ralo"))
    abroad = next((one.readings[0] for one in evaluation.across if one.without == "ralo"), _NOBODY)
    return (
        _at_least("macro-F1", metrics.macro_f1, 0.78),
        *(_at_least(f"F1, {name}", metrics.per_class[name].f1, 0.74) for name in SEVERITIES),
        _at_least("quadratic weighted kappa", metrics.quadratic_weighted_kappa, 0.80),
        _at_least("`ralo/`: total, Pearson r", ralo.total_r, 0.90),
        _at_most("`ralo/`: total, mean absolute error", ralo.total_mae, 1.45),
        _at_most("`ralo/`: two-step errors", ralo.two_step_errors, 0.003),
        _at_least("Brixia readers: kappa", brixia.quadratic_weighted_kappa, 0.80),
        _at_least("Brixia readers: total, Pearson r", brixia.total_r, 0.89),
        _at_most("Brixia readers: total, mean absolute error", brixia.total_mae, 1.70),
        _at_least("accuracy on the most confident half", selective.accuracy_at_half, 0.92),
        _at_least("accuracy on all", metrics.accuracy, 0.78),
        _at_most("expected calibration error", evaluation.calibration.after.expected_error, 0.03),
        Goal(
            "coverage of the prediction sets", "0.88 to 0.94", sets.coverage,
            0.88 <= sets.coverage.value <= 0.94,
        ),
        _at_most("referred", sets.referred, 0.40),
        _at_least("trained without `ralo/`, tested on it: r", abroad.total_r, 0.82),
        *_maps(evaluation),
        *_flips(evaluation),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Measured:
    """What goals ask of an `Agreement`; nothing of it where these data have no such films."""

    quadratic_weighted_kappa: Estimate | None = None
    two_step_errors: Estimate | None = None
    total_r: Estimate | None = None
    total_mae: Estimate | None = None


_NOBODY = _Measured()


def _of_source(evaluation: Evaluation, source: Source) -> Agreement | _Measured:
    """The model on the films of one kind of reference."""
    return next((one.readings[0] for one in evaluation.sources if one.source == source), _NOBODY)


_MAP_GOALS: tuple[tuple[Measure, Drawn, Against, bool, float], ...] = (
    ("peak in opacity", "masks", "lungs", False, 0.88),
    ("peak in opacity", "boxes", "image", False, 0.70),
    ("energy in lungs", "masks", "image", False, 0.80),
    ("energy in opacity", "masks", "lungs", True, 1.15),
)
"""The measure, how the opacities are marked, which even map it is compared with, and whether the
goal is a multiple of that map's value."""


def _maps(evaluation: Evaluation) -> Iterator[Goal]:
    for kind in get_args(MapKind):
        for measure, drawn, against, times, bound in _MAP_GOALS:
            name = f"{kind}, {drawn}: {measure}{', times even lungs' * times}"
            found = next(
                (
                    one.times if times else one.measured
                    for one in evaluation.explanations
                    if (one.map, one.drawn, one.measure, one.against)
                    == (kind, drawn, measure, against)
                ),
                None,
            )
            yield _at_least(name, found, bound)


def _flips(evaluation: Evaluation) -> Iterator[Goal]:
    """Under changes that should not matter; the first row is of films as they are."""
    flipped = [one.flipped for one in evaluation.shifts[1:] if not one.matters]
    mean = worst = None
    if flipped:
        # The mean of the ends is wider than the interval of the mean: what is claimed is less.
        ends = zip(*((one.value, one.low, one.high) for one in flipped), strict=True)
        value, low, high = (round(sum(end) / len(end), 4) for end in ends)
        mean = Estimate(value=value, low=low, high=high)
        worst = max(flipped, key=lambda one: one.value)
    yield _at_most("grades that flip, mean of the changes", mean, 0.03)
    yield _at_most("grades that flip, worst change", worst, 0.06)


def _at_least(name: str, measured: Estimate | None, bound: float) -> Goal:
    met = measured is not None and measured.value >= bound
    return Goal(name, f"at least {bound:g}", measured, met)


def _at_most(name: str, measured: Estimate | None, bound: float) -> Goal:
    met = measured is not None and measured.value <= bound
    return Goal(name, f"at most {bound:g}", measured, met)


@dataclass(frozen=True, slots=True)
class Published:
    """Figures of others, on other films with other labels: for orientation, not for comparison."""

    source: str
    films: str
    f1: tuple[float, float, float] | None
    """Mild, moderate, severe, in [0, 1]."""
    accuracy: float | None
    recall: tuple[float, float, float] | None
    """Accuracy within each reference class."""


PUBLISHED = (
    Published(
        source="earlier three-class result, F1 as published",
        films="160 films, split by image",
        f1=(0.734, 0.721, 0.740),
        accuracy=None,
        recall=None,
    ),
    Published(
        source="Lara et al. 2025 (arXiv:2502.16622), DenseNet-161",
        films="7,161 films, random split by image",
        f1=None,
        accuracy=0.80,
        recall=(0.773, 0.839, 0.70),
    ),
)
"""A split by image lets films of one patient stand on both sides of it, which flatters."""

VERSION_1 = FirstEdition(
    version="1.0.0",
    images=325,
    accuracy=Estimate(value=0.6913, low=0.6449, high=0.7354),
    macro_f1=Estimate(value=0.693, low=0.6445, high=0.7347),
    quadratic_weighted_kappa=Estimate(value=0.6987, low=0.6376, high=0.7485),
)
"""From its manifest: out of fold, the same films, other folds."""
