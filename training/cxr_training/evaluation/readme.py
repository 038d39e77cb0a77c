"""The README's section on how good the model is, written from an evaluation and never by hand."""

from __future__ import annotations

from pathlib import Path

from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import Evaluation, GateScores
from cxr_severity.model.measure.markdown import FLAT_NOTE, cell, decimal, percent, table
from cxr_severity.model.metrics import Estimate, Metrics
from cxr_training.errors import TrainingError
from cxr_training.evaluation.goals import goals
from cxr_training.whole_file import write_whole

BEGIN, END = "<!-- evaluation: written by make evaluate -->", "<!-- /evaluation -->"


def section(evaluation: Evaluation) -> str:
    """Markdown between the two marks, marks included.

    Raises:
        TrainingError: when the evaluation lacks what the README tells.
    """
    readers, films, brixia = evaluation.readers, evaluation.on_readers_films, evaluation.brixia
    if readers is None or films is None or brixia is None or evaluation.readers_brixia is None:
        raise TrainingError("the README compares with two readers, whom these data lack")
    metrics, other = evaluation.metrics, evaluation.readers_brixia
    columns = (metrics, films, readers)
    rows = [
        ["accuracy", *(cell(m.accuracy) for m in columns)],
        ["macro-F1", *(cell(m.macro_f1) for m in columns)],
        ["quadratic weighted kappa", *(cell(m.quadratic_weighted_kappa) for m in columns)],
        *([f"F1, {name}", *(cell(m.per_class[name].f1) for m in columns)] for name in SEVERITIES),
        ["mild taken for severe, or the reverse", *(cell(m.two_step_errors) for m in columns)],
        ["Brixia total, mean absolute error", "", cell(brixia.total_mae, 2),
         cell(other.total_mae, 2)],
        ["Brixia total, Pearson r", "", cell(brixia.total_r), cell(other.total_r)],
    ]  # fmt: skip
    header = [
        "", f"model, all {metrics.images} films",
        f"model, the {films.images} films of two radiologists", "those two with each other",
    ]  # fmt: skip
    return "\n".join([BEGIN, table(header, rows), "", *_sentences(evaluation, metrics), END])


def _sentences(evaluation: Evaluation, metrics: Metrics) -> list[str]:
    sets, senior = evaluation.conformal, evaluation.against_senior
    known = [goal for goal in goals(evaluation) if goal.measured is not None]
    unmet = [goal.name for goal in known if not goal.met]
    untold = [goal.name for goal in goals(evaluation) if goal.measured is None]
    error, size = evaluation.calibration.after.expected_error, sets.mean_size.value
    lines = [
        f"- Measured on {metrics.evaluated_on}; 95% intervals over patients. {FLAT_NOTE}",
        (
            f"- Probabilities are off by {_plain(error)} on average (expected calibration error). "
            f"Prediction sets hold the reference grade in {_percent(sets.coverage)} of readings, "
            f"with {decimal(size, 2)} grades on average."
        ),
        (
            "- The recipe was chosen by trials on these very folds, so that new patients may be "
            "read somewhat worse."
        ),
        (
            "- On the half that it is most sure of, the model is right in "
            f"{_percent(evaluation.selective.accuracy_at_half)}."
        ),
    ]
    if senior is not None and senior.quadratic_weighted_kappa is not None:
        lines.append(
            "- A mean of two readers is an easier reference than one: with the senior alone the "
            f"model's kappa is {_plain(senior.quadratic_weighted_kappa)}."
        )
    lines += _of_stony_brook(evaluation) + _of_maps(evaluation)
    if evaluation.gate:
        accepted, strangers = evaluation.gate[:2]
        lines.append(
            f"- The gate lets {_passed(accepted)} of {accepted.images} frontal films pass, and "
            f"rejects {_percent(strangers.rejected)} of {strangers.images} CT, lateral and "
            "photographic images, none of which it was fitted on."
        )
    harmless = [one for one in evaluation.shifts[1:] if not one.matters]
    if harmless:
        mean = sum(one.flipped.value for one in harmless) / len(harmless)
        worst = max(harmless, key=lambda one: one.flipped.value)
        lines.append(
            f"- Of {len(harmless)} changes that should not matter (exposure, compression, size, "
            f"crop, rotation, letters) one flips {percent(mean)} of the grades on average, at "
            f"worst {_percent(worst.flipped)} ({worst.change})."
        )
    if unmet:
        lines.append(f"- Set as goals and not reached: {', '.join(unmet)}.")
    if untold:
        lines.append(f"- Set as goals that these data cannot tell: {', '.join(untold)}.")
    return lines


def _of_stony_brook(evaluation: Evaluation) -> list[str]:
    lines = []
    for scores in evaluation.sources:
        if scores.source == "ralo":
            kappas = [
                _plain(reading.quadratic_weighted_kappa)
                for reading in scores.readings[:2]
                if reading.quadratic_weighted_kappa is not None
            ]
            if len(kappas) == len(("model", "rater")):
                lines.append(
                    f"- On Stony Brook's {scores.readings[0].images} films its kappa is "
                    f"{kappas[0]}; their two raters reach {kappas[1]} with each other."
                )
    for abroad in evaluation.across:
        if abroad.without == "ralo":
            model, *others = abroad.readings
            peer = [
                f"{one.reader} {_plain(one.total_r)}" for one in others if "rater" not in one.reader
            ]
            lines.append(
                f"- Trained without Stony Brook, it reads the totals of its films with r "
                f"{_plain(model.total_r)} (published models on the same films: {', '.join(peer)})."
            )
    return lines


def _of_maps(evaluation: Evaluation) -> list[str]:
    peaks = {
        one.map: one.measured
        for one in evaluation.explanations
        if one.measure == "peak in opacity" and one.drawn == "masks"
    }
    if len(peaks) < len(("opacity", "grad-cam")):
        return []
    return [
        (
            "- The peak of the map of opacity lies in an opacity on "
            f"{_percent(peaks['opacity'])} of the held-back films with masks, that of the Grad-CAM "
            f"on {_percent(peaks['grad-cam'])}."
        )
    ]


def _plain(estimate: Estimate) -> str:
    return decimal(estimate.value, 3)


def _percent(estimate: Estimate) -> str:
    return percent(estimate.value)


def _passed(scores: GateScores) -> str:
    return percent(round(1 - scores.rejected.value, 6))


def updated(text: str, evaluation: Evaluation) -> str:
    """The README with this section in place of the one it has; TrainingError when it has none."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise TrainingError(f"the README lacks {BEGIN} and {END}")
    return before + section(evaluation) + after


def update(readme: Path, evaluation: Evaluation) -> None:
    text = readme.read_text(encoding="utf-8")
    write_whole(readme, updated(text, evaluation).encode())
