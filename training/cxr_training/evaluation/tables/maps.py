"""Where the maps point, and whether they are faithful."""

from __future__ import annotations

from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.measure.markdown import cell, table


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
