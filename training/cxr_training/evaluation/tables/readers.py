"""The model beside readers and others' models, by source, over time, and by the first edition."""

from __future__ import annotations

from collections.abc import Iterable

from cxr_severity.model.evaluation import Agreement, Evaluation
from cxr_severity.model.measure.markdown import cell, table
from cxr_severity.model.metrics import BrixiaScores


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


def agreement_table(calibrated: Iterable[Agreement]) -> str:
    """One row for each way that the films were read."""
    return table(
        ["read by", "against", "images (patients)", "accuracy", "macro-F1", "weighted kappa",
         "two-step errors", "total, r", "total, mean absolute error", "total, bias"],
        [
            [
                one.reader,
                one.reference,
                f"{one.images} ({one.patients})",
                cell(one.accuracy),
                cell(one.macro_f1),
                cell(one.quadratic_weighted_kappa),
                cell(one.two_step_errors),
                cell(one.total_r),
                cell(one.total_mae, 2),
                cell(one.total_bias, 2),
            ]
            for one in calibrated
        ],
    )  # fmt: skip


def sources_table(evaluation: Evaluation) -> str:
    """What probabilities, sets and intervals are worth on each kind of reference."""
    return table(
        ["reference", "expected calibration error", "sets that hold it", "referred",
         "right on the surest half", "intervals that hold the total"],
        [
            [
                one.source,
                cell(one.expected_error),
                cell(one.coverage),
                cell(one.referred),
                cell(one.accuracy_at_half),
                cell(one.interval_coverage),
            ]
            for one in evaluation.sources
        ],
    )  # fmt: skip


def series_table(evaluation: Evaluation) -> str:
    return table(
        ["films", "change read by", "against the change by", "pairs (patients)", "r",
         "mean absolute error", "same direction, of changes by 2 points or more"],
        [
            [
                one.source,
                one.reader,
                one.reference,
                f"{one.pairs} ({one.patients})",
                cell(one.change_r),
                cell(one.change_mae, 2),
                f"{cell(one.same_sign)} of {one.clear_pairs}",
            ]
            for one in evaluation.series
        ],
    )  # fmt: skip


def first_edition_table(evaluation: Evaluation) -> str:
    return table(
        ["version", "images", "accuracy", "macro-F1", "weighted kappa"],
        [
            [
                one.version,
                str(one.images),
                cell(one.accuracy),
                cell(one.macro_f1),
                cell(one.quadratic_weighted_kappa),
            ]
            for one in evaluation.first_edition
        ],
    )
