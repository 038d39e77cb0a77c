"""Where a training starts: weights of the backbone and its batch-norm statistics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from cxr_severity.model.networks.cells import CellConfig, CellNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.backbone import (
    BACKBONE_WEIGHTS,
    estimate_batch_norm,
    load_backbone,
    save_backbone,
)
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


def test_what_is_saved_loads_under_the_same_digest(tmp_path: Path) -> None:
    network, other = CellNet(CONFIG), CellNet(CONFIG)
    path = tmp_path / "new" / "backbone.npz"
    digest = save_backbone(network, path)
    assert load_backbone(other, path) == digest
    torch.testing.assert_close(other.backbone.state_dict(), network.backbone.state_dict())
    assert [file.name for file in path.parent.iterdir()] == ["backbone.npz"]
    with torch.no_grad():
        other.backbone._conv_stem.weight[0, 0, 0, 0] += 1
    assert save_backbone(other, path) != digest


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


def test_batch_norm_is_estimated_on_the_given_images() -> None:
    torch.manual_seed(0)
    network = CellNet(CONFIG, 96)
    grids = torch.rand(40, 96, 96)
    network.backbone._bn0.running_mean.fill_(1e6)  # drifted far away
    momentum = network.backbone._bn0.momentum
    estimate_batch_norm(network, grids, PreprocessConfig(size=96))
    assert network.backbone._bn0.running_mean.abs().max() < 10
    assert network.backbone._bn0.momentum == momentum
    assert all(module.training for module in network.modules())
    norm = network.backbone._bn0
    with torch.no_grad():
        x = (grids.unsqueeze(1) - torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)) / (
            torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
        )
        maps = network.backbone._conv_stem(x)
    # Batches of 32 and 8 count alike in a cumulative average.
    torch.testing.assert_close(norm.running_mean, maps.mean(dim=(0, 2, 3)), rtol=0.05, atol=0.01)
    torch.testing.assert_close(norm.running_var, maps.var(dim=(0, 2, 3)), rtol=0.1, atol=0.01)
