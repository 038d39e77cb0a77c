"""Students learn what teachers say of films that nobody scored."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from cxr_severity.model.artifact import WEIGHTS
from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE
from cxr_severity.model.network import SeverityNet
from cxr_severity.model.preprocess import normalise
from cxr_training import crossval
from cxr_training.backbone import BACKBONE_WEIGHTS, load_backbone
from cxr_training.bank import Augmenter, Batch, Films, VariantBank
from cxr_training.config import TrainConfig
from cxr_training.data import read_labels
from cxr_training.distil import LESSON, Unscored
from cxr_training.duplicates import perceptual_hash
from cxr_training.errors import TrainingError
from cxr_training.module import SeverityModule
from cxr_training.pretext import read_sample
from cxr_training.splits import hash_films
from cxr_training.targets import Targets
from cxr_training.train import main

BLOCKS = 6


def recipe(**distil: Any) -> TrainConfig:
    return TrainConfig.model_validate(
        {
            "version": "0.0.1",
            "frozen_blocks": BLOCKS,
            "variants": 1,
            "distil": {"batch_size": 3, "variants": 2, **distil},
            "preprocess": {"size": 64},
            "network": {"hidden_size": 8},
        }
    )


def network_of(data: Path, config: TrainConfig, seed: int = 0) -> SeverityNet:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = SeverityNet(config.network, 64)
    load_backbone(network, data / BACKBONE_WEIGHTS)
    return network.eval()


def unscored_of(data: Path, config: TrainConfig) -> Unscored:
    hashes = hash_films(read_labels(data / "severity"))
    return Unscored.open(data / "pretrain", hashes, network_of(data, config), config)


def plain_films(data: Path, config: TrainConfig) -> torch.Tensor:
    """The three COVID-19 films of the small data that are no copy of a scored film."""
    hashes = hash_films(read_labels(data / "severity"))
    sample = read_sample(data / "pretrain", 1, hashes, config.preprocess, ("covid/covid",))
    return torch.from_numpy(np.stack([film.grid for _, film in sample]))


def test_a_lesson_is_the_mean_of_what_teachers_say_of_plain_films(
    small_data: Path, tmp_path: Path
) -> None:
    config = recipe()
    teachers = [network_of(small_data, config, seed) for seed in (1, 2)]
    lesson = unscored_of(small_data, config).lesson(teachers, tmp_path / "l.npz", keep=True)
    grids = plain_films(small_data, config)
    assert len(grids) == 3
    with torch.no_grad():
        said = [teacher(normalise(grids, config.preprocess)) for teacher in teachers]
    classes = sum(one.logits.softmax(dim=1) for one in said) / 2
    zones = sum(one.zones for one in said) / 2 / HIGHEST_ZONE_SCORE
    # The frozen blocks' output is kept in half precision.
    torch.testing.assert_close(lesson.targets.classes, classes, rtol=0, atol=2e-3)
    for reader in (0, 1):
        torch.testing.assert_close(lesson.targets.zones[:, reader], zones, rtol=0, atol=2e-3)
        torch.testing.assert_close(
            lesson.targets.scores[:, reader], zones.mean(dim=1), rtol=0, atol=2e-3
        )
    assert lesson.targets.scores[:, 2:].isnan().all()  # what no teacher says, nobody is taught
    assert float(classes.std(dim=0).min()) > 1e-4  # films differ, so that a mix-up would show


def test_a_kept_lesson_is_taken_up_and_a_broken_one_named(small_data: Path, tmp_path: Path) -> None:
    config, path = recipe(), tmp_path / "lesson.npz"
    unscored = unscored_of(small_data, config)
    said = unscored.lesson([network_of(small_data, config)], path, keep=True).targets
    again = unscored.lesson([], path, keep=False).targets  # nobody is asked
    for one, other in zip((said.classes, said.zones), (again.classes, again.zones), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(TrainingError, match=r"lesson\.npz: is no lesson"):
        unscored.lesson([], path, keep=False)


def test_only_the_first_process_writes(small_data: Path, tmp_path: Path) -> None:
    config = recipe()
    teacher = network_of(small_data, config)
    unscored_of(small_data, config).lesson([teacher], tmp_path / "lesson.npz", keep=False)
    assert not list(tmp_path.iterdir())


def test_a_label_that_no_film_has_is_one_line(small_data: Path) -> None:
    with pytest.raises(TrainingError, match=r"holds no films of covid/mild"):
        unscored_of(small_data, recipe(labels=("covid/covid", "covid/mild")))


def test_only_copies_of_scored_films_are_one_line(small_data: Path) -> None:
    config, folder = recipe(), small_data / "pretrain"
    with tarfile.open(next(folder.glob("*.tar"))) as members:
        files = [members.extractfile(member) for member in members]
        hashes = np.stack([perceptual_hash(file.read()) for file in files if file])
    unscored = replace(unscored_of(small_data, config), hashes=hashes)
    with pytest.raises(TrainingError, match="all films to learn from are copies of scored ones"):
        _ = unscored.bank


def test_students_that_come_together_ask_once(
    small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, path = recipe(), tmp_path / "lesson.npz"
    together, asked, ask = Barrier(2, timeout=60), [], Unscored._ask

    def count(unscored: Unscored, teachers: Sequence[SeverityNet]) -> Targets:
        asked.append(len(teachers))
        return ask(unscored, teachers)

    monkeypatch.setattr(Unscored, "_ask", count)
    teacher = network_of(small_data, config)

    def student(_: int) -> torch.Tensor:
        unscored = unscored_of(small_data, config)
        assert len(unscored.bank.plain()) == 3
        together.wait()
        return unscored.lesson([teacher], path, keep=True).targets.classes

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(student, range(2))
    torch.testing.assert_close(one, other, rtol=0, atol=0)
    assert asked == [1]
    with np.load(path) as lesson:
        np.testing.assert_array_equal(lesson["classes"], one.numpy())


def test_a_student_sees_unscored_films_beside_its_batch(
    small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = recipe()
    network = network_of(small_data, config)
    unscored = unscored_of(small_data, config)
    lesson = unscored.lesson([network_of(small_data, config, 1)], tmp_path / "l.npz", keep=False)
    dataset = read_labels(small_data / "severity")
    films = Films(dataset.cases, torch.rand(24, 64, 64), torch.rand(24, 2, 256, 256))
    source = VariantBank(Augmenter(films, config), network, BLOCKS, 24, variants=1, seed=1)
    targets = Targets.of(films.cases, config.loss)
    module = SeverityModule(config, network, source, targets, torch.ones(3), {}, 1, lesson)
    seen: list[Batch] = []

    def note(made: Batch, *_: object) -> dict[str, torch.Tensor]:
        seen.append(made)
        return {"loss": made.maps.sum()}

    monkeypatch.setattr(module, "_losses", note)
    monkeypatch.setattr(module, "log", lambda *_, **__: None)
    module.training_step([torch.tensor([0, 1])], 0)
    (made,) = seen
    assert len(made.maps) == len(made.classes) == len(made.zones) == 2 + 3
    taught = {tuple(row) for row in lesson.targets.classes.tolist()}
    assert all(tuple(row) in taught for row in made.classes[2:].tolist())
    assert not any(tuple(row) in taught for row in made.classes[:2].tolist())
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "3")  # each with its share of both batches
    module.training_step([torch.tensor([0, 1])], 0)
    assert len(seen[1].maps) == 2 + 1


@pytest.mark.filterwarnings("ignore:The number of training batches")
def test_two_processes_train_teachers_first_and_students_of_all_of_them(
    small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, out = tmp_path / "config.yaml", tmp_path / "out"
    config.write_text(
        yaml.safe_dump(
            {
                "version": "0.0.1",
                "seeds": [1, 2],
                "epochs": 1,
                "batch_size": 8,
                "frozen_blocks": BLOCKS,
                "variants": 1,
                "distil": {"batch_size": 3, "variants": 1, "epochs": 2},
                "split": {"folds": 3, "rounds": 2},  # not every film is tested: no export
                "preprocess": {"size": 64},
                "network": {"hidden_size": 8},
            }
        )
    )
    command = ["--config", str(config), "--data", str(small_data), "--out", str(out)]
    assert main([*command, "--jobs", "2"]) == 0
    networks = {str(path.parent.relative_to(out)) for path in out.rglob(WEIGHTS)}
    assert networks == {
        f"fold-{fold}/{kind}-{seed}"
        for fold in (0, 1) for kind in ("teacher", "seed") for seed in (1, 2)
    }  # fmt: skip
    assert len({path.read_bytes() for path in out.rglob(WEIGHTS)}) == 8
    first, second = (np.load(out / f"fold-{fold}" / LESSON)["classes"] for fold in (0, 1))
    assert first.shape == second.shape == (3, 3)
    assert not np.allclose(first, second)
    before = (out / "predictions.csv").read_bytes()
    monkeypatch.setattr(crossval, "fit", _no_training)
    assert main([*command, "--resume"]) == 0
    assert (out / "predictions.csv").read_bytes() == before


def _no_training(*_: object, **__: object) -> None:
    raise AssertionError("trained")
