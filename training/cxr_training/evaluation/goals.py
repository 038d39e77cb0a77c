"""What a version should reach, and what others have published."""

from __future__ import annotations

from dataclasses import dataclass

from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.measured import Estimate


@dataclass(frozen=True, slots=True)
class Goal:
    name: str
    wanted: str
    measured: Estimate | None
    """None where these data cannot tell."""
    met: bool
    """By the value itself, whatever its interval."""


def goals(evaluation: Evaluation) -> tuple[Goal, ...]:
    metrics, sets = evaluation.metrics, evaluation.conformal
    brixia = evaluation.brixia
    return (
        _at_least("macro-F1", metrics.macro_f1, 0.76),
        *(_at_least(f"F1, {name}", metrics.per_class[name].f1, 0.72) for name in SEVERITIES),
        _at_least("quadratic weighted kappa", metrics.quadratic_weighted_kappa, 0.80),
        _at_most("mild taken for severe or the reverse", metrics.two_step_errors, 0.01),
        _at_least("Brixia total, Pearson r", brixia.total_r if brixia else None, 0.87),
        _at_most("Brixia total, mean absolute error", brixia.total_mae if brixia else None, 1.9),
        _at_most(
            "expected calibration error", evaluation.calibration.after.expected_error, 0.05
        ),
        Goal(
            "coverage of the prediction sets", "0.88 to 0.94", sets.coverage,
            0.88 <= sets.coverage.value <= 0.94,
        ),
        _at_most("mean size of the prediction sets", sets.mean_size, 1.6),
        _at_least(
            "accuracy on the most confident half", evaluation.selective.accuracy_at_half, 0.90
        ),
    )  # fmt: skip


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
