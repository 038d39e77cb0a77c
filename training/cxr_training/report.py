"""What a version says about itself, in words and tables."""

from __future__ import annotations

from cxr_severity.model.artifact import Estimate, Manifest, Metrics
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.network import NetworkConfig


def _cell(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.2f}-{estimate.high:.2f})"


def metrics_table(metrics: Metrics) -> str:
    """Markdown tables: overall, by class, and the confusion matrix."""
    lines = [
        "| metric | value (95% interval) |",
        "| --- | --- |",
        f"| accuracy | {_cell(metrics.accuracy)} |",
        f"| macro-F1 | {_cell(metrics.macro_f1)} |",
        f"| quadratic weighted kappa | {_cell(metrics.quadratic_weighted_kappa)} |",
        "",
        "| class | precision | recall | F1 | images |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in SEVERITIES:
        row = metrics.per_class[name]
        lines.append(
            f"| {name} | {_cell(row.precision)} | {_cell(row.recall)} | {_cell(row.f1)} "
            f"| {row.support} |"
        )
    lines += ["", "| reference \\ predicted | " + " | ".join(SEVERITIES) + " |"]
    lines.append("| --- " * (len(SEVERITIES) + 1) + "|")
    for name, counts in zip(SEVERITIES, metrics.confusion_matrix, strict=True):
        lines.append(f"| {name} | " + " | ".join(str(count) for count in counts) + " |")
    return "\n".join(lines)


def _sequence(network: NetworkConfig) -> str:
    if network.sequence == "none":
        return "attention pooling over EfficientNet-B0 features"
    return (
        f"EfficientNet-B0 features are read as a sequence by a bidirectional LSTM "
        f"({network.hidden_size} units each way) with attention pooling"
    )


def _people(readers: Metrics | None) -> str:
    if readers is None:
        return "These data hold no film that two radiologists scored."
    extremes = readers.confusion_matrix[0][-1] + readers.confusion_matrix[-1][0]
    return (
        f"{readers.images} films of {readers.patients} patients were scored by two radiologists "
        f"(22 and 2 years of experience).\nIn these three bins they agree at accuracy "
        f"{_cell(readers.accuracy)}, macro-F1 {_cell(readers.macro_f1)} and\nquadratic weighted "
        f"kappa {_cell(readers.quadratic_weighted_kappa)}, and take mild for severe or the "
        f"reverse {extremes} times.\nA model far above this on these labels would show a leak, "
        "not skill."
    )


def summary(manifest: Manifest) -> str:
    metrics = manifest.metrics
    return (
        f"\ntest: {metrics.images} images of {metrics.patients} patients\n\n"
        f"{metrics_table(metrics)}\n\n{_people(manifest.readers)}\n"
    )


def model_card(manifest: Manifest) -> str:
    """The model card, Markdown, from nothing but the manifest."""
    metrics, data, size = manifest.metrics, manifest.data, manifest.preprocess.size
    parts = "; ".join(
        f"{part} {data.images[part]} images of {data.patients[part]} patients"
        for part in ("train", "validation", "test")
    )
    return f"""# Model card: {manifest.name} {manifest.version}

Made {manifest.created.isoformat()}. Research software. **Not a medical device, not a diagnosis.**

## Intended use
{manifest.intended_use}

Out of scope: children, lateral films, CT, other diseases, follow-up of a single patient, triage.

## What it does
A frontal chest radiograph is scaled to {size} x {size} pixels;
{_sequence(manifest.network)};
a softmax gives mild, moderate and severe. Logits are divided by a temperature of
{manifest.temperature:g}, fitted on the validation patients; how well the probabilities are
calibrated has not been measured on others. Heatmaps are Grad-CAM on the last feature map.

## Reference standard
The mean of two radiologists' Brixia scores (0-18): mild below 5.5, moderate from 5.5 to below 11.5,
severe from 11.5; where there are none, one thoracic radiologist's grade (1 mild, 2 moderate, 3-5
severe).

## Data
Public radiographs of COVID-19 patients (covid-chestxray-dataset and its relatives; scores from
BrixIA and from Schaudt et al. 2023; backbone from ImageNet). Split by patient, stratified, seeded:
{parts}. Labels sha256 `{data.labels_sha256[:16]}…`, split sha256 `{data.split_sha256[:16]}…`.

{manifest.licence}

The rare classes are drawn more often, each draw a newly augmented variant, and weigh more in the
loss. All classes are augmented alike: augmenting the rare ones harder lets a network read the
class off the augmentation.

## Results
Measured on {metrics.evaluated_on}: {metrics.images} images of {metrics.patients} patients.
Intervals: {metrics.interval}. Weights as shipped, in half precision.

{metrics_table(metrics)}

### Read against people
{_people(manifest.readers)}

## Limits
- The test set is small; the intervals are wide and are the honest reading of the table.
- Films come from case reports and single hospitals; exposure, projection and markers differ from
  any one hospital's. Nothing is known about other populations or devices.
- The labels carry the disagreement of their readers, and some combine two scales.
- It has no check of its own for images that are not frontal chest radiographs: they get a grade
  that means nothing.

## Made by
`make train` with the recipe in `manifest.json`; `cxr-train` writes this card.
"""
