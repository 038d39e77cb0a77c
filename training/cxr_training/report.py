"""What a version says about itself, in words and tables."""

from __future__ import annotations

from cxr_severity.model.artifact import Estimate, Manifest, Metrics
from cxr_severity.model.assessment import SEVERITIES

HUMAN_CEILING = (
    "Two radiologists (22 and 2 years of experience) who scored the same 192 films agree, in "
    "these three bins, at accuracy 0.755 (95% CI 0.69-0.82), macro-F1 0.763 and quadratic "
    "weighted kappa 0.781, and never confuse mild with severe. A figure far above this on these "
    "labels would be a sign of a leak."
)


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


def summary(manifest: Manifest) -> str:
    metrics = manifest.metrics
    return (
        f"\ntest: {metrics.images} images of {metrics.patients} patients\n\n"
        f"{metrics_table(metrics)}\n"
    )


def model_card(manifest: Manifest) -> str:
    """The model card, Markdown, from nothing but the manifest."""
    metrics, data, network = manifest.metrics, manifest.data, manifest.network
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
A frontal chest radiograph is scaled to {manifest.preprocess.size} x {manifest.preprocess.size}
pixels; EfficientNet-B0 features are read as a sequence by a bidirectional LSTM
({network.hidden_size} units each way) with attention pooling; a softmax gives mild, moderate and
severe. Probabilities are scaled by a temperature of {manifest.temperature:g}, fitted on the
validation patients. Heatmaps are Grad-CAM on the last feature map.

## Reference standard
The mean of two radiologists' Brixia scores (0-18): mild below 5.5, moderate from 5.5 to below 11.5,
severe from 11.5; where there are none, one thoracic radiologist's grade (1 mild, 2 moderate, 3-5
severe).

## Data
Public radiographs of COVID-19 patients (covid-chestxray-dataset and its relatives; scores from
BrixIA and from Schaudt et al. 2023; backbone from ImageNet). Split by patient, stratified, seeded:
{parts}. Labels sha256 `{data.labels_sha256[:16]}…`, split sha256 `{data.split_sha256[:16]}…`.

{manifest.licence}

## Results
Measured on {metrics.evaluated_on}: {metrics.images} images of {metrics.patients} patients.
Intervals: {metrics.interval}. Weights as shipped, in half precision.

{metrics_table(metrics)}

### Read against people
{HUMAN_CEILING}

## Limits
- The test set is small; the intervals are wide and are the honest reading of the table.
- Films come from case reports and single hospitals; exposure, projection and markers differ from
  any one hospital's. Nothing is known about other populations or devices.
- The labels carry the disagreement of their readers, and some combine two scales.
- No check yet refuses an image that is not a frontal chest radiograph.

## Made by
`make train` with the recipe in `manifest.json`; `cxr-train` writes this card.
"""
