"""The model card: what a version says about itself, in words and tables."""

from __future__ import annotations

from cxr_severity.model.manifest import Manifest
from cxr_severity.model.network import NetworkConfig
from cxr_training.evaluation import tables


def _sequence(network: NetworkConfig) -> str:
    if network.sequence == "none":
        return "attention pooling over EfficientNet-B0 features"
    return (
        f"EfficientNet-B0 features are read as a sequence by a bidirectional LSTM "
        f"({network.hidden_size} units each way) with attention pooling"
    )


def _students(manifest: Manifest) -> str:
    distil = manifest.recipe.get("distil")
    if not isinstance(distil, dict):
        return ""
    return """Beside these it learned from unscored films of COVID-19 patients, without copies of
scored ones: it is a student of networks of the same recipe that were taught by scores alone (noisy
student; Xie et al. 2020). When the recipe was measured, those had not seen the patients either.
"""


def _section(title: str, text: str) -> str:
    return f"## {title}\n{text}\n" if text else ""


def model_card(manifest: Manifest) -> str:
    """The model card, Markdown, from nothing but the manifest."""
    evaluation, data, size = manifest.evaluation, manifest.data, manifest.preprocess.size
    metrics = evaluation.metrics
    coverage = round(100 * manifest.conformal.coverage)
    parts = [
        f"""# Model card: {manifest.name} {manifest.version}

Made {manifest.created.isoformat()}. Research software. **Not a medical device, not a diagnosis.**
""",
        _section(
            "Intended use",
            f"""{manifest.intended_use}

Out of scope: children, lateral films, CT, other diseases, follow-up of one patient, triage.""",
        ),
        _section(
            "What it does",
            f"""A frontal chest radiograph is scaled to {size} x {size} pixels;
{_sequence(manifest.network)};
a softmax gives mild, moderate and severe, and six attention-pooled outputs give a Brixia score of
each lung zone (0-3; their sum 0-18).

- Probabilities: matrix scaling of the logits and the zone scores, fitted on out-of-fold readings.
- Prediction set: every class whose probability reaches {manifest.conformal.threshold:.3f}, the most
  probable one, and what lies between. Made to hold the reference class in {coverage} of 100 films.
  Where it holds more than one class, the answer says `refer`: a person should decide.
- Heatmap: Grad-CAM on the last feature map.""",
        ),
        _section(
            "Reference standard",
            """The mean of two radiologists' Brixia scores (0-18): mild below 5.5, moderate from 5.5
to below 11.5, severe from 11.5; where there are none, one thoracic radiologist's grade (1 mild,
2 moderate, 3-5 severe). The readers differ: see "Results" below.""",
        ),
        _section(
            "Data",
            f"""Public radiographs of COVID-19 patients (covid-chestxray-dataset and its relatives;
scores from BrixIA and from Schaudt et al. 2023; the backbone from ImageNet, then taught on 13,000
radiographs without severity labels). {data.images} films of {data.patients} patients,
{data.classed} of them with a class; patients whose films are near-duplicates count as one.
{_students(manifest)}
Labels sha256 `{data.labels_sha256[:16]}…`, split sha256 `{data.split_sha256[:16]}…`, starting
weights sha256 `{data.backbone_sha256[:16]}…`. The data card tells the rest.

{manifest.licence}

The shipped weights were trained on all of these films, so no film here can test them. The figures
below are of networks of the same recipe: the patients were dealt into {data.folds} parts, each part
was read by networks trained on the others, with {metrics.seeds} random
seed{"s" * (metrics.seeds > 1)}.""",
        ),
        _section("Results", f"Intervals, unless another is named: {metrics.interval}."),
        tables.headline_table(evaluation) + "\n",
        _section("Goals", tables.goals_table(evaluation)),
        _section("Classes", tables.class_table(evaluation)),
        tables.confusion_table(metrics) + "\n",
        _section(
            "Calibration", f"{tables.calibration_table(evaluation)}\n\n{tables.CALIBRATION_NOTE}"
        ),
        _section("Uncertainty", tables.uncertainty_table(evaluation)),
        _section("Brixia score", tables.brixia_table(evaluation)),
        _section("Groups", tables.subgroups_table(evaluation)),
        _section("Explanations", tables.explanations_table(evaluation)),
        _section(
            "Gate",
            f"{tables.GATE_NOTE}\n\n{tables.gate_table(evaluation)}" if evaluation.gate else "",
        ),
        _section(
            "Limits",
            """- The films are few; the intervals are wide and are the honest reading of the tables.
- Films come from case reports and single hospitals; exposure, projection and markers differ from
  any one hospital's. Nothing is known about other populations or devices.
- The labels carry the disagreement of their readers, and some combine two scales.
- Choices of the recipe were made on the same folds that measure it; figures on new patients may be
  somewhat lower.
- The gate for unfit images knows the kinds in the table above. Others, such as radiographs of
  other body parts, it was not tested on.""",
        ),
        _section(
            "Made by",
            "`make train` with the recipe in `manifest.json`; `cxr-train` writes this card.",
        ),
    ]
    return "\n".join(part for part in parts if part)
