"""The whole path on the bundled radiographs: labels in, a version that the service loads out."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cxr_severity.imaging.decode import decode
from cxr_severity.model.artifact import WEIGHTS
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.predictor import Predictor
from cxr_training.evaluation import ablation, cli
from cxr_training.evaluation.predictions import PREDICTIONS
from cxr_training.gate import run as gate_run
from cxr_training.train import main

pytestmark = pytest.mark.filterwarnings("ignore:The number of training batches")

VERSION = "0.0.7"
RECIPE: dict[str, object] = {
    "version": VERSION,
    "seeds": [1, 2],
    "epochs": 1,
    "batch_size": 8,
    "frozen_blocks": 11,
    "variants": 1,
    "loss": {"zones": 1.0, "total": 1.0},
    "split": {"folds": 3, "rounds": 3},
    "preprocess": {"size": 64},
    "network": {"hidden_size": 8},
    "gate": {"every": 1, "variants": 1, "regularisation": 1e-5, "lungs": {"epochs": 1}},
}


def train(data: Path, out: Path, *more: str) -> int:
    out.mkdir(exist_ok=True, parents=True)
    config = out / "config.yaml"
    config.write_text(yaml.safe_dump(RECIPE))
    return main(["--config", str(config), "--data", str(data), "--out", str(out), *more])


@pytest.fixture(scope="module")
def run(small_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "whole"
    assert train(small_data, out) == 0
    return out


def test_the_exported_version_answers(run: Path, sample_folder: Path) -> None:
    predictor = Predictor.load(run / "weights" / VERSION)
    film = decode(next(sample_folder.glob("*.png")).read_bytes())
    answer = predictor.assess(film, force=True)  # a gate of eight films may reject anything
    assert set(answer.probabilities) == set(SEVERITIES)
    assert 0 <= answer.brixia.total <= 18
    assert answer.severity in answer.prediction_set


def test_the_manifest_carries_what_was_measured(run: Path) -> None:
    manifest = Predictor.load(run / "weights" / VERSION).manifest
    evaluation = manifest.evaluation
    assert manifest.calibration == evaluation.calibration.fitted
    assert manifest.gate.limits.frontal.reject is not None
    assert {one.wanted for one in evaluation.gate} == {"pass", "reject", "notice"}
    assert manifest.faint_peak > 0
    assert manifest.conformal == evaluation.conformal.fitted
    assert evaluation.metrics.seeds == 2
    assert manifest.data.images == 24
    assert manifest.data.folds == 3
    assert manifest.recipe["epochs"] == 1


def test_the_card_says_what_the_manifest_says(run: Path) -> None:
    folder = run / "weights" / VERSION
    metrics = Predictor.load(folder).manifest.evaluation.metrics
    card = (folder / "model-card.md").read_text()
    for figure in (metrics.accuracy, metrics.macro_f1, metrics.quadratic_weighted_kappa):
        assert f"{figure.value:.3f}" in card
    assert "Not a medical device" in card


def test_a_finished_run_exports_the_same_weights_again(run: Path, small_data: Path) -> None:
    weights = run / "weights" / VERSION / WEIGHTS
    before = weights.read_bytes()
    assert train(small_data, run, "--resume") == 0
    assert weights.read_bytes() == before


def test_the_report_is_written(
    run: Path, small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--run", str(run), "--data", str(small_data), "--out", str(tmp_path)]) == 0
    assert "accuracy" in capsys.readouterr().out
    found = Evaluation.model_validate_json((tmp_path / "evaluation.json").read_bytes())
    unchanged, first = found.shifts[0], found.seeds[0]
    # Calibrated by the same fits, which knew none of the fold's patients.
    assert (unchanged.change, first.seed) == ("as it is", 1)
    assert unchanged.kappa.value == pytest.approx(first.quadratic_weighted_kappa, abs=1e-4)
    text = (tmp_path / "report.md").read_text()
    assert "JPEG quality 30" in text
    assert "all CT, lateral and photographic" in text
    for name in ("report.md", "evaluation.json", "confusion-matrix.png", "reliability.svg"):
        assert (tmp_path / name).stat().st_size > 0


def test_recipes_stand_in_one_table(run: Path, small_data: Path, tmp_path: Path) -> None:
    table = tmp_path / "ablation.md"
    arguments = [str(run), "--data", str(small_data), "--out", str(table)]
    assert ablation.main(arguments) == 0
    assert "| whole |" in table.read_text()


def test_recipes_of_other_films_are_not_compared(
    run: Path, small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    rows = (run / PREDICTIONS).read_text().splitlines()
    image = rows[-1].split(",")[2]
    kept = [row for row in rows if f",{image}," not in row]
    (other / PREDICTIONS).write_text("\n".join(kept) + "\n")
    out = str(tmp_path / "t.md")
    assert ablation.main([str(run), str(other), "--data", str(small_data), "--out", out]) == 2
    assert "tests other films" in capsys.readouterr().err


def test_two_jobs_train_what_one_would(
    run: Path, small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured_again(*_: object) -> None:
        raise AssertionError("the shares have measured the gate")

    monkeypatch.setattr(gate_run, "_damaged_rows", measured_again)
    out = tmp_path / "shared"
    assert train(small_data, out, "--jobs", "2") == 0
    alone, shared = (
        [row.split(",")[:4] for row in (folder / PREDICTIONS).read_text().splitlines()]
        for folder in (run, out)
    )
    assert alone == shared
    assert Predictor.load(out / "weights" / VERSION).manifest.version == VERSION
