"""The whole path on the bundled radiographs: labels in, a version that the service loads out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from cxr_severity.imaging.decode import decode
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.predictor import Predictor
from cxr_training.export import fit_temperature
from cxr_training.module import SeverityModule
from cxr_training.train import main

RECIPE: dict[str, Any] = {
    "version": "0.0.7",
    "epochs": 1,
    "batch_size": 8,
    "split": {"folds": 4, "validation": 1, "test": 1},
    "preprocess": {"size": 64},
    "network": {"hidden_size": 8},
}


def train(data: Path, out: Path, *more: str, **recipe: object) -> int:
    out.mkdir(exist_ok=True)
    config = out / "config.yaml"
    config.write_text(yaml.safe_dump({**RECIPE, **recipe}))
    return main(["--config", str(config), "--data", str(data), "--out", str(out), *more])


@pytest.fixture(scope="module")
def run(small_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "first"
    assert train(small_data, out) == 0
    return out


def test_the_exported_version_answers(run: Path, sample_folder: Path) -> None:
    predictor = Predictor.load(run / "weights" / "0.0.7")
    film = decode(next(sample_folder.glob("*.png")).read_bytes())
    answer = predictor.assess(film)
    assert set(answer.probabilities) == set(SEVERITIES)
    assert answer.explanation is not None


def test_the_manifest_tells_how_it_was_made(run: Path) -> None:
    manifest = Predictor.load(run / "weights" / "0.0.7").manifest
    assert manifest.data.images == {"train": 12, "validation": 6, "test": 6}
    assert manifest.metrics.images == 6
    assert manifest.recipe["epochs"] == 1
    card = (run / "weights" / "0.0.7" / "model-card.md").read_text()
    assert f"{manifest.metrics.macro_f1.value:.3f}" in card


def test_the_run_prints_what_its_card_says(
    run: Path, small_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(small_data, run, "--resume") == 0
    printed = capsys.readouterr().out
    metrics = Predictor.load(run / "weights" / "0.0.7").manifest.metrics
    assert f"| macro-F1 | {metrics.macro_f1.value:.3f}" in printed
    assert "two radiologists" in printed


def test_metrics_are_written_with_their_intervals(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    assert set(metrics["accuracy"]) == {"value", "low", "high"}
    assert set(metrics["per_class"]) == set(SEVERITIES)


def test_the_same_seed_gives_the_same_weights(run: Path, small_data: Path, tmp_path: Path) -> None:
    assert train(small_data, tmp_path / "again") == 0
    first, second = (
        (folder / "weights" / "0.0.7" / "model.safetensors").read_bytes()
        for folder in (run, tmp_path / "again")
    )
    assert first == second


def test_a_stopped_run_goes_on_from_its_last_epoch(
    small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_in_the_second_epoch(module: SeverityModule) -> None:
        if module.current_epoch == 1:
            raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(SeverityModule, "on_train_epoch_start", stop_in_the_second_epoch)
        with pytest.raises(RuntimeError, match="power cut"):
            train(small_data, tmp_path, epochs=2)
    assert train(small_data, tmp_path, "--resume", epochs=2) == 0
    checkpoint = torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)
    assert checkpoint["epoch"] == 1
    assert checkpoint["global_step"] == 4  # two epochs of two batches, not three of them
    assert Predictor.load(tmp_path / "weights" / "0.0.7").manifest.recipe["epochs"] == 2


def test_resuming_a_finished_run_exports_the_same_weights_again(
    run: Path, small_data: Path
) -> None:
    weights = run / "weights" / "0.0.7" / "model.safetensors"
    before = weights.read_bytes()
    assert train(small_data, run, "--resume") == 0
    assert weights.read_bytes() == before


@pytest.mark.parametrize(
    "change", [{"seed": 5}, {"split": {**RECIPE["split"], "seed": 5}}, {"epochs": 3}]
)
def test_a_run_does_not_go_on_as_another_one(
    run: Path, small_data: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object]
) -> None:
    """On another split it would be tested on patients that it was trained on."""
    assert train(small_data, run, "--resume", **change) == 2
    assert "of another configuration, data or split" in capsys.readouterr().err


def test_a_network_that_cannot_be_exported_is_not_trained(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(small_data, tmp_path, network={"hidden_size": 256}) == 2
    assert "cannot be exported" in capsys.readouterr().err


def test_what_cannot_start_says_so_in_one_line(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(small_data, tmp_path / "a", unknown_key=1) == 2
    assert train(tmp_path, tmp_path / "b") == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 2
    assert "unknown_key" in lines[0]
    assert "labels.csv" in lines[1]
    assert not (tmp_path / "a" / "weights").exists()


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_is_found(temperature: float) -> None:
    """Labels drawn from softmax(logits / t) must give t back."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(20_000, 3, generator=generator) * 3
    labels = (logits / temperature).softmax(1).multinomial(1, generator=generator)[:, 0]
    assert fit_temperature(logits, labels) == pytest.approx(temperature, rel=0.05)
