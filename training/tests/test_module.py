"""Losses that ask for what was scored, and for nothing else; who learns and how fast."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, smooth_l1_loss

from cxr_severity.model.network import NetworkConfig, SeverityNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.bank import Augmenter, Batch, Films
from cxr_training.config import LossConfig, TrainConfig
from cxr_training.data import Case
from cxr_training.errors import TrainingError
from cxr_training.fit import freeze
from cxr_training.module import SeverityModule, class_loss, masked_regression
from cxr_training.targets import Targets

NAN = torch.nan
ALL = LossConfig(zones=1, total=1, scores=1, lungs=1, opacities=1)


def make(loss: LossConfig = ALL, **recipe: Any) -> SeverityModule:
    config = TrainConfig(
        version="0.0.1",
        loss=loss,
        preprocess=PreprocessConfig(size=64),
        network=NetworkConfig(hidden_size=8, dropout=0),
        **recipe,
    )
    torch.manual_seed(0)
    network = SeverityNet(config.network, 64)
    if config.frozen_blocks:
        freeze(network, config.frozen_blocks)
    films = Films((Case.unscored("a"),), torch.rand(1, 64, 64), torch.rand(1, 2, 256, 256))
    return SeverityModule(
        config, network, Augmenter(films, config), Targets.of(films.cases, loss), torch.ones(3),
        {"of": "this run"}, seed=1,
    )  # fmt: skip


def batch(**known: torch.Tensor) -> Batch:
    """Two films of which nothing is known but what is given."""
    nothing = {
        "maps": torch.zeros(2, 3, 64, 64),
        "cells": torch.full((2, 2, 2, 2), NAN),
        "classes": torch.full((2, 3), NAN),
        "zones": torch.full((2, 2, 6), NAN),
        "scores": torch.full((2, 6), NAN),
    }
    return Batch(**{**nothing, **known})


def losses(module: SeverityModule, films: Batch) -> dict[str, torch.Tensor]:
    features = torch.rand(2, 1280, 2, 2, generator=torch.Generator().manual_seed(0))
    states = module.network.read(features)
    return module._losses(films, states, module.network.decide(states, (2, 2)))


def test_hard_labels_give_pytorchs_own_cross_entropy() -> None:
    logits = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(50) % 3
    weights = torch.tensor([0.5, 1.0, 3.0])
    torch.testing.assert_close(
        class_loss(logits, torch.eye(3)[labels], weights),
        cross_entropy(logits, labels, weight=weights),
    )


def test_soft_labels_give_pytorchs_own_cross_entropy() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(50, 3, generator=generator)
    targets = torch.rand(50, 3, generator=generator).softmax(dim=1)
    torch.testing.assert_close(
        class_loss(logits, targets, torch.ones(3)), cross_entropy(logits, targets)
    )


def test_films_without_a_class_do_not_count() -> None:
    logits = torch.randn(4, 3, requires_grad=True)
    targets = torch.eye(3)[[0, 1, 2, 2]]
    targets[2:] = NAN
    loss = class_loss(logits, targets, torch.tensor([1.0, 2.0, 3.0]))
    torch.testing.assert_close(
        loss, class_loss(logits[:2], targets[:2], torch.tensor([1.0, 2.0, 3.0]))
    )
    torch.autograd.backward(loss)
    assert logits.grad is not None
    assert (logits.grad[2:] == 0).all()
    assert (logits.grad[:2] != 0).any()
    assert class_loss(logits, torch.full((4, 3), NAN), torch.ones(3)) == 0


def test_regression_leaves_out_what_nobody_scored() -> None:
    estimated = torch.rand(4, 6, requires_grad=True)
    targets = torch.rand(4, 6)
    targets[1, 2:] = NAN
    known = ~targets.isnan()
    loss = masked_regression(estimated, targets)
    torch.testing.assert_close(loss, smooth_l1_loss(estimated[known], targets[known], beta=0.1))
    torch.autograd.backward(loss)
    assert estimated.grad is not None
    assert (estimated.grad[~known] == 0).all()
    assert (estimated.grad[known] != 0).all()
    assert masked_regression(estimated, torch.full((4, 6), NAN)) == 0


def test_a_batch_of_which_nothing_is_known_moves_nothing() -> None:
    module = make()
    found = losses(module, batch())
    assert set(found) == {"class", "zones", "total", "scores", "lungs", "opacities"}
    total = torch.stack(list(found.values())).sum()
    assert total == 0
    torch.autograd.backward(total)
    for name, parameter in module.named_parameters():
        assert parameter.grad is None or (parameter.grad == 0).all(), name


@pytest.mark.parametrize("weight", ["zones", "total", "scores", "lungs", "opacities"])
def test_a_loss_counts_by_its_weight(weight: str) -> None:
    films = batch(
        cells=torch.rand(2, 2, 2, 2), zones=torch.rand(2, 2, 6), scores=torch.rand(2, 6)
    )  # fmt: skip
    assert set(losses(make(LossConfig()), films)) == {"class"}
    once = losses(make(LossConfig(**{weight: 1})), films)
    thrice = losses(make(LossConfig(**{weight: 3})), films)
    assert set(once) == {"class", weight}
    assert once[weight] > 0
    torch.testing.assert_close(thrice[weight], 3 * once[weight])


def test_zones_are_held_against_each_reader_and_their_mean_against_the_totals() -> None:
    module = make()
    zones, scores = torch.full((2, 2, 6), NAN), torch.full((2, 6), NAN)
    zones[0, 1, 3] = 0.9
    scores[1, 0] = 0.1
    found = losses(module, batch(zones=zones, scores=scores))
    features = torch.rand(2, 1280, 2, 2, generator=torch.Generator().manual_seed(0))
    shares = module.network.head(features).zones / 3
    expected = smooth_l1_loss(shares[0, 3], torch.tensor(0.9), beta=0.1)
    torch.testing.assert_close(found["zones"], expected)
    expected = smooth_l1_loss(shares[1].mean(), torch.tensor(0.1), beta=0.1)
    torch.testing.assert_close(found["total"], expected)


def attending(attention: list[float], lung: torch.Tensor) -> tuple[float, torch.Tensor]:
    """The lungs loss and its gradient, of two films with the same attention to four cells."""
    weights = torch.tensor([attention, attention], requires_grad=True)
    states = cast(Any, SimpleNamespace(attention=weights, sequence=torch.zeros(2, 4, 16)))
    cells = torch.full((2, 2, 2, 2), NAN)
    cells[:, 0] = lung
    loss = make(LossConfig(lungs=1))._mask_losses(
        LossConfig(lungs=1), batch(cells=cells), states
    )["lungs"]  # fmt: skip
    (gradient,) = torch.autograd.grad(loss, weights)
    return loss.item(), gradient


def test_the_lungs_loss_falls_as_attention_moves_into_the_lungs() -> None:
    lung = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    found = [
        attending([x / 2, 0.5 - x / 2, x / 2, 0.5 - x / 2], lung)[0]
        for x in (0.0, 0.2, 0.5, 0.9, 1.0)
    ]
    assert found == sorted(found, reverse=True)
    assert found[-1] == pytest.approx(0, abs=1e-6)
    assert found[2] == pytest.approx(0.6931, abs=1e-3)
    _, gradient = attending([0.25] * 4, lung)
    assert (gradient[:, [0, 2]] < 0).all()
    assert (gradient[:, [1, 3]] == 0).all()


def test_a_film_without_a_lung_mask_may_be_looked_at_anywhere() -> None:
    lung = torch.tensor([[[1.0, 0.0], [1.0, 0.0]], [[NAN, NAN], [NAN, NAN]]])
    loss, gradient = attending([0.25] * 4, lung)
    assert loss == pytest.approx(0.6931, abs=1e-3)
    assert (gradient[1] == 0).all()


def test_opacities_are_asked_of_each_cell_with_a_mask() -> None:
    module = make(LossConfig(opacities=1))
    cells = torch.full((2, 2, 2, 2), NAN)
    cells[0, 1] = torch.tensor([[0.0, 1.0], [0.25, 0.5]])
    found = losses(module, batch(cells=cells))["opacities"]
    features = torch.rand(2, 1280, 2, 2, generator=torch.Generator().manual_seed(0))
    logits = module.cells(module.network.read(features).sequence)[0, :, 0]
    torch.testing.assert_close(
        found, binary_cross_entropy_with_logits(logits, cells[0, 1].flatten())
    )


def groups(module: SeverityModule) -> Iterator[tuple[set[int], float]]:
    for group in module._parameter_groups():
        parameters, rate = cast(Any, group["params"]), cast(float, group["lr"])
        yield {id(parameter) for parameter in parameters}, rate


def test_every_parameter_is_in_one_group_and_the_backbone_learns_slower() -> None:
    module = make(learning_rate=1e-3, backbone_rate=0.1)
    (rest, fast), (backbone, slow) = groups(module)
    assert [fast, slow] == pytest.approx([1e-3, 1e-4])
    assert backbone == {id(p) for p in module.network.backbone.parameters()}
    assert rest | backbone == {id(p) for p in module.parameters()}
    assert not rest & backbone


def test_frozen_parameters_are_in_no_group() -> None:
    module = make(frozen_blocks=6, variants=1)
    _, (backbone, _) = groups(module)
    net = module.network.backbone
    frozen = {
        id(p) for part in (net._conv_stem, net._bn0, *net._blocks[:6]) for p in part.parameters()
    }
    assert frozen
    assert not backbone & frozen
    assert backbone | frozen == {id(p) for p in net.parameters()}
    assert all(not p.requires_grad for p in net.parameters() if id(p) in frozen)


def test_all_that_learns_takes_part_in_the_loss() -> None:
    """Processes that train together wait for the gradient of every parameter that learns."""
    for config in (ALL, LossConfig(zones=1, total=1), LossConfig(scores=1), LossConfig()):
        module = make(config)
        features = module.network.features(torch.rand(2, 3, 64, 64))
        states = module.network.read(features)
        films = batch(classes=torch.eye(3)[:2])
        found = module._losses(films, states, module.network.decide(states, (2, 2)))
        torch.autograd.backward(torch.stack(list(found.values())).sum())
        for name, parameter in module.named_parameters():
            assert not parameter.requires_grad or parameter.grad is not None, name


def test_a_checkpoint_of_another_run_is_refused() -> None:
    module = make()
    checkpoint: dict[str, Any] = {}
    module.on_save_checkpoint(checkpoint)
    module.on_load_checkpoint(checkpoint)
    with pytest.raises(TrainingError, match="of another configuration, data or split"):
        module.on_load_checkpoint({"run": {"of": "another run"}})
