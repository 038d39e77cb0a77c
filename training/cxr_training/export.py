"""A trained network becomes a version: rounded, calibrated, measured, described, written."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch
from scipy.optimize import minimize_scalar
from torch.nn.functional import cross_entropy

from cxr_severity.model.artifact import (
    MANIFEST,
    MODEL_CARD,
    WEIGHTS,
    DataProvenance,
    Golden,
    Manifest,
    Metrics,
    describe_weights,
    load_state,
    pack_weights,
)
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.golden import golden_radiograph
from cxr_severity.model.network import SeverityNet
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.preprocess import PreprocessConfig, normalise
from cxr_training.config import TrainConfig
from cxr_training.data import Case, SecondReading
from cxr_training.metrics import measure
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


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Images of one part with their reference classes; `grids` is (N, S, S) float32."""

    cases: Sequence[Case]
    grids: torch.Tensor

    @property
    def labels(self) -> torch.Tensor:
        return torch.tensor([case.label for case in self.cases])


def predict_logits(
    network: SeverityNet, grids: torch.Tensor, config: PreprocessConfig, batch: int = 32
) -> torch.Tensor:
    """(N, S, S) grids to (N, 3) float32 logits, in eval mode and without gradient."""
    network.eval()
    with torch.no_grad():
        return torch.cat([network(normalise(part, config)) for part in torch.split(grids, batch)])


def fit_temperature(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """The temperature that minimises the negative log-likelihood (Guo et al., ICML 2017).

    Sought between 0.25 and 4 on a logarithmic scale.
    """

    def loss(log_temperature: float) -> float:
        return float(cross_entropy(logits.double() / 2.0**log_temperature, labels))

    best = minimize_scalar(loss, bounds=(-2, 2), method="bounded")
    return round(float(2.0**best.x), 4)


def evaluate(
    network: SeverityNet, part: Evaluated, config: PreprocessConfig, described: str
) -> Metrics:
    logits = predict_logits(network, part.grids, config)
    return measure(
        part.labels.tolist(),
        logits.argmax(dim=1).tolist(),
        [case.patient for case in part.cases],
        evaluated_on=described,
    )


def reader_agreement(readings: Sequence[SecondReading]) -> Metrics | None:
    """How the junior radiologist's classes agree with the senior's; None without any."""
    if not readings:
        return None
    return measure(
        [reading.senior for reading in readings],
        [reading.junior for reading in readings],
        [reading.patient for reading in readings],
        evaluated_on="all films of these data that two radiologists scored; the senior's class "
        "is the reference",
    )


def export(
    network: SeverityNet,
    config: TrainConfig,
    data: DataProvenance,
    readers: Metrics | None,
    validation: Evaluated,
    test: Evaluated,
    root: Path,
) -> Manifest:
    """Write `root/<version>/` and return its manifest.

    Temperature and metrics are those of the weights as stored, in half precision. The folder
    appears whole or not at all.
    """
    blob = pack_weights(network)
    stored = SeverityNet(config.network, config.preprocess.size)
    load_state(stored, blob)
    stored.eval()
    logits = predict_logits(stored, validation.grids, config.preprocess)
    manifest = Manifest(
        name=NAME,
        version=config.version,
        created=datetime.now(UTC).date(),
        intended_use=INTENDED_USE,
        licence=LICENCE,
        classes=SEVERITIES,
        preprocess=config.preprocess,
        network=config.network,
        temperature=fit_temperature(logits, validation.labels),
        weights=describe_weights(blob),
        golden=Golden(probabilities=dict.fromkeys(SEVERITIES, 1 / len(SEVERITIES))),
        metrics=evaluate(
            stored,
            test,
            config.preprocess,
            f"{config.split.test} of {config.split.folds} patient-grouped folds, set apart "
            "before training; no choice was made on them",
        ),
        readers=readers,
        data=data,
        recipe=config.model_dump(mode="json", exclude={"preprocess", "network"}),
    )
    answer = Predictor(manifest, stored).assess(golden_radiograph()).probabilities
    manifest = manifest.model_copy(update={"golden": Golden(probabilities=answer)})
    _write(root / config.version, blob, manifest)
    return manifest


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
