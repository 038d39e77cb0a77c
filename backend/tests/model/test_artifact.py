"""Versions on disk: what is whole loads, what is not says so and does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from support import WEIGHTS_FOLDER, MakeVersion

from cxr_severity.model.artifact import (
    MANIFEST,
    MODEL_CARD,
    WEIGHTS,
    ArtifactError,
    load_version,
    read_manifest,
    versions,
)
from cxr_severity.model.manifest import MAX_WEIGHTS_BYTES
from cxr_severity.model.measure.markdown import decimal
from cxr_severity.model.networks.configs import SequenceConfig
from cxr_severity.model.networks.sequence import SequenceNet
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.reference.networks import load_state, network_of, pack_network


def edit(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / MANIFEST
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_a_whole_version_loads(make_version: MakeVersion) -> None:
    assert Predictor.load(make_version()).manifest.version == "0.9.0"


def test_a_version_ships() -> None:
    assert versions(WEIGHTS_FOLDER)


@pytest.mark.parametrize("version", versions(WEIGHTS_FOLDER))
def test_every_shipped_version_is_whole(version: str) -> None:
    folder = WEIGHTS_FOLDER / version
    manifest = Predictor.load(folder).manifest
    assert manifest.weights.bytes == (folder / WEIGHTS).stat().st_size <= MAX_WEIGHTS_BYTES
    card = (folder / MODEL_CARD).read_text()
    # The card's headline figures are the manifest's.
    assert f"| accuracy | {decimal(manifest.evaluation.metrics.accuracy.value, 3)}" in card
    assert f"| macro-F1 | {decimal(manifest.evaluation.metrics.macro_f1.value, 3)}" in card
    assert "not a diagnosis" in card


def test_versions_are_ordered_by_number_not_by_letter(make_version: MakeVersion) -> None:
    for version in ("0.10.0", "0.9.0", "1.0.0", "0.9.1"):
        root = make_version(version).parent
    (root / "notes").mkdir()
    (root / "2.0.0").mkdir()  # no manifest: not a version
    assert versions(root) == ["0.9.0", "0.9.1", "0.10.0", "1.0.0"]


def test_no_folder_is_no_versions(tmp_path: Path) -> None:
    assert versions(tmp_path / "nothing") == []


def test_tampered_weights_do_not_load(make_version: MakeVersion) -> None:
    path = make_version() / WEIGHTS
    blob = bytearray(path.read_bytes())
    blob[-1] ^= 1
    path.write_bytes(blob)
    with pytest.raises(ArtifactError, match="does not match the manifest's sha256"):
        Predictor.load(path.parent)


def test_missing_weights_do_not_become_random_weights(make_version: MakeVersion) -> None:
    folder = make_version()
    (folder / WEIGHTS).unlink()
    with pytest.raises(ArtifactError, match="cannot be read"):
        Predictor.load(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(version="0.9.1"), "says version 0.9.1"),
        (lambda m: m.update(classes=["severe", "moderate", "mild"]), "class order"),
        (lambda m: m.update(surprise=1), "surprise"),
        (lambda m: m.pop("calibration"), "calibration"),
        (lambda m: m["calibration"].update(temperature=0), "temperature"),
        (lambda m: m["calibration"]["weights"].pop(), "3 rows of 9"),
        (lambda m: m.pop("gate"), "gate"),
        (lambda m: m["gate"]["limits"].pop("colour"), "colour"),
        (lambda m: m["gate"]["lungs"].update(width=8), "does not fit"),
        (lambda m: m["gate"].update(dimensions=9), "does not fit"),
        (lambda m: m["network"].update(hidden_size=16), "does not fit"),
        (lambda m: m["network"].update(sequence="none"), "does not fit"),
        (lambda m: m["golden"]["probabilities"].update(mild=0.9), "golden input"),
        (lambda m: m["golden"]["zones"].update(F=m["golden"]["zones"]["F"] + 0.1), "golden input"),
        (lambda m: m["golden"].pop("zones"), "zones"),
        (lambda m: m["golden"]["probabilities"].pop("severe"), "probabilities: severe"),
        (lambda m: m["golden"]["zones"].pop("B"), "zones: B"),
        (lambda m: m["gate"].update(lungs=None), "where lungs are"),
        (lambda m: m.pop("conformal"), "conformal"),
        (lambda m: m["conformal"].update(threshold=1.1), "threshold"),
        (lambda m: m["preprocess"].update(size=96), "golden input"),
    ],
)
def test_a_version_that_does_not_match_its_manifest_does_not_load(
    make_version: MakeVersion, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    folder = make_version()
    edit(folder, change)
    with pytest.raises(ArtifactError, match=message):
        Predictor.load(folder)


def test_a_zone_may_differ_as_much_as_another_runtime_makes_it(make_version: MakeVersion) -> None:
    folder = make_version()
    edit(folder, lambda m: m["golden"]["zones"].update(F=m["golden"]["zones"]["F"] + 0.01))
    Predictor.load(folder)


def test_a_manifest_of_the_first_form_is_refused_with_what_to_do(
    make_version: MakeVersion,
) -> None:
    folder = make_version()

    def as_before(manifest: dict[str, Any]) -> None:
        manifest.update(manifest_version=1)
        del manifest["conformal"], manifest["golden"]["zones"]

    edit(folder, as_before)
    with pytest.raises(ArtifactError, match="manifest version 1, and this release reads 3: train"):
        read_manifest(folder)


def test_a_manifest_that_is_no_json_is_named(make_version: MakeVersion) -> None:
    folder = make_version()
    (folder / MANIFEST).write_text("{")
    with pytest.raises(ArtifactError, match=MANIFEST):
        read_manifest(folder)


def test_weights_survive_the_round_trip_within_half_precision() -> None:
    torch.manual_seed(0)
    network, copy = (SequenceNet(SequenceConfig(hidden_size=8)) for _ in range(2))
    load_state(copy, pack_network(network))
    for key, value in network.state_dict().items():
        torch.testing.assert_close(copy.state_dict()[key], value, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e6])
def test_values_that_half_precision_cannot_hold_are_not_written(value: float) -> None:
    network = SequenceNet(SequenceConfig(hidden_size=8))
    network.classifier.weight.data[0, 0] = value
    with pytest.raises(ArtifactError, match="not finite"):
        pack_network(network)


def test_damaged_safetensors_are_refused() -> None:
    with pytest.raises(ArtifactError, match="does not fit"):
        load_state(SequenceNet(SequenceConfig(hidden_size=8)), b"\xff" * 64)


def test_a_loaded_network_is_frozen_and_in_eval_mode(make_version: MakeVersion) -> None:
    stored = load_version(make_version())
    network = network_of(stored.weights, stored.manifest.network, 64)
    assert not network.training
    assert not any(p.requires_grad for p in network.parameters())
