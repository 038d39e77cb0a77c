"""Every configuration in the repository loads; a wrong one says where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxr_severity.model.artifact import versions
from cxr_training.backbone import VERSIONS
from cxr_training.config import TrainConfig, load_config
from cxr_training.copies import STRIDE
from cxr_training.errors import TrainingError

FOLDER = Path(__file__).parents[1] / "configs"
CONFIGS = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_configuration_loads(path: Path) -> None:
    config = load_config(path, TrainConfig)
    courses = [config.pretext, config.main]
    if config.first:
        courses += [config.first.pretext, config.first.main]
    assert all(each.size % 32 == 0 for each in courses if each)
    read = config.network.side(config.preprocess.size)
    assert read % STRIDE == 0, "whole cells"


def test_there_is_the_one_that_ships() -> None:
    newest = versions(VERSIONS)[-1]
    assert load_config(FOLDER / f"v{newest}.yaml", TrainConfig).version == newest


def test_versions_of_configurations_differ() -> None:
    """Two recipes that export one version would overwrite each other."""
    versions = [load_config(path, TrainConfig).version for path in CONFIGS]
    assert len(set(versions)) == len(versions)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epoch: 3\nversion: 1.0.0", "epoch: there is no such key"),
        ("version: one", "version: "),
        ("seeds: [1]", "version: Field required"),
        ("version: 1.0.0\nseeds: []", "seeds: "),
        ("version: 1.0.0\naugment: {rotation: 90}", "augment.rotation: "),
        ("version: 1.0.0\nwithout: [brixia]", "without.0: "),
        ("version: 1.0.0\nmain: {frozen_blocks: 0}", "main.frozen_blocks"),
        (
            "version: 1.0.0\nmain: {frozen_blocks: 5, size: 192}\nhead: {copies: 2}",
            "head.copies: are of 192 pixels",
        ),
        ("version: 1.0.0\npretext: {severity: 1}", "the pretext holds no scored film"),
        ("version: 1.0.0\nfirst: {pretext: {ralo: 1}, main: {frozen_blocks: 5}}", "no scored film"),
        (
            "version: 1.0.0\nfirst: {pretext: {severity: 0, ralo: 0}, main: {frozen_blocks: 0}}",
            "main.frozen_blocks",
        ),
        ("version: 1.0.0\nsplit: {folds: 2}", "split.folds: "),
        ("- version", "top level: "),
        ("version: [", "not valid YAML"),
    ],
)
def test_a_wrong_configuration_says_where(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    with pytest.raises(TrainingError) as caught:
        load_config(path, TrainConfig)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_key_can_be_changed_from_outside() -> None:
    config = load_config(CONFIGS[0], TrainConfig, ["loss.zones=2", "seeds=[4, 5]"])
    assert config.loss.zones == 2
    assert config.seeds == (4, 5)
    with pytest.raises(TrainingError, match="is not like"):
        load_config(CONFIGS[0], TrainConfig, ["loss.zones"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("los.zones=2", "--set los.zones=2: los: there is no such key"),
        ("main.steps=two", "--set main.steps=two: main.steps: "),
        ("seeds=[]", "--set seeds=[]: seeds: "),
        ("seeds=[", "--set seeds=[: not valid YAML"),
        ("=2", "'=2' is not like loss.zones=2"),
        ("version.major=2", "'version.major=2' is not like loss.zones=2"),
        ("preprocess.size=16", "preprocess.size: "),
    ],
)
def test_a_wrong_change_is_told_and_no_key_of_the_file(change: str, message: str) -> None:
    with pytest.raises(TrainingError) as caught:
        load_config(CONFIGS[0], TrainConfig, ["seeds=[1]", change])
    assert message in str(caught.value)
    assert "top level" not in str(caught.value)
    assert "\n" not in str(caught.value)
