"""The report of an evaluation: what holds, what does not, and how sure one may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cxr_severity.model.evaluation import Evaluation
from cxr_training.evaluation import tables

FIGURES: Final = {
    "confusion-matrix": "Confusion matrix: share of each reference class by predicted class",
    "f1": "F1 of each class: model, radiologist and published, with 95% intervals",
    "roc": "Receiver operating characteristic of each class against the rest",
    "reliability": "Reliability diagram before and after calibration",
    "risk-coverage": "Accuracy on the most confident share of readings",
    "brixia": "Estimated Brixia total against the mean of two radiologists",
}
"""File name without suffix, and what it shows."""


def report(evaluation: Evaluation, run: str, figures: Sequence[str] = tuple(FIGURES)) -> str:
    """Markdown; figures are named relative to the report."""
    metrics = evaluation.metrics
    parts = [
        f"# Evaluation of {run}",
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
            "Matrix scaling of the logits and the six zone scores, after a temperature (Guo et "
            "al. 2017); every figure here is by fits on other patients (temperatures from "
            f"{min(evaluation.calibration.temperatures):.2f} to "
            f"{max(evaluation.calibration.temperatures):.2f})."
        ),
        tables.calibration_table(evaluation),
        tables.CALIBRATION_NOTE,
        (
            "## Uncertainty\n"
            "Prediction sets hold every class whose probability reaches "
            f"{evaluation.conformal.fitted.threshold:.3f} (fitted on all readings; measured by "
            "thresholds fitted on other patients), the most probable one, and what lies between."
        ),
        tables.uncertainty_table(evaluation),
    ]
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
    if evaluation.explanations:
        parts += [
            (
                "## Explanations\n"
                "Grad-CAM beside opacities outlined by radiologists. An uninformed map spreads "
                "evenly."
            ),
            tables.explanations_table(evaluation),
        ]
    if evaluation.gate:
        parts += [
            (
                "## Gate\n"
                "Images that the measuring gate was not fitted on, with limits chosen on the other "
                f"folds. What is damaged should at least be noticed. {tables.GATE_NOTE}"
            ),
            tables.gate_table(evaluation),
        ]
    if evaluation.shifts:
        parts += [
            (
                "## Shortcuts\n"
                "Every film changed before preprocessing and read again by the network of its "
                "fold (first seed). Where only the border is left, kappa should be near 0."
            ),
            tables.shifts_table(evaluation),
        ]
    if evaluation.source_probe is not None:
        parts.append(tables.probe_sentence(evaluation.source_probe))
    parts.append("## Figures")
    parts += [f"![{FIGURES[name]}]({name}.svg)" for name in figures]
    return "\n\n".join(parts) + "\n"
