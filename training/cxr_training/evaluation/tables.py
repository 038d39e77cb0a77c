"""An evaluation as Markdown tables, for reports and model cards."""

from __future__ import annotations

from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import Evaluation, IntervalScores
from cxr_severity.model.measure.markdown import NONE, cell, table
from cxr_severity.model.metrics import BrixiaScores, CalibrationScores, Metrics
from cxr_training.evaluation.goals import PUBLISHED, goals


def _percent(value: float) -> str:
    return f"{value:.1%}"


def headline_table(evaluation: Evaluation) -> str:
    """Model, majority class, radiologists, and the model on exactly the radiologists' films."""
    columns: list[tuple[str, Metrics]] = [
        ("model", evaluation.metrics),
        ("always the most frequent class", evaluation.majority),
    ]
    for name, metrics in (
        ("junior against senior radiologist", evaluation.readers),
        ("model against senior, same films", evaluation.against_senior),
        ("model against the mean of both, same films", evaluation.on_readers_films),
    ):
        if metrics is not None:
            columns.append((name, metrics))
    found = [metrics for _, metrics in columns]
    return table(
        ["", *(name for name, _ in columns)],
        [
            ["images (patients)", *(f"{m.images} ({m.patients})" for m in found)],
            ["accuracy", *(cell(m.accuracy) for m in found)],
            ["macro-F1", *(cell(m.macro_f1) for m in found)],
            *([f"F1, {name}", *(cell(m.per_class[name].f1) for m in found)] for name in SEVERITIES),
            ["quadratic weighted kappa", *(cell(m.quadratic_weighted_kappa) for m in found)],
            ["mild for severe or the reverse", *(cell(m.two_step_errors) for m in found)],
        ],
    )


def class_table(evaluation: Evaluation) -> str:
    """Precision, recall, F1 and area under the curve of each class."""
    return table(
        ["class", "precision", "recall", "F1", "AUC against the rest", "images"],
        [
            [
                name,
                cell(evaluation.metrics.per_class[name].precision),
                cell(evaluation.metrics.per_class[name].recall),
                cell(evaluation.metrics.per_class[name].f1),
                cell(evaluation.auc.per_class[name]),
                str(evaluation.metrics.per_class[name].support),
            ]
            for name in SEVERITIES
        ]
        + [["mean", NONE, NONE, cell(evaluation.metrics.macro_f1), cell(evaluation.auc.macro),
            str(evaluation.metrics.images)]],
    )  # fmt: skip


def confusion_table(metrics: Metrics) -> str:
    """Counts of readings; rows are the reference."""
    return table(
        ["reference \\ predicted", *SEVERITIES],
        [
            [name, *(str(count) for count in counts)]
            for name, counts in zip(SEVERITIES, metrics.confusion_matrix, strict=True)
        ],
    )


def seeds_table(evaluation: Evaluation) -> str:
    return table(
        ["seed", "accuracy", "macro-F1", "quadratic weighted kappa", "Brixia total, error"],
        [
            [
                str(one.seed),
                f"{one.accuracy:.3f}",
                f"{one.macro_f1:.3f}",
                f"{one.quadratic_weighted_kappa:.3f}",
                NONE if one.brixia_mae is None else f"{one.brixia_mae:.2f}",
            ]
            for one in evaluation.seeds
        ],
    )


def published_table() -> str:
    return table(
        ["published by others", "films", "accuracy", "F1 (mild, moderate, severe)",
         "accuracy within mild, moderate, severe"],
        [
            [
                one.source,
                one.films,
                NONE if one.accuracy is None else _percent(one.accuracy),
                NONE if one.f1 is None else ", ".join(map(_percent, one.f1)),
                NONE if one.recall is None else ", ".join(map(_percent, one.recall)),
            ]
            for one in PUBLISHED
        ],
    )  # fmt: skip


def goals_table(evaluation: Evaluation) -> str:
    return table(
        ["goal", "wanted", "measured", "met"],
        [
            [
                goal.name,
                goal.wanted,
                cell(goal.measured),
                "cannot be told" if goal.measured is None else "yes" if goal.met else "**no**",
            ]
            for goal in goals(evaluation)
        ],
    )


def calibration_table(evaluation: Evaluation) -> str:
    def row(name: str, scores: CalibrationScores) -> list[str]:
        return [
            name,
            cell(scores.expected_error),
            cell(scores.adaptive_error),
            cell(scores.brier),
            cell(scores.log_loss),
        ]

    return table(
        ["probabilities", "expected calibration error", "the same, adaptive bins", "Brier score",
         "log loss"],
        [
            row("raw", evaluation.calibration.before),
            row("of those as shipped, the class layer's part", evaluation.calibration.tempered),
            row("as shipped: with the total of the zones", evaluation.calibration.after),
        ],
    )  # fmt: skip


CALIBRATION_NOTE = (
    "Resampled patients add noise to every bin's gap, and a gap has no sign: the intervals of both "
    "calibration errors lie too high, and the measured error can lie below its own. They say how "
    "bad it may be, not how good."
)


def uncertainty_table(evaluation: Evaluation) -> str:
    """Prediction sets and selective reading."""
    sets, selective = evaluation.conformal, evaluation.selective
    return table(
        ["", "measured"],
        [
            [f"sets that hold the reference class (aim: {sets.fitted.coverage:g})",
             cell(sets.coverage)],
            *([f"the same, {name}", cell(sets.coverage_per_class[name])] for name in SEVERITIES),
            ["classes in a set, mean", cell(sets.mean_size)],
            ["sets of one class", cell(sets.single)],
            ["referred: sets of more than one", cell(sets.referred)],
            ["area under the risk–coverage curve", cell(selective.area)],
            ["accuracy on the most confident half", cell(selective.accuracy_at_half)],
            ["largest coverage with accuracy at least 0.9", cell(selective.coverage_at_90)],
            *_interval_rows(evaluation.interval),
        ],
    )  # fmt: skip


def _interval_rows(scores: IntervalScores | None) -> list[list[str]]:
    if scores is None:
        return []
    return [
        [f"intervals that hold the reference total (aim: {scores.fitted.coverage:g})",
         cell(scores.coverage)],
        *([f"the same, {name}", cell(scores.coverage_per_class[name])] for name in SEVERITIES),
        ["width of the interval, points of 18, mean", cell(scores.mean_width, 2)],
    ]  # fmt: skip


def brixia_table(evaluation: Evaluation) -> str:
    """The model's Brixia scores beside the readers' agreement; empty where nobody scored."""

    def row(name: str, scores: BrixiaScores) -> list[str]:
        return [
            name,
            cell(scores.total_mae, 2),
            cell(scores.total_bias, 2),
            cell(scores.total_r),
            cell(scores.zone_mae),
            f"{scores.images} ({scores.patients})",
        ]

    pairs = (
        ("model against the mean of both readers", evaluation.brixia),
        ("junior against senior radiologist", evaluation.readers_brixia),
    )
    rows = [row(name, scores) for name, scores in pairs if scores is not None]
    if not rows:
        return ""
    return table(
        ["Brixia score", "total, mean absolute error", "total, bias", "total, Pearson r",
         "zone, mean absolute error", "images (patients)"],
        rows,
    )  # fmt: skip


def correlations_table(evaluation: Evaluation) -> str:
    return table(
        ["score of other readers", "Spearman's rho with the estimated total", "images (patients)"],
        [
            [one.score, cell(one.rho), f"{one.images} ({one.patients})"]
            for one in evaluation.correlations
        ],
    )


def subgroups_table(evaluation: Evaluation) -> str:
    return table(
        ["subgroup", "images (patients)", "accuracy", "macro-F1", "quadratic weighted kappa"],
        [
            [
                f"{one.attribute}: {one.value}",
                f"{one.images} ({one.patients})",
                cell(one.accuracy),
                cell(one.macro_f1),
                cell(one.quadratic_weighted_kappa),
            ]
            for one in evaluation.subgroups
        ],
    )
