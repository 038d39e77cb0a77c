"""What probabilities, prediction sets, intervals and abstaining are worth."""

from __future__ import annotations

from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import Evaluation, IntervalScores
from cxr_severity.model.measure.markdown import cell, table
from cxr_severity.model.metrics import CalibrationScores


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
