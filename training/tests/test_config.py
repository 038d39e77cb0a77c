"""Every configuration in the repository loads; a wrong one says where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxr_training.config import load_config
from cxr_training.errors import TrainingError

CONFIGS = sorted((Path(__file__).parents[1] / "configs").glob("*.yaml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_configuration_loads(path: Path) -> None:
    assert load_config(path).epochs > 0


def test_there_are_configurations() -> None:
    assert CONFIGS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 1.0.0\nepoch: 3", "epoch: Extra inputs"),
        ("version: one", "version: "),
        ("epochs: 3", "version: Field required"),
        ("version: 1.0.0\naugment: {rotation: 90}", "augment.rotation: "),
        ("version: 1.0.0\nsplit: {folds: 4, validation: 2, test: 2}", "leave no fold"),
        ("version: [", "not valid YAML"),
        ("", "top level"),
    ],
)
def test_a_wrong_configuration_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(TrainingError, match=message) as caught:
        load_config(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="No such file"):
        load_config(tmp_path / "none.yaml")
