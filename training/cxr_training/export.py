"""A trained network becomes a version: calibrated, measured, described, written."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from cxr_severity.model.artifact import (
    MANIFEST,
    MODEL_CARD,
    WEIGHTS,
    describe_weights,
    pack_weights,
)
from cxr_severity.model.assessment import SEVERITIES, ZONES
from cxr_severity.model.golden import golden_radiograph
from cxr_severity.model.manifest import Golden, Manifest
from cxr_severity.model.measured import Evaluation
from cxr_severity.model.network import SeverityNet
from cxr_severity.model.predictor import Predictor
from cxr_training.fit import Workshop
from cxr_training.report import model_card

NAME = "cxr-severity"
INTENDED_USE = (
    "Research on COVID-19 severity in frontal chest radiographs of adults. Not a medical device, "
    "not for diagnosis, not for decisions about a patient."
)
LICENCE = (
    "Weights for research use only: the licences of the images and scores they were trained on "
    "allow no more."
)


def export(network: SeverityNet, workshop: Workshop, evaluation: Evaluation, root: Path) -> Path:
    """Write `root/<version>/` and return it; the folder appears whole or not at all.

    Args:
        network: as it is stored, trained on all films.
        evaluation: of the out-of-fold readings of the same recipe; temperature and conformal
            threshold are those fitted on them.
    """
    config = workshop.config
    blob = pack_weights(network)
    manifest = Manifest(
        name=NAME,
        version=config.version,
        created=datetime.now(UTC).date(),
        intended_use=INTENDED_USE,
        licence=LICENCE,
        classes=SEVERITIES,
        preprocess=config.preprocess,
        network=config.network,
        temperature=evaluation.calibration.temperature,
        conformal=evaluation.conformal.fitted,
        weights=describe_weights(blob),
        golden=Golden(
            probabilities=dict.fromkeys(SEVERITIES, 1 / len(SEVERITIES)),
            zones=dict.fromkeys(ZONES, 0.0),
        ),
        evaluation=evaluation,
        data=workshop.data,
        recipe=config.model_dump(mode="json", exclude={"preprocess", "network"}),
    )
    answer = Predictor(manifest, network).assess(golden_radiograph())
    golden = Golden(probabilities=answer.probabilities, zones=answer.brixia.zones)
    folder = root / config.version
    _write(folder, blob, manifest.model_copy(update={"golden": golden}))
    return folder


def _write(folder: Path, blob: bytes, manifest: Manifest) -> None:
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    (partial / WEIGHTS).write_bytes(blob)
    (partial / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (partial / MODEL_CARD).write_text(model_card(manifest), encoding="utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    partial.rename(folder)
