"""A recipe that reads the frames of lungs: how these are learned, and a whole run of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from small_run import MAIN, PRETEXT, SMALL, trained
from torch.nn.functional import interpolate

from cxr_severity.imaging.decode import decode
from cxr_severity.model.artifact import load_weights, read_manifest, versions
from cxr_severity.model.engine import EngineConfig
from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.reference.tensors import normalise
from cxr_training.backbone import VERSIONS, load_lower
from cxr_training.cases import read_cases
from cxr_training.config import TrainConfig
from cxr_training.config_augment import AugmentConfig, FramerConfig
from cxr_training.errors import TrainingError
from cxr_training.films import Films, load_films
from cxr_training.framing import teach_frames
from cxr_training.run_folder import RunFolder
from cxr_training.train import main

FIXED = {**PRETEXT, "frozen_blocks": 5}
FIRST = {"pretext": FIXED, "main": {**MAIN, "epochs": 1}, "across": False}
FRAMED = {
    **SMALL,
    "version": "0.7.1",
    "preprocess": {"size": 128},
    "network": {"hidden_size": 8, "channels": 8, "frame": {"side": 96, "width": 4}},
    "framer": {"steps": 3, "films": 4},
    "head": {"steps": 2, "films": 4, "copies": 2},
    "first": FIRST,
    "pretext": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def framed() -> TrainConfig:
    return TrainConfig.model_validate(FRAMED)


@pytest.fixture(scope="module")
def films(small_data: Path, framed: TrainConfig) -> Films:
    return load_films(read_cases(small_data), framed.preprocess)


@pytest.fixture(scope="module")
def whole(
    small_data: Path, framed: TrainConfig, tmp_path_factory: pytest.TempPathFactory
) -> RunFolder:
    return trained(framed, small_data, tmp_path_factory.mktemp("framed") / "run")


def test_the_lungs_of_masks_are_learned_and_nothing_else(films: Films, framed: TrainConfig) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(2)
    network = CellNet(framed.network, framed.preprocess.size)
    assert network.framer is not None
    before = {name: value.clone() for name, value in network.state_dict().items()}
    count = len(films.dataset.cases)
    members = range(count, len(films.grids))
    config = FramerConfig(steps=80, films=8, learning_rate=2e-2, augment=AugmentConfig())
    teach_frames(network, films, members, config, framed.preprocess, 1)
    changed = {
        name for name, value in network.state_dict().items() if not value.equal(before[name])
    }
    assert changed
    assert all(name.startswith("framer.") for name in changed)
    drawn = [i for i in members if films.known[i, :2].all()]
    x = normalise(films.grids[drawn].float() / 255, framed.preprocess)
    with torch.no_grad():
        found = network.framer.lungs(x).sigmoid()
    masks = interpolate(films.places[drawn, :2].float(), found.shape[2:], mode="area") > 127
    for lung in range(2):
        inside, outside = found[:, lung][masks[:, lung]], found[:, lung][~masks[:, lung]]
        assert float(inside.mean()) > float(outside.mean()) + 0.4


def test_without_masks_of_lungs_no_frame_can_be_learned(films: Films, framed: TrainConfig) -> None:
    network = CellNet(framed.network, framed.preprocess.size)
    boxes = [i for i in range(len(films.grids)) if not films.known[i, :2].all()]
    with pytest.raises(TrainingError, match="no film with a mask of both lungs"):
        teach_frames(network, films, boxes, framed.framer, framed.preprocess, 1)


def test_a_version_that_reads_frames_answers_for_the_whole_film(
    whole: RunFolder, sample_folder: Path
) -> None:
    version = whole.weights / "0.7.1"
    assert read_manifest(version).network.model_dump()["frame"] == {"side": 96, "width": 4}
    predictor = Predictor.load(version)
    assert predictor.engine == "onnxruntime"
    film = decode(next(iter(sorted(sample_folder.glob("*.png")))).read_bytes())
    found = predictor.assess(film, force=True)
    assert found.explanation is not None
    assert found.explanation.opacity is not None
    assert found.explanation.opacity.shape == (12, 12)
    other = Predictor.load(version, EngineConfig(engine="torch")).assess(film, force=True)
    assert other.probabilities == pytest.approx(found.probabilities, abs=1e-3)


def test_no_round_makes_copies_twice_where_the_first_blocks_stay(whole: RunFolder) -> None:
    assert (whole.first.copies / "finished").is_file()
    assert not whole.copies.exists()
    assert whole.places.read_bytes() == whole.first.places.read_bytes()


def test_networks_that_learn_nothing_of_a_collection_need_no_teacher(whole: RunFolder) -> None:
    assert whole.unit("without-ralo", 1).predictions.is_file()
    assert not whole.first.unit("without-ralo", 1).folder.exists()


def test_the_stem_and_the_first_blocks_may_be_a_versions(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "framed.yaml"
    config.write_text(json.dumps(FRAMED), encoding="utf-8")
    command = ["--config", str(config), "--data", str(small_data), "--out", str(tmp_path / "run")]
    assert main([*command, "--set", "start=9.9.9"]) == 2
    assert "start: " in capsys.readouterr().err
    assert main([*command, "--set", "start=1.0.0"]) == 2
    said = "start: of version 1.0.0 0 blocks have learned nothing from scores, and 5 are wanted"
    assert said in capsys.readouterr().err
    assert not (tmp_path / "run").exists(), "nothing was begun"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"first": None}, "pretext: there is no round before"),
        ({"main": {**MAIN, "size": 128}}, "main.size: is not 96"),
        ({"main": {**MAIN, "frozen_blocks": 4}}, "main.frozen_blocks: is not that of the first"),
        ({"pretext": {**PRETEXT, "frozen_blocks": 3}}, "pretext.frozen_blocks: 0, or as main"),
        ({"first": {**FIRST, "main": MAIN | {"size": 128}}}, "first.main.size: is not 96"),
        ({"first": {**FIRST, "pretext": {**FIXED, "size": 128}}}, "first.pretext.size: "),
        ({"preprocess": {"size": 100}}, "preprocess.size: frames are found on films of"),
        ({"preprocess": {"size": 544}}, "preprocess.size: frames are found on films of"),
    ],
)
def test_what_does_not_fit_a_frame_is_said_at_once(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        TrainConfig.model_validate(FRAMED | changes)


def test_first_blocks_start_as_the_versions_are(framed: TrainConfig) -> None:
    folder = VERSIONS / versions(VERSIONS)[-1]
    stored = load_weights(folder, read_manifest(folder))
    network = CellNet(framed.network, framed.preprocess.size)
    digest = load_lower(network, folder, 5)
    assert load_lower(network, folder, 5) == digest
    other = CellNet(framed.network, framed.preprocess.size)
    assert load_lower(other, folder, 4) != digest
    with pytest.raises(TrainingError, match="5 blocks have learned nothing"):
        load_lower(network, folder, 6)
    state = network.state_dict()
    for name, alike in (
        ("_conv_stem.weight", True), ("_blocks.4._bn2.running_var", True),
        ("_blocks.5._expand_conv.weight", False),
    ):  # fmt: skip
        wanted = torch.from_numpy(stored[f"backbone.{name}"])
        assert state[f"backbone.{name}"].equal(wanted) is alike
