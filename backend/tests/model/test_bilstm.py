"""The LSTM in numpy against PyTorch's, forward and backward."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from cxr_severity.model.networks.bilstm import BiLstm
from cxr_severity.model.reference.networks import arrays_of


@pytest.mark.parametrize(("inputs", "hidden", "length"), [(20, 8, 49), (7, 16, 1), (12, 5, 100)])
@pytest.mark.parametrize("count", [1, 3])
def test_it_is_pytorchs_lstm(inputs: int, hidden: int, length: int, count: int) -> None:
    torch.manual_seed(length + count)
    lstm = nn.LSTM(inputs, hidden, batch_first=True, bidirectional=True)
    x = torch.randn(count, length, inputs, requires_grad=True)
    states, _ = lstm(x)
    seed = torch.randn_like(states)
    (gradient,) = torch.autograd.grad((states * seed).sum(), x)
    weights = gradient.mean(dim=1, keepdim=True)
    expected = (weights * x).sum(dim=2).detach().numpy()

    fast = BiLstm(arrays_of(lstm))
    projected = nn.functional.linear(x.detach(), *map(torch.from_numpy, fast.projection())).numpy()
    tape = fast.forward(projected)
    np.testing.assert_allclose(tape.states, states.detach().numpy(), atol=1e-5)
    summed = fast.backward(tape, seed.numpy(), list(range(count)))
    np.testing.assert_allclose(fast.maps(projected, summed), expected, rtol=1e-3, atol=1e-4)


def test_some_images_of_a_batch_can_be_asked_for() -> None:
    torch.manual_seed(0)
    fast = BiLstm(arrays_of(nn.LSTM(6, 8, batch_first=True, bidirectional=True)))
    projected = np.random.default_rng(0).normal(size=(4, 9, 64)).astype(np.float32)
    seed = np.random.default_rng(1).normal(size=(4, 9, 16)).astype(np.float32)
    tape = fast.forward(projected)
    every = fast.backward(tape, seed, [0, 1, 2, 3])
    some = fast.backward(tape, seed[[3, 1]], [3, 1])
    np.testing.assert_allclose(some, every[[3, 1]], atol=1e-5)


@pytest.mark.parametrize(
    "lstm",
    [
        nn.LSTM(4, 8, batch_first=True),
        nn.LSTM(4, 8, num_layers=2, batch_first=True, bidirectional=True),
        nn.LSTM(4, 8, batch_first=True, bidirectional=True, bias=False),
        nn.LSTM(4, 8, batch_first=True, bidirectional=True, proj_size=3),
    ],
)
def test_another_kind_of_lstm_is_refused(lstm: nn.LSTM) -> None:
    with pytest.raises(ValueError, match="only one bidirectional layer"):
        BiLstm(arrays_of(lstm))
