"""What tests of several folders share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import nn

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.artifact import (
    GATE,
    MANIFEST,
    MODEL_CARD,
    WEIGHTS,
    describe_guard,
    describe_weights,
    pack_guard,
)
from cxr_severity.model.assessment import SEVERITIES, ZONES
from cxr_severity.model.calibration import Conformal, Scaling
from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.gate import DESCRIPTION, KINDS, Gate, GateLimits, Guard, Limit, LungPart
from cxr_severity.model.golden import golden_radiograph
from cxr_severity.model.manifest import DataProvenance, GatePart, Golden, Manifest
from cxr_severity.model.metrics import (
    Auc,
    Calibration,
    CalibrationScores,
    ClassMetrics,
    ConformalScores,
    Estimate,
    Metrics,
    Selective,
)
from cxr_severity.model.networks.configs import LungConfig, SequenceConfig
from cxr_severity.model.networks.constants import FEATURES
from cxr_severity.model.networks.lungs import LungNet
from cxr_severity.model.networks.sequence import SequenceNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_severity.model.reference.networks import arrays_of, load_state, pack_network
from cxr_severity.model.reference.predictor import reference_predictor

REPOSITORY = Path(__file__).resolve().parents[2]
WEIGHTS_FOLDER = REPOSITORY / "backend" / "weights"
SAMPLES = sorted((REPOSITORY / "samples").glob("*.png"))
"""The eight real radiographs that come with the project."""

MakeVersion = Callable[..., Path]


def random_network(config: SequenceConfig, size: int = 64, seed: int = 0) -> SequenceNet:
    """A network with random weights whose answers depend on its input.

    Straight from initialisation they hardly do: its batch norms would take the features for
    standardised, and sixteen blocks of shrinking ones leave nothing. So they see a few blurred
    pictures first.
    """
    torch.manual_seed(seed)
    network = SequenceNet(config, size).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the plain average of what it sees
            module.train()
    pictures = nn.functional.interpolate(2 * torch.randn(8, 1, 5, 5), size, mode="bicubic")
    with torch.no_grad():
        network.features(pictures.expand(-1, 3, -1, -1))
    return network.eval()


def invented_evaluation() -> Evaluation:
    half = Estimate(value=0.5, low=0.4, high=0.6)
    row = ClassMetrics(precision=half, recall=half, f1=half, support=1)
    each = dict.fromkeys(SEVERITIES, half)
    metrics = Metrics(
        evaluated_on="nothing",
        interval="none",
        images=3,
        patients=3,
        accuracy=half,
        macro_f1=half,
        quadratic_weighted_kappa=half,
        per_class=dict.fromkeys(SEVERITIES, row),
        confusion_matrix=[[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    )
    scores = CalibrationScores(
        expected_error=half, adaptive_error=half, brier=half, log_loss=half, reliability=[]
    )
    return Evaluation(
        metrics=metrics,
        seeds=[],
        majority=metrics,
        readers=None,
        on_readers_films=None,
        against_senior=None,
        auc=Auc(per_class=each, macro=half),
        calibration=Calibration(
            fitted=Scaling.by_temperature(2.0),
            temperatures=[],
            before=scores,
            tempered=scores,
            after=scores,
        ),
        conformal=ConformalScores(
            fitted=Conformal(coverage=0.9, threshold=0.3),
            coverage=half,
            coverage_per_class=each,
            mean_size=half,
            single=half,
        ),
        selective=Selective(area=half, accuracy_at_half=half, coverage_at_90=half, curve=[]),
        brixia=None,
        readers_brixia=None,
        correlations=[],
        subgroups=[],
        explanations=[],
    )


NO_LIMITS = GateLimits(**{name: Limit() for name in GateLimits.model_fields})
"""A gate that lets everything pass."""


def random_guard(limits: GateLimits = NO_LIMITS, seed: int = 0) -> Guard:
    """A gate and a lung network of random weights."""
    rng = np.random.default_rng(seed)

    def normal(scale: float, *shape: int) -> Float32Array:
        return rng.normal(scale=scale, size=shape).astype(np.float32)

    gate = Gate(
        limits=limits,
        weights=normal(1e-3, len(KINDS), DESCRIPTION),
        bias=normal(1, len(KINDS)),
        centre=normal(1, FEATURES),
        whitening=normal(0.1, FEATURES, 8),
    )
    torch.manual_seed(seed)
    config = LungConfig(width=4)
    return Guard(gate, LungPart(config, arrays_of(LungNet(config))))


def random_manifest(
    version: str, blob: bytes, network: SequenceConfig, gate: GatePart, size: int = 64
) -> Manifest:
    return Manifest(
        name="random",
        version=version,
        created=date(2026, 1, 2),
        intended_use="tests",
        licence="none",
        classes=SEVERITIES,
        preprocess=PreprocessConfig(size=size),
        network=network,
        calibration=Scaling.by_temperature(2.0),
        conformal=Conformal(coverage=0.9, threshold=0.3),
        faint_peak=0.0,
        weights=describe_weights(blob),
        gate=gate,
        golden=Golden(
            probabilities=dict.fromkeys(SEVERITIES, 1 / 3), zones=dict.fromkeys(ZONES, 1.5)
        ),
        evaluation=invented_evaluation(),
        data=DataProvenance(
            labels_sha256="0" * 64,
            split_sha256="0" * 64,
            backbone_sha256="0" * 64,
            images=3,
            classed=3,
            patients=3,
            folds=3,
        ),
        recipe={"seed": 0},
    )


def write_version(
    root: Path,
    version: str = "0.9.0",
    seed: int = 0,
    size: int = 64,
    limits: GateLimits = NO_LIMITS,
) -> Path:
    """Write a whole, valid version with random weights; returns its folder."""
    config = SequenceConfig(hidden_size=8)
    network = random_network(config, size, seed)
    blob = pack_network(network)
    guard = random_guard(limits, seed)
    gate_blob = pack_guard(guard)
    manifest = random_manifest(version, blob, config, describe_guard(guard, gate_blob), size)
    load_state(network, blob)
    answer = reference_predictor(manifest, network, guard).assess(golden_radiograph(), force=True)
    golden = Golden(probabilities=answer.probabilities, zones=answer.brixia.zones)
    manifest = manifest.model_copy(update={"golden": golden})
    folder = root / version
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(blob)
    (folder / GATE).write_bytes(gate_blob)
    (folder / MANIFEST).write_text(manifest.model_dump_json())
    (folder / MODEL_CARD).write_text(f"# Model card: {version}\n")
    return folder
