"""The model card: what a version says about itself, in words and tables."""

from __future__ import annotations

from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.manifest import Manifest
from cxr_severity.model.measure.markdown import FLAT_NOTE
from cxr_severity.model.networks.configs import CellConfig
from cxr_training.evaluation.tables import grades, inputs, maps, probabilities, readers
from cxr_training.reference import INTERCEPT, PER_EXTENT, PER_OPACITY

_FORMULA = f"{INTERCEPT} + {PER_EXTENT} E + {PER_OPACITY} O"


def _section(title: str, text: str) -> str:
    return f"## {title}\n{text}\n" if text else ""


def _of_readings(manifest: Manifest) -> str:
    if not manifest.recipe.get("first"):
        return ""
    return """ Nobody scored these films: a first round of networks, each of which had not seen the
films that test its successor, read them, and that was learned beside the readers' scores."""


def _of_start(manifest: Manifest) -> str:
    start = manifest.recipe.get("start")
    return f" and, in the stem and the first blocks, version {start}" if start else ""


def _teacherless(manifest: Manifest) -> str:
    """Of networks that learned nothing of a collection, where the others had a teacher."""
    first = manifest.recipe.get("first")
    alone = isinstance(first, dict) and first.get("across") is False
    return "Without the readings of a first round.\n\n" if alone else ""


_BACKBONE = "EfficientNet-B0"


def _by_source(evaluation: Evaluation) -> str:
    return (
        readers.agreement_table(
            reading for source in evaluation.sources for reading in source.readings
        )
        if evaluation.sources
        else ""
    )


def _of_frame(manifest: Manifest) -> str:
    network = manifest.network
    if not isinstance(network, CellConfig) or network.frame is None:
        return ""
    side = network.frame.side
    return (
        "A small network\nfinds both lungs on a thumbnail, and the frame around them is cut out, "
        f"{side} x {side} pixels;\nwhat lies outside is not read. "
    )


def model_card(manifest: Manifest) -> str:
    """The model card, Markdown, from nothing but the manifest."""
    evaluation, data, size = manifest.evaluation, manifest.data, manifest.preprocess.size
    side, frame = manifest.network.side(size), _of_frame(manifest)
    metrics = evaluation.metrics
    coverage = f"{100 * manifest.conformal.coverage:g}"
    parts = [
        f"""# Model card: {manifest.name} {manifest.version}

Made {manifest.created.isoformat()}. Research software. **Not a medical device, not a diagnosis.**
""",
        _section(
            "Intended use",
            f"""{manifest.intended_use}

Out of scope: children, lateral films, CT, other diseases, triage. Series of one patient were looked
at ("Series" below), which is no test of follow-up.""",
        ),
        _section(
            "What it does",
            f"""A frontal chest radiograph is scaled to {size} x {size} pixels. {frame}{_BACKBONE}
features are read as a sequence by a bidirectional LSTM and fused with features of the middle of
the network into {side // 16} x {side // 16} cells. The cells say where the right lung, the left
lung and opacity are; six zones are laid into the lungs that they find. From the cells where opacity
is seen within the lungs come a Brixia score of each zone (0-3; their sum 0-18) and a softmax over
mild, moderate and severe.

- Probabilities: the logits at a temperature, and the total of the zones as an ordinal logit beside
  them, fitted on out-of-fold readings.
- Prediction set: every class whose probability reaches {manifest.conformal.threshold:.3f}, the
  most probable one, and what lies between. Made to hold the reference class in {coverage} of 100
  films. Where it holds more than one class, the answer says `refer`: a person should decide.
- Interval of the Brixia total: conformal, fitted on out-of-fold readings.
- Map of opacity: the network's own, on an absolute scale, within the lungs that it finds.
- Heatmap: Grad-CAM of the expected total over what the zones are pooled from; on request of a
  class, where its place was not measured.""",
        ),
        _section(
            "Reference standard",
            f"""A Brixia total for {data.classed} films: the mean of two radiologists' where both
read it, else {_FORMULA} of geographic extent and degree of opacity (0-8 each) by at
least two raters. Mild below 5.5, moderate from 5.5 to below 11.5, severe from 11.5. The readers
differ: see "Results" below. The other films have no total and no grade; what else was said of them
is learned.""",
        ),
        _section(
            "Data",
            f"""Public radiographs, most of them of COVID-19 patients: covid-chestxray-dataset and
its relatives with scores from BrixIA and COVIDNet-S, and Stony Brook's (RALO), read by two
radiologists. {data.images} films of {data.patients} patients, {data.classed} of them with a class.
Patients whose films are near-duplicates stand in one fold, and count as one here. Places were
learned from COVID-QU-Ex (masks of lungs and opacities) and SIIM-FISABIO-RSNA (boxes), without films
that are copies of scored ones, after ImageNet{_of_start(manifest)}.{_of_readings(manifest)}
Labels sha256 `{data.labels_sha256[:16]}…`, split sha256 `{data.split_sha256[:16]}…`, starting
weights sha256 `{data.backbone_sha256[:16]}…`. The data card tells the rest.

{manifest.licence}

The patients were dealt into {data.folds} parts; each part was read by networks trained on the
others, with {metrics.seeds} random seed{"s" * (metrics.seeds > 1)}. The figures below are theirs.
The shipped weights are the mean of those networks' weights, so no film here can test them.""",
        ),
        _section("Results", f"Intervals, unless another is named: {metrics.interval}. {FLAT_NOTE}"),
        grades.headline_table(evaluation) + "\n",
        _section("Goals", grades.goals_table(evaluation)),
        _section("Classes", grades.class_table(evaluation)),
        grades.confusion_table(metrics) + "\n",
        _section(
            "Calibration",
            f"{probabilities.calibration_table(evaluation)}\n\n{probabilities.CALIBRATION_NOTE}",
        ),
        _section("Uncertainty", probabilities.uncertainty_table(evaluation)),
        _section("Brixia score", readers.brixia_table(evaluation)),
        _section("Groups", grades.subgroups_table(evaluation)),
        _section("By source", _by_source(evaluation)),
        *(
            _section(
                f"Trained without `{across.without}/`, tested on it",
                _teacherless(manifest) + readers.agreement_table(across.readings),
            )
            for across in evaluation.across
        ),
        _section("Series", readers.series_table(evaluation) if evaluation.series else ""),
        _section("Explanations", maps.explanations_table(evaluation)),
        _section(
            "Faithfulness of the maps",
            maps.faithfulness_table(evaluation) if evaluation.faithfulness else "",
        ),
        _section(
            "Changes to the film",
            inputs.shifts_table(evaluation) if evaluation.shifts else "",
        ),
        _section(
            "Gate",
            f"{inputs.GATE_NOTE}\n\n{inputs.gate_table(evaluation)}" if evaluation.gate else "",
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
