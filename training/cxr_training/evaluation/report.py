"""The report of an evaluation: what holds, what does not, and how sure one may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import Evaluation, Shift
from cxr_training.evaluation import other_tables, tables

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
        tables.headline_table(evaluation),
        (
            "The bootstrap gives a rate of 0 no interval: among n patients, a rate of up to about "
            f"3/n can go unseen, here {3 / metrics.patients:.3f}."
        ),
        "## Goals\nA goal is met by the value; the interval says how sure that is.",
        tables.goals_table(evaluation),
        "## Classes",
        tables.class_table(evaluation),
        "Readings, all seeds:",
        tables.confusion_table(metrics),
        "Spread over the seeds:",
        tables.seeds_table(evaluation),
        (
            "Others report, on other films, other labels, and splits that let films of one patient "
            "stand on both sides:"
        ),
        tables.published_table(),
        (
            "## Calibration\n"
            "A temperature for the logits (Guo et al. 2017), to which the total of the zones is "
            "added as an ordinal logit; every figure here is by fits on other patients "
            "(temperatures from "
            f"{min(evaluation.calibration.temperatures):.2f} to "
            f"{max(evaluation.calibration.temperatures):.2f})."
        ),
        tables.calibration_table(evaluation),
        tables.CALIBRATION_NOTE,
        (
            "## Uncertainty\n"
            "Prediction sets hold every class whose probability reaches "
            f"{_thresholds(evaluation)} (fitted on all readings; measured by "
            "thresholds fitted on other patients), the most probable one, and what lies between. "
            "The interval of the total is by conformalised quantile regression on the estimate "
            "(Romano et al. 2019)."
        ),
        tables.uncertainty_table(evaluation),
    ]
    parts += _by_source(evaluation)
    if tables.brixia_table(evaluation):
        parts += [
            (
                "## Brixia score\n"
                "A mean of two readers is a less noisy reference than one reader, which the "
                "model's row has to its advantage."
            ),
            tables.brixia_table(evaluation),
        ]
    if evaluation.correlations:
        parts.append(tables.correlations_table(evaluation))
    parts += [
        "## Subgroups\nSmall groups have wide intervals; a difference within them is no finding.",
        tables.subgroups_table(evaluation),
    ]
    parts += _explanations(evaluation)
    if evaluation.gate:
        parts += [
            (
                "## Gate\n"
                "Images that the measuring gate was not fitted on, with limits chosen on the other "
                f"folds. What is damaged should at least be noticed. {other_tables.GATE_NOTE}"
            ),
            other_tables.gate_table(evaluation),
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
            other_tables.shifts_table(evaluation),
        ]
    if evaluation.source_probe is not None:
        parts.append(other_tables.probe_sentence(evaluation.source_probe))
    parts.append("## Figures")
    parts += [f"![{FIGURES[name]}]({name}.svg)" for name in figures]
    return "\n\n".join(parts) + "\n"


def _changed(shift: Shift) -> str:
    return (
        f"{shift.images} films of {shift.patients} patients, all of `severity/` and some of "
        "`ralo/`,"
    )


def _thresholds(evaluation: Evaluation) -> str:
    fitted = evaluation.conformal.fitted
    if fitted.per_class is None:
        return f"{fitted.threshold:.3f}"
    return ", ".join(
        f"{value:.3f} ({name})" for name, value in zip(SEVERITIES, fitted.per_class, strict=True)
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
            other_tables.agreement_table(calibrated),
            other_tables.sources_table(evaluation),
        ]
    for across in evaluation.across:
        parts += [
            (
                f"## Across hospitals: trained without `{across.without}/`\n"
                "Read by networks that learned nothing of it, calibrated on the other collection's "
                "films (as the folds' networks read them, which had learned from both); "
                f"{across.referred.value:.0%} of its films are referred."
            ),
            other_tables.agreement_table(across.readings),
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
            other_tables.series_table(evaluation),
        ]
    if evaluation.first_edition:
        parts += [
            (
                "## First edition of the reference\n"
                "The films and classes that 1.0.0 was measured by; this version was taught and "
                "calibrated by the second edition."
            ),
            other_tables.first_edition_table(evaluation),
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
            other_tables.explanations_table(evaluation),
        ]
    if evaluation.faithfulness:
        parts += [
            (
                "What a map ranks highest is blurred first (deletion), or shown first (insertion); "
                "the curve is of the estimated total, as share of 18. An even map lets all places "
                "fade together."
            ),
            other_tables.faithfulness_table(evaluation),
        ]
    return parts
