"""Every configuration in the repository loads; a wrong one says where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxr_training.config import PretrainConfig, TrainConfig, load_config
from cxr_training.errors import TrainingError

CONFIGS = sorted((Path(__file__).parents[1] / "configs").rglob("*.yaml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_configuration_loads(path: Path) -> None:
    if path.stem.startswith("pretrain"):
        assert load_config(path, PretrainConfig).size % 32 == 0
    else:
        assert load_config(path, TrainConfig).preprocess.size % 32 == 0


def test_there_are_configurations_of_both_kinds() -> None:
    assert {path.stem.startswith("pretrain") for path in CONFIGS} == {True, False}


def test_versions_of_configurations_differ() -> None:
    """Two recipes that export one version would overwrite each other."""
    recipes = [path for path in CONFIGS if not path.stem.startswith("pretrain")]
    versions = [load_config(path, TrainConfig).version for path in recipes]
    assert len(set(versions)) == len(versions)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epoch: 3\nversion: 1.0.0", "epoch: Extra inputs"),
        ("version: one", "version: "),
        ("epochs: 3", "version: Field required"),
        ("version: 1.0.0\nseeds: []", "seeds: "),
        ("version: 1.0.0\naugment: {rotation: 90}", "augment.rotation: "),
        ("version: 1.0.0\naugment: {noisy: [sever]}", "augment.noisy.0: "),
        ("version: 1.0.0\nloss: {grade_certainty: 0.4}", "loss.grade_certainty: "),
        ("version: 1.0.0\nloss: {class_weights: [1, 2]}", "loss.class_weights"),
        ("version: 1.0.0\nfrozen_blocks: 6", "frozen_blocks and variants come together"),
        ("version: 1.0.0\nvariants: 6", "frozen_blocks and variants come together"),
        (
            "version: 1.0.0\nsplit: {folds: 4, validation: 2, test: 2, rounds: 1}",
            "split: .*leave no fold for training",
        ),
        (
            "version: 1.0.0\nsplit: {folds: 20, test: 3, rounds: 7}",
            "split: .*more rounds than there are folds",
        ),
        ("version: [", "not valid YAML"),
        ("version: \xe4", "not valid YAML"),
        ("", "top level"),
    ],
)
def test_a_wrong_configuration_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(TrainingError, match=message) as caught:
        load_config(path, TrainConfig)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_the_last_round_may_test_on_the_last_fold(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("version: 1.0.0\nsplit: {folds: 20, test: 3, validation: 3, rounds: 6}")
    assert load_config(path, TrainConfig).split.rounds == 6


def test_a_recipe_is_no_pretraining(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("version: 1.0.0")
    with pytest.raises(TrainingError, match="version: Extra inputs"):
        load_config(path, PretrainConfig)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"none\.yaml: No such file"):
        load_config(tmp_path / "none.yaml", TrainConfig)


def test_a_key_can_be_changed_from_outside(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("version: 1.0.0\nloss: {zones: 1}")
    config = load_config(path, TrainConfig, ["loss.zones=2", "network.hidden_size=64", "seeds=[7]"])
    assert (config.loss.zones, config.network.hidden_size, config.seeds) == (2, 64, (7,))
    for wrong in ("loss.zones", "version.x=1"):
        with pytest.raises(TrainingError, match="is not like"):
            load_config(path, TrainConfig, [wrong])
    with pytest.raises(TrainingError, match=r"loss\.zonen: Extra inputs"):
        load_config(path, TrainConfig, ["loss.zonen=2"])
