"""A bidirectional LSTM in numpy: its states, and the part of its gradient that a map needs.

PyTorch's autograd gives the same, and is what this is tested against. It takes longer because
it computes the gradient of every cell's features, a product as large as the forward one.
Grad-CAM needs only its mean over the cells, and by linearity that mean can stay in the space
of the gates: a twentieth of the arithmetic, and the recurrence of a whole batch at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cxr_severity.imaging.arrays import Float32Array

GATES = 4
"""Input, forget, cell and output gate, in PyTorch's order."""
_ENDS = ("l0", "l0_reverse")
_NAMES = {
    f"{kind}_{where}_{end}"
    for kind in ("weight", "bias")
    for where in ("ih", "hh")
    for end in _ENDS
}


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """What a forward pass leaves for the backward one.

    Steps first, then 2 directions, N images: `gates` (L, 2, N, 4, H) after their activations,
    `cells` (L, 2, N, H) and `squashed` = tanh(cells). `states` (N, L, 2H) is the LSTM's output.
    """

    gates: Float32Array
    cells: Float32Array
    squashed: Float32Array
    states: Float32Array


class BiLstm:
    """One layer, batch first, as `nn.LSTM(..., bidirectional=True, batch_first=True)`.

    The input's projection is left to the engine, next to the backbone; `projection` says which.
    A sigmoid is computed as (1 + tanh(x / 2)) / 2, with the half put into the weights, so that
    all four gates of both directions take one call of tanh.

    Raises:
        ValueError: when the layer is of another kind.
    """

    def __init__(self, weights: Mapping[str, Float32Array]) -> None:
        """`weights`: the layer's own, by the names that PyTorch gives them."""
        if set(weights) != _NAMES:
            raise ValueError("only one bidirectional layer with biases is supported")
        self.hidden = weights["weight_hh_l0"].shape[1]
        halves = np.array([0.5, 0.5, 1.0, 0.5], np.float32).repeat(self.hidden)
        inward, recurrent, bias = [], [], []
        for end in _ENDS:
            inward.append(weights[f"weight_ih_{end}"] * halves[:, None])
            recurrent.append(weights[f"weight_hh_{end}"] * halves[:, None])
            bias.append((weights[f"bias_ih_{end}"] + weights[f"bias_hh_{end}"]) * halves)
        self._weight, self._bias = np.concatenate(inward), np.concatenate(bias)
        self._back: Float32Array = np.stack(recurrent)
        self._forth: Float32Array = np.ascontiguousarray(self._back.transpose(0, 2, 1))
        # From tanh(x / 2) to the activation: a * tanh + b.
        self._scale = halves
        self._shift = np.array([0.5, 0.5, 0, 0.5], np.float32).repeat(self.hidden)

    def projection(self) -> tuple[Float32Array, Float32Array]:
        """Weight (8H, K) and bias (8H) that turn a cell's K features into `projected`."""
        return self._weight, self._bias

    def forward(self, projected: Float32Array) -> Tape:
        """(N, L, 8H) projected input to the states of all L cells."""
        count, length, _ = projected.shape
        hidden, width = self.hidden, GATES * self.hidden
        gates = np.empty((length, 2, count, width), np.float32)
        gates[:, 0] = projected[:, :, :width].transpose(1, 0, 2)
        gates[:, 1] = projected[:, ::-1, width:].transpose(1, 0, 2)
        cells = np.empty((length, 2, count, hidden), np.float32)
        squashed = np.empty_like(cells)
        outputs = np.empty_like(cells)
        state = np.zeros((2, count, hidden), np.float32)
        cell = np.zeros_like(state)
        from_state = np.empty((2, count, width), np.float32)
        for step in range(length):
            gate, now = gates[step], cells[step]
            np.matmul(state, self._forth, out=from_state)
            gate += from_state
            np.tanh(gate, out=gate)
            gate *= self._scale
            gate += self._shift
            np.multiply(gate[..., :hidden], gate[..., 2 * hidden : 3 * hidden], out=now)
            cell = cell * gate[..., hidden : 2 * hidden]
            now += cell
            cell = now
            np.tanh(now, out=squashed[step])
            state = np.multiply(gate[..., 3 * hidden :], squashed[step], out=outputs[step])
        states = np.concatenate([outputs[:, 0], outputs[::-1, 1]], axis=2).transpose(1, 0, 2)
        shape = (length, 2, count, GATES, hidden)
        return Tape(gates.reshape(shape), cells, squashed, np.ascontiguousarray(states))

    def backward(self, tape: Tape, gradient: Float32Array, images: list[int]) -> Float32Array:
        """Gradient of `projected`, summed over the cells.

        Args:
            tape: of a batch.
            gradient: (n, L, 2H) of the states of some of its images.
            images: indices of these n images in the batch.

        Returns:
            (n, 8H) float32.
        """
        gates = tape.gates[:, :, images]
        cells, squashed = tape.cells[:, :, images], tape.squashed[:, :, images]
        length, _, count, _, hidden = gates.shape
        into, forget, candidate, out = (gates[:, :, :, i] for i in range(GATES))
        before = np.concatenate([np.zeros_like(cells[:1]), cells[:-1]])
        # d activation / d (halved input) is 2 s (1 - s) for a sigmoid, 1 - t^2 for tanh.
        through_cell = np.empty((length, 2, count, 3, hidden), np.float32)
        through_cell[..., 0, :] = candidate * 2 * into * (1 - into)
        through_cell[..., 1, :] = before * 2 * forget * (1 - forget)
        through_cell[..., 2, :] = into * (1 - candidate * candidate)
        through_state = squashed * 2 * out * (1 - out)
        state_to_cell = out * (1 - squashed * squashed)
        wanted = np.empty_like(cells)
        wanted[:, 0] = gradient[:, :, :hidden].transpose(1, 0, 2)
        wanted[:, 1] = gradient[:, ::-1, hidden:].transpose(1, 0, 2)

        total = np.zeros((2, count, GATES, hidden), np.float32)
        pre = np.empty((2, count, GATES, hidden), np.float32)
        flat = pre.reshape(2, count, GATES * hidden)
        of_state = np.zeros((2, count, hidden), np.float32)
        of_cell = np.zeros_like(of_state)
        for step in range(length - 1, -1, -1):
            of_state += wanted[step]
            of_cell += of_state * state_to_cell[step]
            np.multiply(through_cell[step], of_cell[:, :, None], out=pre[:, :, :3])
            np.multiply(through_state[step], of_state, out=pre[:, :, 3])
            total += pre
            of_cell *= forget[step]
            np.matmul(flat, self._back, out=of_state)
        return total.transpose(1, 0, 2, 3).reshape(count, 2 * GATES * hidden)

    def maps(self, projected: Float32Array, summed: Float32Array) -> Float32Array:
        """Grad-CAM before its ReLU: (N, L, 8H) and (N, 8H) of the same images to (N, L).

        The weight of channel k is the mean over the L cells of the score's gradient, which is
        W^T g / L with g = `summed`; its product with a cell's features x is g . (W x) / L, and
        W x is `projected` without its bias. No channel's weight is ever written down.
        """
        inward = projected - self._bias
        raw: Float32Array = np.matmul(inward, summed[:, :, None])[:, :, 0] / projected.shape[1]
        return raw
