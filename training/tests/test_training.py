"""A whole small run: places, copies, folds, gate, export; stopped, resumed, and refused."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from safetensors.torch import load as load_tensors
from small_run import SMALL

from cxr_severity.imaging.decode import decode
from cxr_severity.model.artifact import read_manifest
from cxr_severity.model.drift import Histogram, Statistic
from cxr_severity.model.predictor import Predictor
from cxr_training.cases import read_cases
from cxr_training.config import TrainConfig
from cxr_training.drift import main as add_drift
from cxr_training.errors import TrainingError
from cxr_training.evaluation.predictions import read_predictions
from cxr_training.films import load_films
from cxr_training.run_folder import RunFolder
from cxr_training.splits import Split, make_split
from cxr_training.train import main, planned, prepare, run, train_unit
from cxr_training.whole_file import write_whole


def test_every_film_is_tested_once_by_a_network_that_had_not_seen_its_patient(
    finished: RunFolder,
) -> None:
    predictions = read_predictions(finished.predictions)
    split = Split.read(finished.split)
    assert sorted(predictions.images) == sorted(split.fold)
    told = {image: int(fold) for image, fold in
            zip(predictions.images, predictions.folds, strict=True)}  # fmt: skip
    assert told == split.fold


def test_no_film_is_learned_in_one_guise_and_tested_in_another(finished: RunFolder) -> None:
    split = Split.read(finished.split)
    assert "masks/0.jpg" in split.copies, "the copy of a severity film"
    assert not set(split.copies) & set(split.held_back)


def test_the_version_answers_as_any_other(finished: RunFolder, sample_folder: Path) -> None:
    predictor = Predictor.load(finished.weights / "0.7.0")
    film = decode(next(iter(sorted(sample_folder.glob("*.png")))).read_bytes())
    found = predictor.assess(film, force=True)
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert found.brixia.interval is not None
    low, high = found.brixia.interval
    assert 0 <= low <= found.brixia.total <= high <= 18
    assert found.explanation is not None
    assert found.explanation.target == "burden"
    assert found.explanation.opacity is not None
    assert found.explanation.opacity.shape == (7, 7)
    assert (
        0 <= float(found.explanation.opacity.min()) <= float(found.explanation.opacity.max()) <= 1
    )
    for target in ("mild", "severe", "predicted"):
        other = predictor.assess(film, target=target, force=True).explanation
        assert other is not None
        assert other.target in ("mild", "moderate", "severe")


def test_the_version_tells_what_its_films_were_like(
    finished: RunFolder, small_data: Path, tmp_path: Path
) -> None:
    version = finished.weights / "0.7.0"
    written = read_manifest(version).drift
    assert written is not None
    totals = read_predictions(finished.predictions).totals
    assert written.statistics["total"] == Histogram.of(totals)
    assert set(written.statistics) == set(get_args(Statistic))
    assert len({one.films for one in written.statistics.values()}) == 1
    # By hand, to a version that does not tell it, the same is added.
    copy = shutil.copytree(version, tmp_path / "0.7.0")
    bare = read_manifest(copy).model_copy(update={"drift": None})
    (copy / "manifest.json").write_text(bare.model_dump_json())
    table = str(finished.predictions)
    assert add_drift([str(copy), "--data", str(small_data), "--predictions", table]) == 0
    assert read_manifest(copy).drift == written
    assert add_drift([str(tmp_path), "--data", str(small_data), "--predictions", table]) == 2


def test_across_hospitals_each_collection_is_left_out_once(
    finished: RunFolder, config: TrainConfig
) -> None:
    assert ("without-ralo", 1) in planned(config)
    for name in ("ralo", "severity"):
        rows = read_predictions(finished.unit(f"without-{name}", 1).predictions)
        assert {image.split("/")[0] for image in rows.images} == {name}


def test_a_finished_network_is_not_trained_again(
    finished: RunFolder, config: TrainConfig, small_data: Path
) -> None:
    unit = finished.unit(0, 1)
    before = unit.weights.stat().st_mtime_ns
    unit.predictions.unlink()
    train_unit(finished, config, small_data, 0, 1)
    assert unit.weights.stat().st_mtime_ns == before
    assert unit.predictions.is_file(), "what was missing is made"


def test_a_network_cut_short_goes_on_from_its_last_epoch(
    finished: RunFolder, config: TrainConfig, small_data: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = RunFolder(tmp_path / "run")
    shutil.copytree(finished.root, folder.root)
    shutil.rmtree(folder.unit(1, 1).folder)
    import cxr_training.learn as loop

    save, saved = loop._save, []

    def killed(*arguments: object) -> None:
        saved.append(1)
        if len(saved) == 2:  # the second epoch is logged, and not kept
            raise KeyboardInterrupt
        save(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "_save", killed)
    with pytest.raises(KeyboardInterrupt):
        train_unit(folder, config, small_data, 1, 1)
    assert folder.unit(1, 1).checkpoint.is_file()
    train_unit(folder, config, small_data, 1, 1)
    whole, resumed = (load_tensors(f.unit(1, 1).weights.read_bytes()) for f in (finished, folder))
    assert whole.keys() == resumed.keys()
    log = folder.unit(1, 1).folder / "last.jsonl"
    assert [line.split(",")[0] for line in log.read_text("utf-8").splitlines()] == [
        '{"epoch": 1', '{"epoch": 2',
    ], "the first epoch is not trained again, and each is logged once"  # fmt: skip
    for name, value in whole.items():
        torch.testing.assert_close(resumed[name], value, rtol=0, atol=0, msg=name)


def test_a_seed_gives_the_same_network_whatever_was_drawn_before(
    finished: RunFolder, config: TrainConfig, small_data: Path, tmp_path: Path
) -> None:
    found = []
    for before in (7, 8):
        folder = RunFolder(tmp_path / str(before))
        shutil.copytree(finished.root, folder.root)
        shutil.rmtree(folder.unit(1, 1).folder)
        torch.manual_seed(before)
        train_unit(folder, config, small_data, 1, 1)
        found.append(folder.unit(1, 1).weights.read_bytes())
    assert found[0] == found[1] == finished.unit(1, 1).weights.read_bytes()


@pytest.mark.parametrize("kept", range(4))
def test_what_is_left_of_a_run_is_never_taken_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """A kill while a former run is removed leaves its name on whatever is left of it."""
    folder = RunFolder(tmp_path / "run")
    folder.claim({"recipe": "first"}, resume=False)
    for fold in range(3):
        write_whole(folder.unit(fold, 1).weights, b"of the first recipe")
    remove = shutil.rmtree
    removed: list[Path] = []

    def cut_short(path: Path) -> None:
        if len(removed) == kept:
            raise KeyboardInterrupt
        removed.append(path)
        remove(path)

    monkeypatch.setattr(shutil, "rmtree", cut_short)
    with suppress(KeyboardInterrupt):
        folder.claim({"recipe": "second"}, resume=False)
    monkeypatch.setattr(shutil, "rmtree", remove)
    folder.claim({"recipe": "second"}, resume=False)
    assert [path.name for path in folder.root.iterdir()] == ["run.json"]


def test_another_recipe_does_not_take_up_a_runs_folder(
    finished: RunFolder, config: TrainConfig, small_data: Path
) -> None:
    other = config.model_copy(update={"seeds": (2,)})
    with pytest.raises(TrainingError, match="is of another configuration"):
        run(other, small_data, finished, resume=True)
    assert finished.predictions.is_file()


def test_the_same_seed_gives_the_same_split(small_data: Path, config: TrainConfig) -> None:
    _, _, one = prepare(config, small_data)
    _, _, two = prepare(config, small_data)
    assert one == two


def test_a_patient_under_two_names_has_one_from_the_split_on(
    small_data: Path, config: TrainConfig, tmp_path: Path
) -> None:
    _, dataset, split = prepare(config, small_data)
    first, second = (case.image for case in dataset.cases[:2])
    names = {**split.patients, first: "one", second: "one"}
    split.model_copy(update={"patients": names}).write(tmp_path / "split.json")
    found = Split.read(tmp_path / "split.json").named(read_cases(small_data))
    assert [case.patient for case in found.cases] == [
        "one", "one", *(case.patient for case in dataset.cases[2:]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "key", ["seed", "labels_sha256", "fold", "held_back", "copies", "patients"]
)
def test_a_split_that_was_changed_by_hand_is_none(
    small_data: Path, config: TrainConfig, tmp_path: Path, key: str
) -> None:
    _, _, split = prepare(config, small_data)
    path = tmp_path / "split.json"
    split.write(path)
    content = json.loads(path.read_text())
    content |= {
        key: {
            "seed": split.seed + 1,
            "labels_sha256": "0" * 64,
            "fold": dict.fromkeys(split.fold, 0),
            "held_back": [],
            "copies": ["another"],
            "patients": dict.fromkeys(split.patients, "one"),
        }[key]
    }
    path.write_text(json.dumps(content))
    with pytest.raises(TrainingError, match="was changed after it was written"):
        Split.read(path)


def test_what_looks_like_a_film_that_is_held_back_is_not_learned_either(
    small_data: Path, config: TrainConfig
) -> None:
    films, dataset, split = prepare(config, small_data)
    files = [lesion.file for lesion in films.lesions]
    first = len(dataset.cases)
    held = files.index(split.held_back[0])
    learned = next(
        k for k, file in enumerate(files) if file not in {*split.held_back, *split.copies}
    )
    hashes = films.hashes.copy()
    hashes[first + learned] = hashes[first + held]
    found = make_split(dataset, films.lesions, hashes, config.split)
    assert found.held_back == split.held_back
    assert set(found.copies) == {*split.copies, files[learned]}


def test_masks_are_split_into_right_and_left_and_copies_lend_theirs(
    small_data: Path, config: TrainConfig
) -> None:
    from cxr_training.cases import read_cases

    films = load_films(read_cases(small_data), config.preprocess)
    first = films.places[0].float().numpy() / 255
    columns = np.arange(first.shape[2])
    centres = [float((first[k].sum(axis=0) * columns).sum() / first[k].sum()) for k in (0, 1)]
    assert centres[0] < first.shape[2] / 2 < centres[1]
    assert not (first[0] * first[1]).any()
    assert films.known[0].all()


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("ralo/labels.csv", "ralo/labels.csv"),
        ("lesions/labels.csv", "lesions/labels.csv"),
        ("severity/images/03.png", "03.png"),
        ("pretrain/films-00.tar", "tar"),
    ],
)
def test_what_is_missing_is_said_in_a_line_before_any_training(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], broken: str, message: str
) -> None:
    import yaml

    data = tmp_path / "data"
    shutil.copytree(small_data, data)
    (data / broken).unlink()
    recipe = tmp_path / "small.yaml"
    recipe.write_text(yaml.safe_dump(SMALL))
    out = tmp_path / "run"
    assert main(["--config", str(recipe), "--data", str(data), "--out", str(out)]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert message in said
    assert not (out / "first").exists()
    assert not (out / "pretext").exists()
