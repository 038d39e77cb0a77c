"""Tables of what an evaluation says by source, of maps, gate and changes, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from cxr_severity.model.evaluation import Agreement, Evaluation, SourceProbe
from cxr_severity.model.measure.markdown import cell, table


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


def explanations_table(evaluation: Evaluation) -> str:
    """What the maps hit; empty where no film has an opacity outlined."""
    if not evaluation.explanations:
        return ""
    return table(
        ["map", "opacities by", "what lies where", "measured", "uninformed map", "times",
         "images (patients)"],
        [
            [
                one.map,
                one.drawn,
                one.measure,
                cell(one.measured),
                f"{cell(one.uninformed)}, even over the {one.against}",
                cell(one.times, 2),
                f"{one.images} ({one.patients})",
            ]
            for one in evaluation.explanations
        ],
    )  # fmt: skip


def faithfulness_table(evaluation: Evaluation) -> str:
    """Empty where it was not measured."""
    if not evaluation.faithfulness:
        return ""
    return table(
        ["map", "curve", "area under it", "map of chance", "even map", "less chance",
         "images (patients)"],
        [
            [
                one.map,
                f"{one.curve} ({'lower' if one.curve == 'deletion' else 'higher'} is better)",
                cell(one.measured),
                cell(one.random),
                cell(one.even),
                cell(one.less_random),
                f"{one.images} ({one.patients})",
            ]
            for one in evaluation.faithfulness
        ],
    )  # fmt: skip


GATE_NOTE = "Intervals here: 95% Wilson, over images, as if no two were of one patient."


def gate_table(evaluation: Evaluation) -> str:
    wanted = {"pass": "passes", "reject": "is rejected", "notice": "is noticed"}
    return table(
        ["images of", "should be", "images", "rejected", "any finding"],
        [
            [one.origin, wanted[one.wanted], str(one.images), cell(one.rejected), cell(one.noticed)]
            for one in evaluation.gate
        ],
    )


def shifts_table(evaluation: Evaluation) -> str:
    return table(
        ["change", "class flips", "largest change of a probability, mean", "kappa with the label"],
        [
            [
                f"**{one.change}**" if one.matters else one.change,
                cell(one.flipped),
                cell(one.moved),
                cell(one.kappa),
            ]
            for one in evaluation.shifts
        ],
    )


def probe_sentence(probe: SourceProbe) -> str:
    return (
        f"Whether one of these films is from {probe.collection} can be told from the features with "
        f"a balanced accuracy of {cell(probe.balanced_accuracy)}; {probe.chance:g} is chance."
    )
