"""Pretraining leaves out what will be tested on and hands on a backbone."""

from __future__ import annotations

import errno
import io
import re
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from numpy.typing import NDArray

from cxr_severity.imaging.decode import decode
from cxr_severity.model.network import NetworkConfig, SeverityNet
from cxr_severity.model.preprocess import PreprocessConfig, to_grid
from cxr_training import pretrain as pretrain_module
from cxr_training.backbone import load_backbone
from cxr_training.config import PretrainConfig
from cxr_training.duplicates import BITS, perceptual_hash
from cxr_training.errors import TrainingError
from cxr_training.pretext import (
    ADULTS,
    CHILDREN,
    NOT_OF_THIS_HEAD,
    Film,
    read_pretext,
    read_sample,
)
from cxr_training.pretrain import PretextModule, _masked, main

pytestmark = pytest.mark.filterwarnings("ignore:The number of training batches")

RECIPE = {"size": 64, "epochs": 1, "batch_size": 4}
NOTHING = np.zeros((0, BITS), dtype=np.bool_)


@pytest.fixture
def pretext(small_data: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return shutil.copytree(small_data / "pretrain", tmp_path / "pretrain")


def members(folder: Path) -> dict[str, bytes]:
    with tarfile.open(folder / "films-00.tar") as archive:
        files = {member.name: archive.extractfile(member) for member in archive}
        return {name: file.read() for name, file in files.items() if file}


def pack(folder: Path, name: str, files: dict[str, bytes]) -> None:
    with tarfile.open(folder / name, "w") as archive:
        for file, content in files.items():
            member = tarfile.TarInfo(file)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def relabel(folder: Path, old: str, new: str) -> None:
    path = folder / "labels.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def hashes(folder: Path) -> NDArray[np.bool_]:
    images = sorted((folder / "severity" / "images").iterdir())
    return np.stack([perceptual_hash(path.read_bytes()) for path in images])


def test_each_film_has_the_label_of_one_head(pretext: Path) -> None:
    read = read_pretext(pretext, NOTHING)
    expected = {
        "covid": (ADULTS.index("covid/covid"), NOT_OF_THIS_HEAD),
        "normal": (ADULTS.index("normal/normal"), NOT_OF_THIS_HEAD),
        "paediatric": (NOT_OF_THIS_HEAD, None),
    }
    files = members(pretext)
    assert read.grids.shape == (len(files), 224, 224)
    assert read.grids.dtype == torch.uint8
    config = PreprocessConfig(size=224)
    for i, (name, data) in enumerate(files.items()):
        adult, child = expected[name.split("/")[0]]
        assert int(read.adult[i]) == adult
        assert child is None or int(read.child[i]) == child
        grid = torch.from_numpy(to_grid(decode(data), config))
        assert (read.grids[i].float() / 255 - grid).abs().max() <= 0.5 / 255 + 1e-6
    children = [name for name in files if name.startswith("paediatric")]
    labels = [int(label) for label in read.child if label >= 0]
    # The fixture's order: normal, bacterial, viral, in turn.
    turn = [CHILDREN.index(f"paediatric/{kind}") for kind in ("normal", "bacterial", "viral")]
    assert labels == [turn[i % 3] for i in range(len(children))]


def test_copies_of_severity_films_are_left_out(small_data: Path, pretext: Path) -> None:
    """No patient of a test fold was ever seen."""
    everything = read_pretext(pretext, NOTHING)
    read = read_pretext(pretext, hashes(small_data))
    assert len(read.grids) == len(everything.grids) - 1 == 14
    assert read.grids.equal(everything.grids[:14])  # covid/copy.jpg is the last
    assert read.sha256 == everything.sha256


def test_files_without_a_label_are_left_out_and_archives_add_up(pretext: Path) -> None:
    files = members(pretext)
    names = list(files)
    pack(pretext, "films-00.tar", {name: files[name] for name in names[:8]})
    pack(pretext, "films-01.tar", {"covid/new.jpg": b"no image"} | {n: files[n] for n in names[8:]})
    assert len(read_pretext(pretext, NOTHING).grids) == 15
    assert len(read_pretext(pretext, NOTHING, limit=5).grids) == 5


def test_an_unknown_label_is_named(pretext: Path) -> None:
    relabel(pretext, "paediatric/4.jpg,viral", "paediatric/4.jpg,fungal")
    message = r"labels\.csv: paediatric/4\.jpg has the unknown label 'paediatric/fungal'"
    with pytest.raises(TrainingError, match=message):
        read_pretext(pretext, NOTHING)


def test_a_missing_column_is_named(pretext: Path) -> None:
    relabel(pretext, "file,label", "file,finding")
    with pytest.raises(TrainingError, match=r"labels\.csv: column 'label' is missing"):
        read_pretext(pretext, NOTHING)


@pytest.mark.parametrize("keep", [0, 10, 600])
def test_an_image_that_does_not_decode_is_named(pretext: Path, keep: int) -> None:
    files = members(pretext)
    pack(pretext, "films-00.tar", files | {"normal/6.jpg": files["normal/6.jpg"][:keep]})
    with pytest.raises(TrainingError, match=r"films-00\.tar: normal/6\.jpg") as caught:
        read_pretext(pretext, NOTHING)
    assert "\n" not in str(caught.value)


def test_a_labelled_film_that_is_not_there_is_named(pretext: Path) -> None:
    files = members(pretext)
    del files["normal/6.jpg"]
    pack(pretext, "films-00.tar", files)
    with pytest.raises(TrainingError, match=r"no tar file holds normal/6\.jpg"):
        read_pretext(pretext, NOTHING)


def test_missing_files_are_named(pretext: Path) -> None:
    (pretext / "films-00.tar").unlink()
    with pytest.raises(TrainingError, match="holds no tar file"):
        read_pretext(pretext, NOTHING)
    (pretext / "labels.csv").unlink()
    with pytest.raises(TrainingError, match=r"labels\.csv: No such file"):
        read_pretext(pretext, NOTHING)


@pytest.mark.parametrize("keep", [0, 600, 20_000])
def test_a_damaged_archive_is_named(pretext: Path, keep: int) -> None:
    path = pretext / "films-00.tar"
    path.write_bytes(path.read_bytes()[:keep])
    for read in (lambda: read_pretext(pretext, NOTHING), lambda: list(sample(pretext))):
        with pytest.raises(TrainingError, match=r"films-00\.tar: cannot be read"):
            read()


def sample(folder: Path) -> Iterator[tuple[str, Film]]:
    return read_sample(folder, 1, NOTHING, PreprocessConfig(size=64))


def test_a_sample_misses_nothing_silently(pretext: Path) -> None:
    files = members(pretext)
    assert [name for name, _ in sample(pretext)] == list(files)
    del files["normal/6.jpg"]
    pack(pretext, "films-00.tar", files)
    with pytest.raises(TrainingError, match=r"no tar file holds normal/6\.jpg"):
        list(sample(pretext))
    (pretext / "films-00.tar").unlink()
    with pytest.raises(TrainingError, match="holds no tar file"):
        list(sample(pretext))


def test_a_head_learns_from_its_own_films_alone() -> None:
    logits = torch.randn(4, 3, requires_grad=True)
    loss, accuracy = _masked(logits, torch.tensor([0, NOT_OF_THIS_HEAD, 2, NOT_OF_THIS_HEAD]))
    expected = -logits.log_softmax(dim=1)[[0, 2], [0, 2]].sum() / 4
    torch.testing.assert_close(loss, expected)
    torch.autograd.backward(loss)
    assert logits.grad is not None
    assert (logits.grad[[1, 3]] == 0).all()
    assert float(accuracy) == float(
        (logits.argmax(dim=1) == torch.arange(4))[[0, 2]].float().mean()
    )
    nothing, _ = _masked(logits, torch.full((4,), NOT_OF_THIS_HEAD))
    assert nothing == 0


def test_backbone_and_heads_learn_and_nothing_else() -> None:
    """Several processes would wait for a gradient that never comes."""
    config = PretrainConfig(size=32)
    module = PretextModule(config, SeverityNet(config.network, 32), "0")
    module.adult(
        module.network.features(torch.rand(2, 3, 32, 32)).mean(dim=(2, 3))
    ).sum().backward()
    for name, parameter in module.named_parameters():
        learns = name.startswith(("network.backbone.", "adult.", "child."))
        assert parameter.requires_grad == learns, name
        assert (parameter.grad is not None) == (learns and not name.startswith("child.")), name


def pretrain(data: Path, out: Path, *more: str, **recipe: object) -> int:
    out.mkdir(exist_ok=True)
    config = out / "config.yaml"
    config.write_text(yaml.safe_dump({**RECIPE, **recipe}))
    return main(["--config", str(config), "--data", str(data), "--out", str(out), *more])


def loaded(path: Path) -> tuple[SeverityNet, str]:
    network = SeverityNet(NetworkConfig(hidden_size=8))
    return network, load_backbone(network, path)


def test_a_run_hands_on_a_backbone_and_goes_on_where_it_stopped(
    small_data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert pretrain(small_data, whole, epochs=2) == 0
    begun: list[int] = []
    begin = PretextModule.on_train_epoch_start

    def note(module: PretextModule) -> None:
        begin(module)
        begun.append(module.current_epoch)
        if len(begun) == 2:
            raise RuntimeError("power cut")

    monkeypatch.setattr(PretextModule, "on_train_epoch_start", note)
    with pytest.raises(RuntimeError, match="power cut"):
        pretrain(small_data, out, epochs=2)
    assert not (out / "backbone.npz").exists()
    assert pretrain(small_data, out, "--resume", epochs=2) == 0
    assert begun == [0, 1, 1]
    network, digest = loaded(out / "backbone.npz")
    assert f"backbone {digest} is in {out / 'backbone.npz'}" in capsys.readouterr().out
    assert digest == loaded(whole / "backbone.npz")[1]  # as if it had not stopped
    start, other = loaded(small_data / "weights" / "efficientnet-b0-imagenet.npz")
    assert digest != other
    assert not network.backbone._conv_head.weight.equal(start.backbone._conv_head.weight)
    assert all(value.isfinite().all() for value in network.backbone.state_dict().values())

    assert pretrain(small_data, out, "--resume", epochs=3) == 2
    assert "of another configuration or other data" in capsys.readouterr().err


def test_the_same_seed_gives_the_same_backbone(small_data: Path, tmp_path: Path) -> None:
    digests = []
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        assert pretrain(small_data, tmp_path / name, seed=seed, size=32, batch_size=8) == 0
        digests.append(loaded(tmp_path / name / "backbone.npz")[1])
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("pretrain/labels.csv", r"labels\.csv: No such file"),
        ("weights/efficientnet-b0-imagenet.npz", r"imagenet\.npz: .* cannot be read"),
        ("severity/labels.csv", r"labels\.csv: No such file"),
        ("severity/images/03.png", r"images/03\.png' is not there"),
    ],
)
def test_what_cannot_start_says_so_in_one_line(
    small_data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    missing: str,
    message: str,
) -> None:
    """Without the severity films nobody could tell whose copies to leave out."""
    data = shutil.copytree(small_data, tmp_path / "data")
    path = data / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert pretrain(data, tmp_path / "out") == 2
    lines = capsys.readouterr().err.splitlines()
    assert [bool(re.search(message, line)) for line in lines if "cxr-pretrain: " in line] == [True]
    assert not (tmp_path / "out" / "backbone.npz").exists()


def test_a_severity_film_that_does_not_decode_is_named(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside them may lie what is no film."""
    data = shutil.copytree(small_data, tmp_path / "data")
    (data / "severity" / "images" / "Thumbs.db").write_bytes(b"no film")
    (data / "severity" / "images" / "03.png").write_bytes(b"no film")
    assert pretrain(data, tmp_path / "out") == 2
    error = capsys.readouterr().err
    assert error.startswith("cxr-pretrain: ")
    assert error.endswith("images/03.png: does not decode\n")


def test_batches_are_shared_among_processes(
    small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "3")
    assert pretrain(small_data, tmp_path, batch_size=4) == 2
    assert capsys.readouterr().err.endswith("a batch of 4 does not divide among 3 processes\n")


def test_what_cannot_be_written_is_one_line(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def full(*_: object, **__: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device", "backbone.npz")

    monkeypatch.setattr(pretrain_module, "save_backbone", full)
    assert pretrain(small_data, tmp_path, size=32, batch_size=8) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert line == "cxr-pretrain: backbone.npz: No space left on device"


def test_a_wrong_configuration_is_one_line(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pretrain(small_data, tmp_path, size=16) == 2
    assert re.fullmatch(r"cxr-pretrain: .*config\.yaml: size: .*\n", capsys.readouterr().err)
