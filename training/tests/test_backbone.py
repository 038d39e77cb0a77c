"""Where a training starts: weights of the backbone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.networks.configs import CellConfig
from cxr_training.backbone import BACKBONE_WEIGHTS, load_backbone
from cxr_training.errors import TrainingError

CONFIG = CellConfig(hidden_size=8, channels=8)


def test_the_backbone_starts_from_the_given_weights(small_data: Path) -> None:
    network = CellNet(CONFIG)
    path = small_data / BACKBONE_WEIGHTS
    load_backbone(network, path)
    with np.load(path) as archive:
        for key in ("_conv_stem.weight", "_bn1.running_var"):
            expected = torch.from_numpy(archive[key])
            torch.testing.assert_close(network.backbone.state_dict()[key], expected)


def test_a_state_dict_with_its_classifier_is_taken_too(tmp_path: Path) -> None:
    """As `efficientnet_pytorch` publishes them."""
    state = CellNet(CONFIG).backbone.state_dict()
    path = tmp_path / "efficientnet-b0.pth"
    torch.save({**state, "_fc.weight": torch.zeros(1000, 1280)}, path)
    network = CellNet(CONFIG)
    load_backbone(network, path)
    torch.testing.assert_close(network.backbone.state_dict(), state)


def test_the_digest_is_of_the_weights_and_not_of_the_file(tmp_path: Path) -> None:
    torch.manual_seed(1)
    state = CellNet(CONFIG).backbone.state_dict()
    arrays = {k: v.numpy() for k, v in state.items() if not k.endswith("num_batches_tracked")}
    one, other = tmp_path / "one.npz", tmp_path / "other.npz"
    np.savez(one, allow_pickle=False, **arrays)
    np.savez_compressed(other, allow_pickle=False, **dict(reversed(arrays.items())))
    digest = load_backbone(CellNet(CONFIG), one)
    assert load_backbone(CellNet(CONFIG), other) == digest
    arrays["_conv_stem.weight"] = arrays["_conv_stem.weight"] + np.float32(1e-3)
    np.savez(other, allow_pickle=False, **arrays)
    assert load_backbone(CellNet(CONFIG), other) != digest


def test_weights_that_do_not_fit_are_refused(tmp_path: Path, small_data: Path) -> None:
    path = tmp_path / "w.npz"
    network = CellNet(CONFIG)
    with pytest.raises(TrainingError, match="cannot be read"):
        load_backbone(network, path)
    path.write_bytes(b"no archive")
    with pytest.raises(TrainingError, match="cannot be read"):
        load_backbone(network, path)
    path.write_bytes((small_data / BACKBONE_WEIGHTS).read_bytes()[:5000])
    with pytest.raises(TrainingError, match="cannot be read"):
        load_backbone(network, path)
    np.savez(path, _conv_stem=np.zeros(3))
    with pytest.raises(TrainingError, match="lacks"):
        load_backbone(network, path)
    np.savez(path, allow_pickle=False, **{"_conv_stem.weight": np.zeros(3)})
    with pytest.raises(TrainingError, match="does not fit"):
        load_backbone(network, path)


def test_a_state_dict_that_is_none_is_refused(tmp_path: Path) -> None:
    path, network = tmp_path / "w.pth", CellNet(CONFIG)
    torch.save(network.backbone.state_dict(), path)
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(TrainingError, match=r"w\.pth: the backbone's weights cannot be read"):
        load_backbone(network, path)
    for other in (torch.zeros(3), [1, 2], {1: torch.zeros(3)}):
        torch.save(other, path)
        with pytest.raises(TrainingError, match=r"w\.pth: holds no weights by name"):
            load_backbone(network, path)
    np.save(tmp_path / "one.npy", np.zeros(3))
    (tmp_path / "one.npy").rename(tmp_path / "w.npz")
    with pytest.raises(TrainingError, match=r"w\.npz: the backbone's weights cannot be read"):
        load_backbone(network, tmp_path / "w.npz")
