"""From labels to out-of-fold predictions: stopped, resumed, shared between processes."""

from __future__ import annotations

import csv
import errno
import json
import math
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import yaml

from cxr_severity.model.artifact import WEIGHTS, pack_weights
from cxr_severity.model.network import SeverityNet
from cxr_training import crossval
from cxr_training.backbone import BACKBONE_WEIGHTS
from cxr_training.bank import load_films
from cxr_training.config import TrainConfig
from cxr_training.crossval import cross_validate, train_network
from cxr_training.data import read_labels
from cxr_training.evaluation.explanations import read_explanations
from cxr_training.fit import CHECKPOINT, open_workshop
from cxr_training.module import SeverityModule
from cxr_training.splits import Split, hash_films, rounds, split_by_patient
from cxr_training.train import main

# A handful of films makes fewer steps than Lightning logs at.
pytestmark = pytest.mark.filterwarnings("ignore:The number of training batches")

RECIPE: dict[str, Any] = {
    "version": "0.0.7",
    "seeds": [1],
    "epochs": 1,
    "batch_size": 8,
    "ema_decay": 0.5,
    "frozen_blocks": 6,
    "variants": 2,
    "loss": {"zones": 1.0, "total": 1.0, "scores": 0.5, "lungs": 0.1},
    "split": {"folds": 3, "rounds": 2},  # not every film is tested: it ends before the export
    "preprocess": {"size": 64},
    "network": {"hidden_size": 8},
}
Row = dict[str, str]


def configure(out: Path, **recipe: object) -> Path:
    out.mkdir(exist_ok=True, parents=True)
    config = out / "config.yaml"
    config.write_text(yaml.safe_dump({**RECIPE, **recipe}))
    return config


def train(data: Path, out: Path, *more: str, **recipe: object) -> int:
    config = configure(out, **recipe)
    return main(["--config", str(config), "--data", str(data), "--out", str(out), *more])


def read(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def run(small_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "first"
    assert train(small_data, out) == 0
    return out


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    """The finished run in a folder that a test may spoil."""
    return shutil.copytree(run, tmp_path / "copy")


def no_training(*_: object, **__: object) -> None:
    raise AssertionError("trained")


@pytest.fixture(scope="module")
def cross_validated(small_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every fold tested, by two seeds."""
    out = tmp_path_factory.mktemp("cross")
    config = TrainConfig(**{**RECIPE, "seeds": (1, 2), "split": {"folds": 3, "rounds": 3}})
    dataset = read_labels(small_data / "severity")
    split = split_by_patient(dataset, config.split)
    films = load_films(dataset, config.preprocess)
    backbone = small_data / BACKBONE_WEIGHTS
    hashes = hash_films(dataset)
    workshop = open_workshop(config, dataset, hashes, split, films, backbone)
    cross_validate(workshop, rounds(dataset, split, config.split), out, resume=False)
    return out


def test_every_film_is_predicted_once_by_each_seed(cross_validated: Path, small_data: Path) -> None:
    rows = read(cross_validated / "predictions.csv")
    images = [case.image for case in read_labels(small_data / "severity").cases]
    assert Counter((row["seed"], row["image"]) for row in rows) == Counter(
        (seed, image) for seed in "12" for image in images
    )
    for row in rows:
        assert row["patient"] == f"p{Path(row['image']).stem}"
        assert all(math.isfinite(float(value)) for name, value in row.items() if "logit" in name)
        assert all(0 <= float(value) <= 3 for name, value in row.items() if "zone" in name)
    for name in ("logit_mild", "zone_C"):
        assert len({row[name] for row in rows}) > 40  # of 48: no network that answers by rote


def test_a_film_is_tested_in_its_own_fold(cross_validated: Path, small_data: Path) -> None:
    dataset = read_labels(small_data / "severity")
    config = TrainConfig(**RECIPE).split
    split = split_by_patient(dataset, config)
    for row in read(cross_validated / "predictions.csv"):
        assert split.fold[row["image"]] == int(row["fold"])


def test_films_with_an_opacity_mask_are_explained_once_by_each_seed(cross_validated: Path) -> None:
    rows = read(cross_validated / "explanations.csv")
    expected = Counter((seed, f"images/{i:02}.png") for seed in "12" for i in range(6))
    assert Counter((row["seed"], row["image"]) for row in rows) == expected
    assert all(row["hit"] in ("0", "1") for row in rows)


def test_a_run_notes_its_split_and_tests_on_it(run: Path) -> None:
    split = Split.read(run / "split.json")
    rows = read(run / "predictions.csv")
    assert {row["image"] for row in rows} == {
        image for image, fold in split.fold.items() if fold in (0, 1)
    }
    assert json.loads((run / "run.json").read_text())["data"]["split_sha256"] == split.sha256


def test_the_same_seed_gives_the_same_numbers(run: Path, small_data: Path, tmp_path: Path) -> None:
    assert train(small_data, tmp_path / "again") == 0
    assert train(small_data, tmp_path / "other", seeds=[2]) == 0
    for name in ("predictions.csv", "explanations.csv"):
        first = (run / name).read_bytes()
        assert (tmp_path / "again" / name).read_bytes() == first
        assert (tmp_path / "other" / name).read_bytes() != first


class Epochs:
    """Notes the epochs that begin, of all networks; stops when `last` have begun."""

    def __init__(self, patch: pytest.MonkeyPatch, last: int | None = None) -> None:
        self.begun: list[int] = []
        begin = SeverityModule.on_train_epoch_start

        def note(module: SeverityModule) -> None:
            begin(module)
            self.begun.append(module.current_epoch)
            if len(self.begun) == last:
                raise RuntimeError("power cut")

        patch.setattr(SeverityModule, "on_train_epoch_start", note)


def stop_in(epoch: int, data: Path, out: Path, **recipe: object) -> None:
    with pytest.MonkeyPatch.context() as patch:
        Epochs(patch, last=epoch)
        with pytest.raises(RuntimeError, match="power cut"):
            train(data, out, **recipe)


def same_tables(one: Path, other: Path) -> bool:
    names = ("predictions.csv", "explanations.csv")
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)


def test_a_stopped_run_ends_as_if_it_had_not_stopped(
    small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the second network's second epoch; the first network is not trained again."""
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert train(small_data, whole, epochs=2) == 0
    stop_in(4, small_data, out, epochs=2)
    assert (out / "fold-0" / "seed-1" / WEIGHTS).is_file()
    assert (out / "fold-1" / "seed-1" / CHECKPOINT).is_file()
    assert not (out / "predictions.csv").exists()
    epochs = Epochs(monkeypatch)
    assert train(small_data, out, "--resume", epochs=2) == 0
    assert epochs.begun == [1]
    assert same_tables(out, whole)


def test_so_does_one_that_trains_every_block(small_data: Path, tmp_path: Path) -> None:
    """Augmentation is drawn anew in each epoch, by nobody else's numbers."""
    recipe: dict[str, Any] = {
        "epochs": 2, "frozen_blocks": 0, "variants": 0, "split": {"folds": 3, "rounds": 1}
    }  # fmt: skip
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert train(small_data, whole, **recipe) == 0
    stop_in(2, small_data, out, **recipe)
    assert train(small_data, out, "--resume", **recipe) == 0
    assert same_tables(out, whole)


def test_a_run_stopped_after_its_last_epoch_is_not_trained_further(
    small_data: Path, tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """The checkpoint is whole, the finished network not yet written."""

    def full_disk(_: object) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device", "weights")

    with monkeypatch.context() as patch:
        patch.setattr(crossval, "pack_weights", full_disk)
        assert train(small_data, tmp_path) == 2
    assert one_line(capsys) == ["cxr-train: weights: No space left on device"]
    epochs = Epochs(monkeypatch)
    assert train(small_data, tmp_path, "--resume") == 0
    assert epochs.begun == [0]  # of the second fold alone
    assert same_tables(tmp_path, run)


def test_a_finished_run_is_not_trained_again(
    run: Path, copy: Path, small_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crossval, "fit", no_training)
    (copy / "predictions.csv").unlink()
    assert train(small_data, copy, "--resume") == 0
    assert (copy / "predictions.csv").read_bytes() == (run / "predictions.csv").read_bytes()
    assert not list(copy.rglob(CHECKPOINT))


@pytest.mark.parametrize(
    "change",
    [{"seeds": [5]}, {"split": {**RECIPE["split"], "seed": 5}}, {"epochs": 3}],
    ids=["seed", "split", "epochs"],
)
def test_a_run_does_not_go_on_as_another_one(
    copy: Path,
    small_data: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, object],
) -> None:
    """On another split it would be tested on patients that it was trained on."""
    monkeypatch.setattr(crossval, "fit", no_training)
    names = ("split.json", "run.json", "predictions.csv")
    before = [(copy / name).read_bytes() for name in names]
    assert train(small_data, copy, "--resume", **change) == 2
    (line,) = one_line(capsys)
    assert "of another configuration, data or split" in line
    assert [(copy / name).read_bytes() for name in names] == before


def test_a_new_run_takes_nothing_of_a_former_one(
    copy: Path, small_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped and resumed, it would take the former's networks for its own."""

    def power_cut(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    assert list(copy.rglob(WEIGHTS))
    monkeypatch.setattr(crossval, "fit", power_cut)
    with pytest.raises(RuntimeError, match="power cut"):
        train(small_data, copy, seeds=[5])
    assert not list(copy.rglob(WEIGHTS))
    assert not (copy / "predictions.csv").exists()


def one_line(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the program says, without progress bars."""
    return [line for line in capsys.readouterr().err.splitlines() if line.startswith("cxr-train: ")]


def data_with(small_data: Path, folder: Path, **files: bytes | None) -> Path:
    """A copy of the data with `labels`, `image` or `backbone` replaced (None: missing)."""
    places = {
        "labels": Path("severity", "labels.csv"),
        "image": Path("severity", "images", "07.png"),
        "backbone": BACKBONE_WEIGHTS,
    }
    shutil.copytree(small_data, folder)
    for name, content in files.items():
        (folder / places[name]).unlink()
        if content is not None:
            (folder / places[name]).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("files", "recipe", "message"),
    [
        ({}, {"unknown_key": 1}, r"config\.yaml: unknown_key: Extra inputs"),
        ({}, {"network": {"hidden_size": 512}}, "cannot be exported"),
        ({}, {"split": {"folds": 30, "rounds": 2}}, "24 patients do not fill 30 folds"),
        ({}, {"split": {"folds": 10, "rounds": 2}}, "do not fill 10 folds"),
        ({"labels": None}, {}, r"labels\.csv: No such file"),
        ({"image": None}, {}, r"labels\.csv:9: image 'images/07\.png' is not there"),
        ({"image": b"\x89PNG\r\n\x1a\nxx"}, {}, r"images/07\.png: "),
        ({"backbone": None}, {}, r"imagenet\.npz: the backbone's weights cannot be read"),
        ({"backbone": b"PK"}, {}, r"imagenet\.npz: the backbone's weights cannot be read"),
    ],
    ids=["key", "size", "patients", "classes", "labels", "image", "damaged", "backbone", "npz"],
)
def test_what_cannot_start_says_so_in_one_line(
    small_data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, bytes | None],
    recipe: dict[str, object],
    message: str,
) -> None:
    monkeypatch.setattr(crossval, "fit", no_training)
    data = data_with(small_data, tmp_path / "data", **files) if files else small_data
    assert train(data, tmp_path / "out", **recipe) == 2
    (line,) = one_line(capsys)
    assert re.search(message, line)
    assert not list((tmp_path / "out").rglob(WEIGHTS))


def test_jobs_that_cannot_start_keep_a_former_run(
    copy: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert train(tmp_path / "nowhere", copy, "--jobs", "2") == 2
    assert "nowhere/severity/labels.csv: No such file" in capfd.readouterr().err
    after = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert after == before


def test_an_output_that_is_a_file_is_one_line(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, config = tmp_path / "out", configure(tmp_path)
    out.touch()
    arguments = ["--config", str(config), "--data", str(small_data), "--out", str(out)]
    assert main(arguments) == 2
    assert one_line(capsys) == [f"cxr-train: {out}: File exists"]


def without(small_data: Path, folder: Path, column: str) -> Path:
    """A copy of the data in which no film has a mask of this kind."""
    shutil.copytree(small_data, folder)
    path = folder / "severity" / "labels.csv"
    rows = read(path)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, column: ""} for row in rows)
    return folder


def test_data_that_the_gate_cannot_do_with_are_refused_first(
    small_data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It comes after all networks: hours later."""
    monkeypatch.setattr(crossval, "fit", no_training)
    no_lungs = without(small_data, tmp_path / "lungs", "lung_mask")
    no_lateral = shutil.copytree(small_data, tmp_path / "lateral")
    for path in (no_lateral / "ood").glob("lateral-*"):
        path.unlink()
    broken = shutil.copytree(small_data, tmp_path / "broken")
    (broken / "ood" / "ct-1.jpg").write_bytes(b"no image")
    for data, message in (
        (no_lungs, "no film that round 0 trains on has a lung mask"),
        (no_lateral, r"ood: holds no lateral-\*\.jpg or \.png, images of kind 'lateral'"),
        (broken, r"ood/ct-1\.jpg: "),
    ):
        out = tmp_path / "out"
        assert train(data, out, split={"folds": 3, "rounds": 3}) == 2
        (line,) = one_line(capsys)
        assert re.search(message, line)
        assert not (out / "run.json").exists()


def test_without_opacity_masks_no_heatmap_is_measured(small_data: Path, tmp_path: Path) -> None:
    data = without(small_data, tmp_path / "data", "opacity_mask")
    recipe = {"split": {"folds": 3, "rounds": 1}}
    assert train(data, tmp_path / "out", **recipe) == 0
    assert not read_explanations(tmp_path / "out" / "explanations.csv").images


def test_a_network_is_read_back_as_it_was_trained(tmp_path: Path) -> None:
    """TensorFlow's padding depends on the size of the image."""
    config = TrainConfig.model_validate(
        {**RECIPE, "preprocess": {"size": 48}, "network": {"hidden_size": 8,
                                                           "padding": "tensorflow"}}
    )  # fmt: skip
    trained = SeverityNet(config.network, 48).eval()
    (tmp_path / "seed-1").mkdir()
    (tmp_path / "seed-1" / WEIGHTS).write_bytes(pack_weights(trained))
    workshop: Any = SimpleNamespace(config=config, unscored=None)
    network = train_network(workshop, (), 1, tmp_path, resume=True)
    x = torch.rand(1, 3, 48, 48)
    with torch.no_grad():
        found, expected = network.features(x), trained.features(x)
    torch.testing.assert_close(found, expected, rtol=0.05, atol=0.01)  # stored in half precision


def test_two_processes_train_together(small_data: Path, tmp_path: Path) -> None:
    """As on a machine with two GPUs, here on the CPU; one of them writes."""
    config = configure(tmp_path, batch_size=4)
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
        "-m", "cxr_training.train", "--config", str(config), "--data", str(small_data),
        "--out", str(tmp_path),
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    tested = {image for image, fold in Split.read(tmp_path / "split.json").fold.items() if fold < 2}
    rows = read(tmp_path / "predictions.csv")
    assert Counter(row["image"] for row in rows) == Counter(tested)
    assert len(list(tmp_path.glob(f"fold-*/seed-*/{WEIGHTS}"))) == 2
    assert not list(tmp_path.rglob("*.partial"))
    assert not list(tmp_path.rglob(CHECKPOINT))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("frozen", [0, 6])
def test_a_gpu_trains_too(small_data: Path, tmp_path: Path, frozen: int) -> None:
    loss = {"zones": 1.0, "total": 1.0, "scores": 0.5, "lungs": 0.1, "opacities": 0.1}
    recipe = {"frozen_blocks": frozen, "variants": min(2, frozen), "loss": loss}
    assert train(small_data, tmp_path, precision="bf16-mixed", **recipe) == 0
    for row in read(tmp_path / "predictions.csv"):
        assert all(math.isfinite(float(value)) for name, value in row.items() if "logit" in name)
