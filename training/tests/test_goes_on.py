"""A run goes on with the films that it began with, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from cxr_training.cases import read_cases
from cxr_training.config import TrainConfig
from cxr_training.copies import are_of
from cxr_training.errors import TrainingError
from cxr_training.films import order_sha256
from cxr_training.lesions import read_lesions
from cxr_training.run_folder import RunFolder
from cxr_training.splits import Split
from cxr_training.train import run, train_unit


def reversed_rows(data: Path) -> None:
    labels = data / "lesions" / "labels.csv"
    head, *rows = labels.read_text("utf-8").splitlines()
    labels.write_text("\n".join([head, *reversed(rows)]) + "\n", "utf-8")


def moved_box(data: Path) -> None:
    labels = data / "lesions" / "labels.csv"
    text = labels.read_text("utf-8")
    labels.write_text(text.replace("0.1 0.2 0.4 0.6", "0.1 0.2 0.5 0.6", 1), "utf-8")


def turned_mask(data: Path) -> None:
    path = data / "severity" / "masks" / "00.opacity.png"
    with Image.open(path) as mask:
        mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(path)


@pytest.fixture
def data(small_data: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_data, tmp_path / "data"))


@pytest.fixture
def begun(finished: RunFolder, tmp_path: Path) -> RunFolder:
    return RunFolder(Path(shutil.copytree(finished.root, tmp_path / "run")))


@pytest.mark.parametrize("change", [reversed_rows, moved_box, turned_mask])
def test_a_run_does_not_go_on_with_other_films(
    begun: RunFolder, config: TrainConfig, data: Path, change: Callable[[Path], None]
) -> None:
    change(data)
    with pytest.raises(TrainingError, match="is of another configuration, data or split"):
        run(config, data, begun, resume=True)
    assert begun.predictions.is_file()


def test_a_network_does_not_learn_from_copies_of_other_films(
    begun: RunFolder, config: TrainConfig, data: Path
) -> None:
    """As of one that is trained while the table of places is sorted."""
    split = Split.read(begun.split)
    cases = split.named(read_cases(data)).cases
    assert are_of(begun.copies, order_sha256(cases, read_lesions(data)))
    shutil.rmtree(begun.unit(0, 1).folder)
    reversed_rows(data)
    with pytest.raises(TrainingError, match="bank: holds copies of other films"):
        train_unit(begun, config, data, 0, 1)
    labels = data / "ralo" / "labels.csv"
    labels.write_text(labels.read_text("utf-8") + "\n", "utf-8")
    with pytest.raises(TrainingError, match="its labels were changed after"):
        train_unit(begun, config, data, 0, 1)
