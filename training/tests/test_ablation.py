"""The published recipe and its steps back, beside what ships: one fold, one table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from cxr_training.ablation import AblationConfig, compared, main
from cxr_training.config import TrainConfig, load_config
from cxr_training.evaluation.predictions import read_predictions
from cxr_training.held_out import Seen
from cxr_training.out_of_fold import gather, write_predictions
from cxr_training.train import prepare

RECIPES = sorted((Path(__file__).parents[1] / "configs" / "ablation").glob("*.yaml"))
SHIPPED = {
    "version": "0.7.0",
    "main": {"frozen_blocks": 5, "size": 96},
    "split": {"folds": 3, "held_back": 0.2},
    "preprocess": {"size": 96},
}


@pytest.fixture
def arguments(small_data: Path, tmp_path: Path) -> list[str]:
    """What the command needs, with a shipped version that is always right."""
    torch.set_num_threads(1)
    shipped = tmp_path / "shipped.yaml"
    shipped.write_text(yaml.safe_dump(SHIPPED))
    _, dataset, _ = prepare(load_config(shipped, TrainConfig), small_data)
    known = [case for case in dataset.cases if case.severity is not None]
    right = np.eye(3, dtype=np.float32)[[case.label for case in known]]
    nowhere = np.zeros((len(known), 3, 1, 1), np.float32)
    seen = Seen(right, np.zeros((len(known), 6), np.float32), nowhere[:, 0], nowhere)
    write_predictions(tmp_path / "predictions.csv", known, 0, 1, seen)
    recipe = yaml.safe_load(RECIPES[-1].read_text(encoding="utf-8"))
    recipe |= {"epochs": 1, "preprocess": {**recipe["preprocess"], "size": 96}}
    for sequence in ("lstm", "none"):
        recipe["network"]["sequence"] = sequence
        if sequence == "none":
            recipe |= {"balanced": False}
            del recipe["class_weights"]
        (tmp_path / f"{sequence}.yaml").write_text(yaml.safe_dump(recipe))
    return [
        str(tmp_path / "lstm.yaml"), str(tmp_path / "none.yaml"), "--shipped", str(shipped),
        "--predictions", str(tmp_path / "predictions.csv"), "--data", str(small_data),
        "--runs", str(tmp_path / "runs"), "--out", str(tmp_path / "new" / "table.md"),
    ]  # fmt: skip


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_loads(path: Path) -> None:
    config = load_config(path, AblationConfig)
    assert config.balanced == ("balanced" in path.stem or path.stem == "published")
    assert config.network.sequence == ("none" if path.stem.endswith("cnn") else "lstm")


def test_all_are_tested_on_the_same_unseen_films(
    arguments: list[str], small_data: Path, tmp_path: Path
) -> None:
    assert main(arguments) == 0
    _, dataset, split = prepare(load_config(tmp_path / "shipped.yaml", TrainConfig), small_data)
    tested = {case.image for case in dataset.cases
              if case.severity is not None and split.fold[case.image] == 0}  # fmt: skip
    for name in ("lstm", "none"):
        assert set(read_predictions(tmp_path / "runs" / f"{name}-0.csv").images) == tested
    written = (tmp_path / "new" / "table.md").read_text("utf-8")
    rows = [line for line in written.splitlines() if "|" in line]
    assert [row.split("|")[1].strip() for row in rows[2:]] == ["lstm", "none", "0.7.0"]
    assert "1.000" in rows[-1].split("|")[2], "what is always right"
    assert f"{len(tested)} films" in written
    # What was trained is not trained again.
    before = (tmp_path / "runs" / "lstm-0.csv").stat().st_mtime_ns
    assert main(arguments) == 0
    assert (tmp_path / "runs" / "lstm-0.csv").stat().st_mtime_ns == before
    # Unless its recipe has changed.
    recipe = yaml.safe_load((tmp_path / "lstm.yaml").read_text("utf-8"))
    (tmp_path / "lstm.yaml").write_text(yaml.safe_dump(recipe | {"seed": 2}))
    assert main(arguments) == 0
    assert set(read_predictions(tmp_path / "runs" / "lstm-0.csv").seeds.tolist()) == {2}


def test_without_the_shipped_versions_predictions_nothing_is_trained(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "predictions.csv").unlink()
    assert main(arguments) == 2
    assert "predictions.csv" in capsys.readouterr().err.strip().splitlines()[-1]
    assert not (tmp_path / "runs").exists()


def test_what_does_not_fit_is_refused_before_any_training(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--fold", "9"]) == 2
    assert "--fold 9: the split has none" in capsys.readouterr().err.strip().splitlines()[-1]
    table = tmp_path / "predictions.csv"
    whole = table.read_text("utf-8")
    table.write_text(whole.replace(",0,1,", ",1,1,"))
    assert main(arguments) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert "predictions.csv: is of another split: " in said
    assert said.endswith("stands in fold 1, not in 0")
    table.write_text(whole)
    head, first, *_ = table.read_text("utf-8").splitlines(keepends=True)
    table.write_text(head + first)
    assert main(arguments) == 2
    assert "does not tell of" in capsys.readouterr().err.strip().splitlines()[-1]
    recipe = yaml.safe_load((tmp_path / "lstm.yaml").read_text("utf-8"))
    recipe["preprocess"]["high_percentile"] = 99
    (tmp_path / "lstm.yaml").write_text(yaml.safe_dump(recipe))
    assert main(arguments) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert "lstm.yaml: preprocess: is not that of" in said
    assert not (tmp_path / "runs").exists()


def test_the_readings_of_all_seeds_are_pooled(
    arguments: list[str], small_data: Path, tmp_path: Path
) -> None:
    """One seed is always right, the other always wrong, and either may stand last."""
    assert arguments
    _, dataset, split = prepare(load_config(tmp_path / "shipped.yaml", TrainConfig), small_data)
    known = [case for case in dataset.cases if case.severity is not None]
    wrong = np.eye(3, dtype=np.float32)[[(case.label + 1) % 3 for case in known]]
    nowhere = np.zeros((len(known), 3, 1, 1), np.float32)
    seen = Seen(wrong, np.zeros((len(known), 6), np.float32), nowhere[:, 0], nowhere)
    parts = [tmp_path / "predictions.csv", tmp_path / "wrong.csv"]
    write_predictions(parts[1], known, 0, 2, seen)
    said = []
    for order in (parts, parts[::-1]):
        gather(tmp_path / "both.csv", order)
        said.append(compared({"both": tmp_path / "both.csv"}, dataset, split, 0, 0))
    assert said[0] == said[1]
    assert said[0].splitlines()[-1].split("|")[2].strip().startswith("0.500")
    tested = [case for case in known if split.fold[case.image] == 0]
    assert f"{len(tested)} films of" in said[0]
