"""Balancing, augmentation, starting weights, batch-norm statistics."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from cxr_severity.model.network import NetworkConfig, SeverityNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.augment import Augment
from cxr_training.config import AugmentConfig, TrainConfig
from cxr_training.errors import TrainingError
from cxr_training.module import (
    Grids,
    balanced_loader,
    class_weights,
    estimate_batch_norm,
    load_backbone,
)
from cxr_training.train import BACKBONE_WEIGHTS

CONFIG = TrainConfig(
    version="0.0.1", preprocess=PreprocessConfig(size=64), network=NetworkConfig(hidden_size=8)
)


def test_class_weights_rise_for_rare_classes() -> None:
    labels = [0] * 10 + [1] * 40 + [2] * 10
    assert class_weights(labels, 0).tolist() == [1, 1, 1]
    half, whole = class_weights(labels, 0.5), class_weights(labels, 1)
    assert half[0] / half[1] == pytest.approx(2)
    assert whole[0] / whole[1] == pytest.approx(4)
    assert half.mean() == pytest.approx(1)


def test_the_sampler_draws_rare_classes_more_often() -> None:
    labels = [0] * 20 + [1] * 200 + [2] * 20
    config = CONFIG.model_copy(update={"balance": 1.0})
    loader = balanced_loader(Grids(torch.zeros(240, 4, 4), labels), labels, config)
    drawn = Counter(int(label) for _, batch in loader for label in batch)
    assert sum(drawn.values()) == 600
    assert min(drawn.values()) > 150


def test_sampler_and_loss_together_balance_once() -> None:
    labels = [0] * 10 + [1] * 90 + [2] * 10
    drawn = class_weights(labels, 0.5) * torch.tensor([10, 90, 10])  # expected draws
    seen = drawn * class_weights(labels, 0.5)  # times the weight in the loss
    assert (seen / seen.mean()).tolist() == pytest.approx([1, 1, 1], abs=1e-5)


def test_augmented_grids_differ_and_stay_in_range() -> None:
    torch.manual_seed(0)
    grid = torch.rand(64, 64)
    augment = Augment(AugmentConfig())
    variants = [augment(grid) for _ in range(8)]
    for variant in variants:
        assert variant.shape == grid.shape
        assert 0 <= float(variant.min()) <= float(variant.max()) <= 1
    assert not torch.equal(variants[0], variants[1])


def test_some_augmented_images_are_nearly_clean() -> None:
    """Noise of one fixed strength would make a clean image something never seen."""
    torch.manual_seed(0)
    off = dict.fromkeys(
        ("rotation", "translation", "zoom", "flip", "brightness", "contrast", "erase"), 0.0
    )
    augment = Augment(AugmentConfig(**off, noise=0.1))
    grid = torch.full((64, 64), 0.5)
    spread = [float((augment(grid) - grid).std()) for _ in range(40)]
    assert min(spread) < 0.01
    assert max(spread) > 0.08


def test_no_augmentation_is_no_change() -> None:
    off = dict.fromkeys(AugmentConfig.model_fields, 0.0)
    grid = torch.rand(32, 32)
    torch.testing.assert_close(Augment(AugmentConfig(**off))(grid), grid)


def test_the_backbone_starts_from_the_given_weights(small_data: Path) -> None:
    network = SeverityNet(CONFIG.network)
    path = small_data / BACKBONE_WEIGHTS
    load_backbone(network, path)
    with np.load(path) as archive:
        expected = torch.from_numpy(archive["_conv_stem.weight"])
    torch.testing.assert_close(network.backbone._conv_stem.weight.data, expected)


def test_a_state_dict_with_its_classifier_is_taken_too(tmp_path: Path) -> None:
    """As `efficientnet_pytorch` publishes them."""
    state = SeverityNet(CONFIG.network).backbone.state_dict()
    path = tmp_path / "efficientnet-b0.pth"
    torch.save({**state, "_fc.weight": torch.zeros(1000, 1280)}, path)
    network = SeverityNet(CONFIG.network)
    load_backbone(network, path)
    torch.testing.assert_close(network.backbone.state_dict(), state)


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    network = SeverityNet(CONFIG.network)
    with pytest.raises(TrainingError, match="cannot be read"):
        load_backbone(network, path)
    np.savez(path, _conv_stem=np.zeros(3))
    with pytest.raises(TrainingError, match="lacks"):
        load_backbone(network, path)
    path.write_bytes(b"no archive")
    with pytest.raises(TrainingError, match="cannot be read"):
        load_backbone(network, path)


def test_the_packages_weights_need_its_padding() -> None:
    with pytest.raises(TrainingError, match="needs padding: tensorflow"):
        load_backbone(SeverityNet(CONFIG.network), "efficientnet-pytorch")


def test_batch_norm_is_estimated_on_the_given_images() -> None:
    torch.manual_seed(0)
    network = SeverityNet(CONFIG.network, 64)
    grids = torch.rand(40, 64, 64)
    network.backbone._bn0.running_mean.fill_(1e6)  # drifted far away
    momentum = network.backbone._bn0.momentum
    estimate_batch_norm(network, grids, CONFIG)
    assert network.backbone._bn0.running_mean.abs().max() < 10
    assert network.backbone._bn0.momentum == momentum
    assert all(module.training for module in network.modules())
    with torch.no_grad():
        features = network.eval().backbone._bn0(
            network.backbone._conv_stem((grids.unsqueeze(1).expand(-1, 3, -1, -1) - 0.45) / 0.225)
        )
    assert features.mean().abs() < 0.2
