"""What tests of several folders share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import torch

from cxr_severity.model.artifact import (
    MANIFEST,
    MODEL_CARD,
    WEIGHTS,
    ClassMetrics,
    DataProvenance,
    Estimate,
    Golden,
    Manifest,
    Metrics,
    describe_weights,
    load_state,
    pack_weights,
)
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.golden import golden_radiograph
from cxr_severity.model.network import NetworkConfig, SeverityNet
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.preprocess import PreprocessConfig

REPOSITORY = Path(__file__).resolve().parents[2]
WEIGHTS_FOLDER = REPOSITORY / "backend" / "weights"
SAMPLES = sorted((REPOSITORY / "samples").glob("*.png"))
"""The eight real radiographs that come with the project."""

MakeVersion = Callable[..., Path]


def random_manifest(version: str, blob: bytes, network: NetworkConfig) -> Manifest:
    half = Estimate(value=0.5, low=0.4, high=0.6)
    row = ClassMetrics(precision=half, recall=half, f1=half, support=1)
    return Manifest(
        name="random",
        version=version,
        created=date(2026, 1, 2),
        intended_use="tests",
        licence="none",
        classes=SEVERITIES,
        preprocess=PreprocessConfig(size=64),
        network=network,
        temperature=2.0,
        weights=describe_weights(blob),
        golden=Golden(probabilities=dict.fromkeys(SEVERITIES, 1 / 3)),
        metrics=Metrics(
            evaluated_on="nothing",
            interval="none",
            images=3,
            patients=3,
            accuracy=half,
            macro_f1=half,
            quadratic_weighted_kappa=half,
            per_class=dict.fromkeys(SEVERITIES, row),
            confusion_matrix=[[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        ),
        readers=None,
        data=DataProvenance(
            labels_sha256="0" * 64,
            split_sha256="0" * 64,
            backbone_sha256="0" * 64,
            images={"train": 1, "validation": 1, "test": 3},
            patients={"train": 1, "validation": 1, "test": 3},
        ),
        recipe={"seed": 0},
    )


def write_version(root: Path, version: str = "0.9.0", seed: int = 0) -> Path:
    """Write a whole, valid version with random weights; returns its folder."""
    torch.manual_seed(seed)
    config = NetworkConfig(hidden_size=8)
    network = SeverityNet(config, 64)
    blob = pack_weights(network)
    manifest = random_manifest(version, blob, config)
    load_state(network, blob)
    answer = Predictor(manifest, network).assess(golden_radiograph()).probabilities
    manifest = manifest.model_copy(update={"golden": Golden(probabilities=answer)})
    folder = root / version
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(blob)
    (folder / MANIFEST).write_text(manifest.model_dump_json())
    (folder / MODEL_CARD).write_text(f"# Model card: {version}\n")
    return folder
