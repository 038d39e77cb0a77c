"""The head in numpy against PyTorch's autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cxr_severity.model.calibration import Scaling
from cxr_severity.model.networks.configs import SequenceConfig
from cxr_severity.model.networks.sequence import SequenceNet
from cxr_severity.model.networks.sequence_kernel import HeadKernel
from cxr_severity.model.reference.networks import arrays_of
from cxr_severity.model.weights import Weights

GRID = (5, 7)


def network(*, informed: bool, scaling: Scaling | None) -> SequenceNet:
    torch.manual_seed(3)
    net = SequenceNet(SequenceConfig(hidden_size=16, zones_inform_class=informed)).eval()
    with torch.no_grad():
        for parameter in [*net.zones.parameters(), *net.attention.parameters()]:
            parameter.add_(torch.randn_like(parameter) * 0.3)
    if scaling is not None:
        net.calibrate(scaling)
    return net.requires_grad_(False)


@pytest.mark.parametrize("informed", [True, False])
@pytest.mark.parametrize("calibrated", [True, False])
def test_it_decides_and_derives_as_pytorch_does(informed: bool, calibrated: bool) -> None:
    weights = np.random.default_rng(0).normal(size=(3, 9)).tolist()
    scaling = Scaling(temperature=1.7, weights=weights, offset=(0.1, -0.2, 0.3))
    net = network(informed=informed, scaling=scaling if calibrated else None)
    decider = HeadKernel(Weights(arrays_of(net)), net.config, scaling if calibrated else None, GRID)
    states = torch.randn(4, GRID[0] * GRID[1], net.width)
    found = decider.decide(states.numpy())
    images, targets = [0, 2, 3], [1, 0, 2]
    states.requires_grad_()
    expected = net.decide(net.pool(states), GRID)
    np.testing.assert_allclose(found.logits, expected.logits.detach(), atol=1e-5)
    np.testing.assert_allclose(found.zones, expected.zones.detach(), atol=1e-5)
    (gradient,) = torch.autograd.grad(expected.logits[images, targets].sum(), states)
    got = decider.gradient(found, images, targets)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, gradient[images], atol=1e-6)
