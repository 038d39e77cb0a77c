"""How well grades are read: beside chance and people, by class, seed and group, and the goals."""

from __future__ import annotations

from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.measure.markdown import NONE, cell, decimal, percent, table
from cxr_severity.model.metrics import Metrics
from cxr_training.evaluation.goals import PUBLISHED, goals


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
    """Precision, recall, F1 and area under the curve of each class; without a reading called so
    there is no precision."""
    called = [sum(counts) for counts in zip(*evaluation.metrics.confusion_matrix, strict=True)]
    return table(
        ["class", "precision", "recall", "F1", "AUC against the rest", "images"],
        [
            [
                name,
                cell(evaluation.metrics.per_class[name].precision if called[i] else None),
                cell(evaluation.metrics.per_class[name].recall),
                cell(evaluation.metrics.per_class[name].f1),
                cell(evaluation.auc.per_class[name]),
                str(evaluation.metrics.per_class[name].support),
            ]
            for i, name in enumerate(SEVERITIES)
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
                decimal(one.accuracy, 3),
                decimal(one.macro_f1, 3),
                decimal(one.quadratic_weighted_kappa, 3),
                NONE if one.brixia_mae is None else decimal(one.brixia_mae, 2),
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
                NONE if one.accuracy is None else percent(one.accuracy),
                NONE if one.f1 is None else ", ".join(map(percent, one.f1)),
                NONE if one.recall is None else ", ".join(map(percent, one.recall)),
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


FEWEST = 10
"""Films of a group below which nothing is said of it: of two, both may be right by chance."""


def subgroups_table(evaluation: Evaluation) -> str:
    return table(
        ["subgroup", "images (patients)", "accuracy", "macro-F1", "quadratic weighted kappa"],
        [
            [
                f"{one.attribute}: {one.value}",
                f"{one.images} ({one.patients})",
                *(
                    cell(figure if one.images >= FEWEST else None)
                    for figure in (one.accuracy, one.macro_f1, one.quadratic_weighted_kappa)
                ),
            ]
            for one in evaluation.subgroups
        ],
    )
