"""A trained network becomes a version: calibrated, measured, described, written."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from cxr_severity.model.artifact import (
    GATE,
    MANIFEST,
    MODEL_CARD,
    WEIGHTS,
    describe_guard,
    describe_weights,
    pack_guard,
    unpack_guard,
)
from cxr_severity.model.assessment import SEVERITIES, ZONES, Subject
from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.gate import Gate, Guard
from cxr_severity.model.golden import golden_radiograph
from cxr_severity.model.manifest import DataProvenance, Golden, Manifest
from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.preprocess import normalise
from cxr_severity.model.reference.networks import pack_network
from cxr_severity.model.reference.predictor import reference_predictor
from cxr_training.cases import Dataset
from cxr_training.config import TrainConfig
from cxr_training.films import exact_grids
from cxr_training.model_card import model_card

NAME = "cxr-severity"
_FAINT = 0.02
"""Share of the films that show something whose maps are called too faint all the same. At a
twentieth, severe films were among them, whose maps are even and so have low peaks."""
_EVERY = 5
"""One in this many films is looked at to learn what a faint map is."""
INTENDED_USE = (
    "Research on COVID-19 severity in frontal chest radiographs of adults. Not a medical device, "
    "not for diagnosis, not for decisions about a patient."
)
LICENCE = (
    "Weights for research use only: the licences of the images and scores they were trained on "
    "allow no more."
)


def export(
    network: CellNet, gate: Gate, config: TrainConfig, data: DataProvenance,
    evaluation: Evaluation, dataset: Dataset, root: Path,
) -> Path:  # fmt: skip
    """Write `root/<version>/` and return it; the folder appears whole or not at all.

    Args:
        network: as it is stored.
        gate: fitted on that network's features.
        evaluation: of the out-of-fold readings of the same recipe; calibration and conformal
            thresholds are those fitted on them.
    """
    guard = Guard(gate, None)
    blob, gate_blob = pack_network(network), pack_guard(guard)
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
        total_interval=None if evaluation.interval is None else evaluation.interval.fitted,
        faint_peak=0.0,
        weights=describe_weights(blob),
        gate=part,
        golden=Golden(
            probabilities=dict.fromkeys(SEVERITIES, 1 / len(SEVERITIES)),
            zones=dict.fromkeys(ZONES, 0.0),
        ),
        evaluation=evaluation,
        data=data,
        recipe=config.model_dump(mode="json", exclude={"preprocess", "network"}),
    )
    predictor = reference_predictor(manifest, network, guard)
    faint = faint_peaks(predictor, dataset)
    answer = predictor.assess(golden_radiograph(), force=True)
    golden = Golden(probabilities=answer.probabilities, zones=answer.brixia.zones)
    folder = root / config.version
    manifest = manifest.model_copy(
        update={
            "golden": golden,
            "faint_peak": faint["burden"],
            "faint_peaks": {grade: faint[grade] for grade in SEVERITIES},
        }
    )
    _write(folder, {WEIGHTS: blob, GATE: gate_blob}, manifest)
    return folder


def faint_peaks(predictor: Predictor, dataset: Dataset) -> dict[Subject, float]:
    """For each subject the peak below which the heatmaps of one film in fifty stay, of films that
    show something: over a clear film there may be no heat at all.

    Of the burden these are the films graded moderate or severe; so are they of moderate, whose map
    is of what speaks for moderate at least, and of severe those graded severe. Nothing is seen on a
    film that speaks for mild, and a map of it is held to what is faint of its opposite.
    """
    config = predictor.manifest.preprocess
    cases = [case for case in dataset.cases if case.severity in ("moderate", "severe")][::_EVERY]
    peaks: dict[Subject, list[float]] = {"burden": [], "moderate": [], "severe": []}
    for case, grid in zip(cases, exact_grids(dataset, cases, config), strict=True):
        x = normalise(grid, config)
        for subject, seen in peaks.items():
            if subject == "severe" and case.severity != "severe":
                continue
            (found,) = predictor.infer(x, [subject])
            if found.map is not None:
                seen.append(found.map.peak)
    found_peaks = {
        subject: float(f"{np.quantile(seen or [0.0], _FAINT):.4g}")
        for subject, seen in peaks.items()
    }
    return found_peaks | {"mild": found_peaks["moderate"]}


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
