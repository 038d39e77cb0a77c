"""Grad-CAM: right against a textbook computation, pure, and safe to run concurrently."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from cxr_severity.model.answer import SubjectMap, subject_of
from cxr_severity.model.assessment import SEVERITIES, Subject
from cxr_severity.model.explain import grad_cam
from cxr_severity.model.networks.configs import SequenceConfig
from cxr_severity.model.networks.constants import FEATURES
from cxr_severity.model.networks.sequence import SequenceNet


@pytest.fixture(scope="module")
def network() -> SequenceNet:
    torch.manual_seed(0)
    return SequenceNet(SequenceConfig(hidden_size=16)).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def features() -> torch.Tensor:
    return torch.randn(2, FEATURES, 7, 7, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("target", SEVERITIES)
def test_equals_the_textbook_computation(
    network: SequenceNet, features: torch.Tensor, target: Subject
) -> None:
    """Also of a film that shares its batch with another."""
    leaf = features[:1].clone().requires_grad_()
    logits = network.read((leaf,)).logits
    logits[0, SEVERITIES.index(target)].backward()  # type: ignore[no-untyped-call]
    assert leaf.grad is not None
    alphas = [float(leaf.grad[0, k].mean()) for k in range(FEATURES)]
    raw = sum(a * features[0, k].numpy() for k, a in enumerate(alphas))
    expected = np.maximum(np.asarray(raw), 0)
    assert expected.max() > 0

    found = grad_cam(network, (features,), [target, "mild"])

    assert found.subjects == [target, "mild"]
    np.testing.assert_allclose(found.cam[0].numpy(), expected, atol=1e-6)
    assert found.cam.dtype == torch.float32


def test_the_map_follows_the_target(network: SequenceNet, features: torch.Tensor) -> None:
    maps = [
        SubjectMap.scaled(each, grad_cam(network, (features[:1],), [each]).cam[0].numpy()).cam
        for each in SEVERITIES
    ]
    assert np.abs(maps[0] - maps[1]).max() > 0.1
    assert np.abs(maps[1] - maps[2]).max() > 0.1


@pytest.mark.parametrize("target", ["predicted", "burden"])
def test_what_a_network_cannot_explain_is_answered_with_the_most_probable_class(
    network: SequenceNet, features: torch.Tensor, target: Subject
) -> None:
    found = grad_cam(network, (features,), [target, target])
    best = found.output.logits.argmax(dim=1).tolist()
    assert found.subjects == [SEVERITIES[i] for i in best]
    torch.testing.assert_close(found.output, network.read((features,)))
    assert not any(part.requires_grad for part in found.output)


def test_the_subject_of_a_map() -> None:
    logits = np.array([0.1, 0.3, 0.2], np.float32)
    every: tuple[Subject, ...] = ("burden", *SEVERITIES)
    assert subject_of("burden", logits, every) == "burden"
    assert subject_of("burden", logits, SEVERITIES) == "moderate"
    assert subject_of("predicted", logits, every) == "moderate"
    assert subject_of("severe", logits, SEVERITIES) == "severe"


def test_a_map_is_scaled_by_its_peak_and_by_nothing_else() -> None:
    found = SubjectMap.scaled("mild", np.array([[2, 4], [-1, 1]], np.float32))
    assert found.peak == 4
    assert found.cam.tolist() == [[0.5, 1], [0, 0.25]]
    assert found.cam.dtype == np.float32
    nothing = SubjectMap.scaled("mild", np.array([[-2, -1], [0, -3]], np.float32))
    assert nothing.peak == 0
    assert not nothing.cam.any()


def test_it_is_pure(network: SequenceNet, features: torch.Tensor) -> None:
    before = features.clone()
    grad_cam(network, (features,), ["mild", "severe"])
    torch.testing.assert_close(features, before)
    assert not features.requires_grad
    assert all(p.grad is None for p in network.parameters())


def test_concurrent_calls_do_not_mix(network: SequenceNet) -> None:
    inputs = [(torch.randn(1, FEATURES, 7, 7), SEVERITIES[i % 3]) for i in range(12)]
    alone = [grad_cam(network, (x,), [target]).cam for x, target in inputs]
    with ThreadPoolExecutor(6) as pool:
        together = pool.map(lambda each: grad_cam(network, (each[0],), [each[1]]).cam, inputs)
        for one, other in zip(alone, together, strict=True):
            torch.testing.assert_close(one, other, atol=1e-5, rtol=0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_cuda_it_gives_the_same_map(network: SequenceNet, features: torch.Tensor) -> None:
    """cuDNN refuses an LSTM's backward in eval mode; the map must come out all the same."""
    expected = grad_cam(network, (features[:1],), ["moderate"]).cam
    try:
        found = grad_cam(network.cuda(), (features[:1].cuda(),), ["moderate"]).cam
    finally:
        network.cpu()
    np.testing.assert_allclose(found.cpu(), expected, atol=1e-3 * float(expected.max()))
