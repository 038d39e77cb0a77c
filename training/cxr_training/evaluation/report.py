"""The report of an evaluation: what holds, what does not, and how sure one may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cxr_severity.model.evaluation import Evaluation, Shift
from cxr_severity.model.measure.markdown import FLAT_NOTE
from cxr_training.evaluation.tables import grades, inputs, maps, probabilities, readers

FIGURES: Final = {
    "confusion-matrix": "Confusion matrix: share of each reference class by predicted class",
    "f1": "F1 of each class: model, radiologist and published, with 95% intervals",
    "roc": "Receiver operating characteristic of each class against the rest",
    "reliability": "Reliability diagram before and after calibration",
    "risk-coverage": "Accuracy on the most confident share of readings",
    "brixia": "Estimated Brixia total against the reference, by source",
}
"""File name without suffix, and what it shows."""


def report(evaluation: Evaluation, version: str, figures: Sequence[str] = tuple(FIGURES)) -> str:
    """Markdown; figures are named relative to the report."""
    metrics = evaluation.metrics
    parts = [
        f"# Evaluation of {version}",
        (
            f"Measured on {metrics.evaluated_on}: {metrics.images} films of {metrics.patients} "
            f"patients. Intervals, unless another is named: {metrics.interval}; the readings of a "
            "patient stay together."
        ),
        grades.headline_table(evaluation),
        FLAT_NOTE,
        "## Goals\nA goal is met by the value; the interval says how sure that is.",
        grades.goals_table(evaluation),
        "## Classes",
        grades.class_table(evaluation),
        "Readings, all seeds:",
        grades.confusion_table(metrics),
        "Spread over the seeds:",
        grades.seeds_table(evaluation),
        (
            "Others report, on other films, other labels, and splits that let films of one patient "
            "stand on both sides:"
        ),
        grades.published_table(),
        (
            "## Calibration\n"
            "A temperature for the logits (Guo et al. 2017), to which the total of the zones is "
            "added as an ordinal logit; every figure here is by fits on other patients "
            "(temperatures from "
            f"{min(evaluation.calibration.temperatures):.2f} to "
            f"{max(evaluation.calibration.temperatures):.2f})."
        ),
        probabilities.calibration_table(evaluation),
        probabilities.CALIBRATION_NOTE,
        (
            "## Uncertainty\n"
            "Prediction sets hold every class whose probability reaches "
            f"{evaluation.conformal.fitted.threshold:.3f} (fitted on all readings; measured by "
            "thresholds fitted on other patients), the most probable one, and what lies between. "
            "The interval of the total is by conformalised quantile regression on the estimate "
            "(Romano et al. 2019)."
        ),
        probabilities.uncertainty_table(evaluation),
    ]
    parts += _by_source(evaluation)
    if readers.brixia_table(evaluation):
        parts += [
            (
                "## Brixia score\n"
                "A mean of two readers is a less noisy reference than one reader, which the "
                "model's row has to its advantage."
            ),
            readers.brixia_table(evaluation),
        ]
    if evaluation.correlations:
        parts.append(readers.correlations_table(evaluation))
    parts += [
        (
            "## Subgroups\n"
            "Small groups have wide intervals; a difference within them is no finding. "
            f"Of fewer than {grades.FEWEST} films nothing is said."
        ),
        grades.subgroups_table(evaluation),
    ]
    parts += _explanations(evaluation)
    if evaluation.gate:
        parts += [
            (
                "## Gate\n"
                "Images that the measuring gate was not fitted on, with limits chosen on the other "
                f"folds. What is damaged should at least be noticed. {inputs.GATE_NOTE}"
            ),
            inputs.gate_table(evaluation),
        ]
    if evaluation.shifts:
        parts += [
            (
                "## Shortcuts\n"
                f"{_changed(evaluation.shifts[0])} changed before preprocessing and read again by "
                "the network of its fold (first seed); the small collection rules here. What "
                "is cut by the lungs is cut by a box where a film has no mask of them. Where only "
                "the border is left, kappa should be near 0."
            ),
            inputs.shifts_table(evaluation),
        ]
    if evaluation.source_probe is not None:
        parts.append(inputs.probe_sentence(evaluation.source_probe))
    parts.append("## Figures")
    parts += [f"![{FIGURES[name]}]({name}.svg)" for name in figures]
    return "\n\n".join(parts) + "\n"


def _changed(shift: Shift) -> str:
    return (
        f"{shift.images} films of {shift.patients} patients, all of `severity/` and some of "
        "`ralo/`,"
    )


def _by_source(evaluation: Evaluation) -> list[str]:
    parts = []
    if evaluation.sources:
        calibrated = [one for source in evaluation.sources for one in source.readings]
        parts += [
            (
                "## By source\n"
                "The model beside the readers with each other and beside published models, on the "
                "same films. A mean of two raters is less noisy than one, so that a model can "
                "stand nearer to it than the raters stand to each other. PXS and COVIDNet-S speak "
                "on scales of their own."
            ),
            readers.agreement_table(calibrated),
            readers.sources_table(evaluation),
        ]
    for across in evaluation.across:
        parts += [
            (
                f"## Across hospitals: trained without `{across.without}/`\n"
                "Read by networks that learned nothing of it, calibrated on the other collection's "
                "films (as the folds' networks read them, which had learned from both); "
                f"{across.referred.value:.0%} of its films are referred."
            ),
            readers.agreement_table(across.readings),
        ]
    if evaluation.series:
        parts += [
            (
                "## Series\n"
                "Films of one patient that follow one another: does the estimated total change as "
                "the readers' does? Each change of the model is of one network. A mean of two "
                "readers is a less noisy reference than one reader; beside two readers the model "
                "stands against one of them too, on the same films."
            ),
            readers.series_table(evaluation),
        ]
    if evaluation.first_edition:
        parts += [
            (
                "## First edition of the reference\n"
                "The films and classes that 1.0.0 was measured by; this version was taught and "
                "calibrated by the second edition."
            ),
            readers.first_edition_table(evaluation),
        ]
    return parts


def _explanations(evaluation: Evaluation) -> list[str]:
    parts = []
    if evaluation.explanations:
        parts += [
            (
                "## Explanations\n"
                "Grad-CAM of the burden and the network's own map of opacity, on films that no "
                "network of the run learned from, beside outlined (masks) and boxed opacities. An "
                "uninformed map spreads evenly."
            ),
            maps.explanations_table(evaluation),
        ]
    if evaluation.faithfulness:
        parts += [
            (
                "What a map ranks highest is blurred first (deletion), or shown first (insertion); "
                "the curve is of the estimated total, as share of 18. An even map lets all places "
                "fade together."
            ),
            maps.faithfulness_table(evaluation),
        ]
    return parts
