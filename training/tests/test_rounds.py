"""Two rounds of training: what the first one's networks read is what the second one's learn."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from safetensors.torch import load as load_tensors

from cxr_severity.model.reference.tensors import normalise
from cxr_training.config import TrainConfig
from cxr_training.learn import Lesson
from cxr_training.lesions import Lesion, load_lesions, read_lesions
from cxr_training.networks import load_network
from cxr_training.readings import read_readings
from cxr_training.run_folder import RunFolder
from cxr_training.splits import Split
from cxr_training.targets import Targets
from cxr_training.train import planned, train_unit


def test_the_card_says_that_a_first_round_read_films_for_it(finished: RunFolder) -> None:
    card = (finished.weights / "0.7.0" / "model-card.md").read_text(encoding="utf-8")
    assert "a first round of networks" in card


def test_the_first_rounds_networks_read_what_nobody_scored(
    finished: RunFolder, config: TrainConfig, small_data: Path
) -> None:
    lesions, split = read_lesions(small_data), Split.read(finished.split)
    unused = {*split.held_back, *split.copies}
    learned = [i for i, one in enumerate(lesions) if one.file not in unused]
    assert 0 < len(learned) < len(lesions)
    first = config.of_first()
    assert first is not None
    assert Split.read(finished.first.split) == split
    for unit in planned(first):
        said = read_readings(finished.first.unit(*unit).readings, lesions)
        read = ~said.total.isnan().squeeze(1)
        assert read.nonzero().squeeze(1).tolist() == learned, "what is held back is not read"
    network = load_network(config, finished.first.unit(1, 1).weights)
    said = read_readings(finished.first.unit(1, 1).readings, lesions)
    one = lesions[learned[0]]
    _, grid, _ = next(load_lesions(small_data, (one,), first.preprocess))
    assert grid.shape == (96, 96), "as its courses saw films, and not as what ships does"
    with torch.no_grad():
        image = normalise(torch.from_numpy(grid)[None], first.preprocess)
        output = network.read(network.features(image))
    row = learned[0]
    torch.testing.assert_close(said.classes[row], output.logits[0].softmax(0), atol=1e-4, rtol=0)
    torch.testing.assert_close(said.zones[row, 0] * 3, output.zones[0], atol=1e-4, rtol=0)
    torch.testing.assert_close(said.total[row] * 18, output.zones.sum(1), atol=1e-3, rtol=0)
    torch.testing.assert_close(
        said.halves[row, 1] * 9, output.zones[0, 3:].sum(), atol=1e-3, rtol=0
    )
    assert said.zones[row, 1].isnan().all(), "there is no second reader"


def test_a_fold_learns_the_readings_of_the_network_that_had_not_seen_its_films(
    finished: RunFolder, config: TrainConfig, small_data: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = RunFolder(tmp_path / "run")
    shutil.copytree(finished.root, folder.root)
    shutil.rmtree(folder.unit(2, 1).folder)
    asked = []

    def seen(path: Path, lesions: Sequence[Lesion]) -> Targets:
        asked.append(path)
        return read_readings(path, lesions)

    class StoppedError(Exception):
        """Before any step."""

    def stopped(student: object, lesson: Lesson, *rest: object) -> None:
        assert len(lesson.targets.total) == len(lesson.weight) > lesson.scored
        raise StoppedError

    monkeypatch.setattr("cxr_training.train.read_readings", seen)
    monkeypatch.setattr("cxr_training.train.learn", stopped)
    with pytest.raises(StoppedError):
        train_unit(folder, config, small_data, 2, 1)
    assert asked == [folder.root / "first" / "fold-2" / "seed-1" / "readings.npz"]


def test_the_second_pretext_goes_on_from_the_first(finished: RunFolder) -> None:
    first, second = (load_tensors(f.places.read_bytes()) for f in (finished.first, finished))
    apart = [float((first[k].float() - second[k].float()).abs().max()) for k in first]
    assert max(apart) > 0
    # Two small steps: far nearer to the first than two networks from one start with other draws.
    weights = [k for k in first if k.endswith("_conv_head.weight")]
    assert weights
    for name in weights:
        torch.testing.assert_close(first[name].float(), second[name].float(), atol=0.02, rtol=0)
