"""Grad-CAM: right against a textbook computation, pure, and safe to run concurrently."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from cxr_severity.model.explain import grad_cam
from cxr_severity.model.networks.sequence import FEATURES, HeadOutput, NetworkConfig, SeverityNet


@pytest.fixture(scope="module")
def network() -> SeverityNet:
    torch.manual_seed(0)
    return SeverityNet(NetworkConfig(hidden_size=16)).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def features() -> torch.Tensor:
    return torch.randn(1, FEATURES, 7, 7, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("target", [0, 1, 2])
def test_equals_the_textbook_computation(
    network: SeverityNet, features: torch.Tensor, target: int
) -> None:
    leaf = features.clone().requires_grad_()
    network.head(leaf).logits[0, target].backward()  # type: ignore[no-untyped-call]
    assert leaf.grad is not None
    alphas = [float(leaf.grad[0, k].mean()) for k in range(FEATURES)]
    raw = sum(a * features[0, k].numpy() for k, a in enumerate(alphas))
    expected = np.maximum(np.asarray(raw), 0)

    result = grad_cam(features, network.head, target)

    assert result.peak == pytest.approx(float(expected.max()), rel=1e-3)
    np.testing.assert_allclose(result.cam * result.peak, expected, atol=1e-6)
    assert result.cam.max() == pytest.approx(1)
    assert result.cam.dtype == np.float32


def test_the_map_follows_the_target(network: SeverityNet, features: torch.Tensor) -> None:
    maps = [grad_cam(features, network.head, i).cam for i in range(3)]
    assert np.abs(maps[0] - maps[1]).max() > 0.1
    assert np.abs(maps[1] - maps[2]).max() > 0.1


def test_without_a_target_it_explains_the_most_probable_class(
    network: SeverityNet, features: torch.Tensor
) -> None:
    result = grad_cam(features, network.head)
    assert result.target == int(result.output.logits.argmax())
    torch.testing.assert_close(result.output, network.head(features))
    assert not any(part.requires_grad for part in result.output)


def test_nothing_found_is_zero_not_stretched(features: torch.Tensor) -> None:
    def indifferent(x: torch.Tensor) -> HeadOutput:
        logits = torch.stack([-x.mean(), x.mean() * 0, x.mean() * 0])[None]
        return HeadOutput(logits, torch.zeros(1, 6))

    result = grad_cam(features.abs(), indifferent, 0)
    assert result.peak == 0
    assert not result.cam.any()


def test_it_is_pure(network: SeverityNet, features: torch.Tensor) -> None:
    before = features.clone()
    grad_cam(features, network.head)
    torch.testing.assert_close(features, before)
    assert not features.requires_grad
    assert all(p.grad is None for p in network.parameters())


def test_concurrent_calls_do_not_mix(network: SeverityNet) -> None:
    inputs = [torch.randn(1, FEATURES, 7, 7) for _ in range(12)]
    alone = [grad_cam(x, network.head, i % 3).cam for i, x in enumerate(inputs)]
    with ThreadPoolExecutor(6) as pool:
        together = pool.map(
            lambda item: grad_cam(item[1], network.head, item[0] % 3).cam, enumerate(inputs)
        )
        for one, other in zip(alone, together, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_batch_is_refused(network: SeverityNet) -> None:
    with pytest.raises(ValueError, match="features must be"):
        grad_cam(torch.zeros(2, FEATURES, 7, 7), network.head)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_cuda_it_gives_the_same_map(network: SeverityNet, features: torch.Tensor) -> None:
    """cuDNN refuses an LSTM's backward in eval mode; the map must come out all the same."""
    expected = grad_cam(features, network.head, 1)
    try:
        result = grad_cam(features.cuda(), network.cuda().head, 1)
    finally:
        network.cpu()
    np.testing.assert_allclose(result.cam, expected.cam, atol=1e-3)
