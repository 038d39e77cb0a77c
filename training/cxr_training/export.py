"""A trained network becomes a version: calibrated, measured, described, written."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from cxr_severity.model.artifact import (
    GATE,
    MANIFEST,
    MODEL_CARD,
    WEIGHTS,
    describe_guard,
    describe_weights,
    pack_guard,
    pack_weights,
    unpack_guard,
)
from cxr_severity.model.assessment import SEVERITIES, ZONES
from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.gate import Guard
from cxr_severity.model.golden import golden_radiograph
from cxr_severity.model.manifest import Golden, Manifest
from cxr_severity.model.network import SeverityNet
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.preprocess import normalise
from cxr_training.bank import Films
from cxr_training.fit import Workshop
from cxr_training.report import model_card

NAME = "cxr-severity"
_FAINT = 0.05
_BATCH = 16
INTENDED_USE = (
    "Research on COVID-19 severity in frontal chest radiographs of adults. Not a medical device, "
    "not for diagnosis, not for decisions about a patient."
)
LICENCE = (
    "Weights for research use only: the licences of the images and scores they were trained on "
    "allow no more."
)


def export(
    network: SeverityNet, guard: Guard, workshop: Workshop, evaluation: Evaluation, root: Path
) -> Path:
    """Write `root/<version>/` and return it; the folder appears whole or not at all.

    Args:
        network: as it is stored, trained on all films.
        guard: fitted on that network's features.
        evaluation: of the out-of-fold readings of the same recipe; calibration and conformal
            threshold are those fitted on them.
    """
    config = workshop.config
    blob, gate_blob = pack_weights(network), pack_guard(guard)
    part = describe_guard(guard, gate_blob)
    # As it will be loaded: the rounding to half precision included.
    guard = unpack_guard(gate_blob, part.lungs, part.limits, part.dimensions)
    manifest = Manifest(
        name=NAME,
        version=config.version,
        created=datetime.now(UTC).date(),
        intended_use=INTENDED_USE,
        licence=LICENCE,
        classes=SEVERITIES,
        preprocess=config.preprocess,
        network=config.network,
        calibration=evaluation.calibration.fitted,
        conformal=evaluation.conformal.fitted,
        faint_peak=0.0,
        weights=describe_weights(blob),
        gate=part,
        golden=Golden(
            probabilities=dict.fromkeys(SEVERITIES, 1 / len(SEVERITIES)),
            zones=dict.fromkeys(ZONES, 0.0),
        ),
        evaluation=evaluation,
        data=workshop.data,
        recipe=config.model_dump(mode="json", exclude={"preprocess", "network"}),
    )
    predictor = Predictor(manifest, network, guard)
    faint = faint_peak(predictor, workshop.films)
    answer = predictor.assess(golden_radiograph(), force=True)
    golden = Golden(probabilities=answer.probabilities, zones=answer.brixia.zones)
    folder = root / config.version
    manifest = manifest.model_copy(update={"golden": golden, "faint_peak": faint})
    _write(folder, {WEIGHTS: blob, GATE: gate_blob}, manifest)
    return folder


def faint_peak(predictor: Predictor, films: Films) -> float:
    """The peak below which the heatmaps of one film in twenty stay."""
    config = predictor.manifest.preprocess
    peaks = []
    for grids in torch.split(films.grids, _BATCH):
        found = predictor.read(normalise(grids, config).numpy(), ["predicted"] * len(grids))
        peaks += [one.map.peak for one in found if one.map is not None]
    return float(f"{np.quantile(peaks, _FAINT):.4g}")


def _write(folder: Path, blobs: Mapping[str, bytes], manifest: Manifest) -> None:
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name, blob in blobs.items():
        (partial / name).write_bytes(blob)
    (partial / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (partial / MODEL_CARD).write_text(model_card(manifest), encoding="utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    partial.rename(folder)
