"""What the gate does with images, and what changes of a film do to the reading."""

from __future__ import annotations

from cxr_severity.model.evaluation import Evaluation, SourceProbe
from cxr_severity.model.measure.markdown import cell, table

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
    """The first row is of the films as they are, which there is nothing to compare with."""
    return table(
        ["change", "class flips", "largest change of a probability, mean", "kappa with the label"],
        [
            [
                f"**{one.change}**" if one.matters else one.change,
                cell(one.flipped if number else None),
                cell(one.moved if number else None),
                cell(one.kappa),
            ]
            for number, one in enumerate(evaluation.shifts)
        ],
    )


def probe_sentence(probe: SourceProbe) -> str:
    return (
        f"Whether one of these films is from {probe.collection} can be told from the features with "
        f"a balanced accuracy of {cell(probe.balanced_accuracy)}; {probe.chance:g} is chance."
    )
