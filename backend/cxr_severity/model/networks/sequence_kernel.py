"""`SequenceNet.pool` and `decide` in numpy, with the gradient that a map needs.

PyTorch's autograd gives the same, and is what this is tested against; on arrays this small nearly
all of its time, a millisecond, is bookkeeping. Here one product gives all scores of all cells, one
more the gradient of all cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.answer import Answer, SubjectMap, subject_of
from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, SEVERITIES, ZONES, Subject, Target
from cxr_severity.model.calibration import Scaling
from cxr_severity.model.networks.bilstm import BiLstm
from cxr_severity.model.networks.configs import SequenceConfig
from cxr_severity.model.weights import Weights

_ATTENTION, _ZONES, _SCORE = slice(0, 1), slice(1, 1 + len(ZONES)), slice(1 + len(ZONES), None)


@dataclass(frozen=True, slots=True, eq=False)
class HeadPass:
    """Of N images: `logits` (N, 3) and `zones` (N, 6) as in `HeadOutput`; the rest is
    for `gradient`.

    `weights` (N, L, 7): where the class and each zone look, `scores` (N, L): of each cell as a
    part of a zone.
    """

    logits: Float32Array
    zones: Float32Array
    states: Float32Array
    weights: Float32Array
    scores: Float32Array


class HeadKernel:
    """What follows the LSTM of a network, for a grid of one size."""

    def __init__(
        self, weights: Weights, config: SequenceConfig, scaling: Scaling | None,
        grid: tuple[int, int],
    ) -> None:  # fmt: skip
        """`scaling`: of the logits that are said, and explained; None leaves them as they are.

        Raises:
            ArtifactError: when the weights, of which it takes the heads, do not fit.
        """
        zones, grades, width = len(ZONES), len(SEVERITIES), 2 * config.hidden_size
        # (8, W): what each state is multiplied by.
        self._readers = np.concatenate([
            weights.take("attention.weight", 1, width),
            weights.take("zones.attention.weight", zones, width),
            weights.take("zones.score.weight", 1, width),
        ])  # fmt: skip
        prior = _prior(weights, grid)
        self._offsets = np.concatenate(
            [
                np.broadcast_to(weights.take("attention.bias", 1), (len(prior), 1)),
                weights.take("zones.attention.bias", zones) + prior,
            ],
            axis=1,
        )
        self._zone_bias = weights.take("zones.score.bias", 1) + weights.take("zones.bias", zones)
        seen = width + (zones if config.zones_inform_class else 0)
        weight = weights.take("classifier.weight", grades, seen)
        bias = weights.take("classifier.bias", grades)
        # Logits, before calibration, of the pooled state and of the zones.
        self._of_pooled = weight[:, :width]
        self._of_zones = np.zeros((grades, zones), np.float32)
        if config.zones_inform_class:
            self._of_zones = weight[:, width:] / np.float32(HIGHEST_ZONE_SCORE)
        self._bias = bias
        if scaling is not None:
            mixing, direct, offset = scaling.of_raw()
            self._of_pooled = mixing @ self._of_pooled
            self._of_zones = mixing @ self._of_zones + direct
            self._bias = mixing @ bias + offset

    def decide(self, states: Float32Array) -> HeadPass:
        """(N, L, W) float32 states of the grid's cells, row by row, to a decision."""
        scores = states @ self._readers.T
        weights = scores[..., : _ZONES.stop] + self._offsets
        weights -= weights.max(axis=1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=1, keepdims=True)
        of_cells = scores[..., _SCORE]
        # A zone's score is linear in what it pools, so that cells are scored and then pooled.
        zones = (weights[..., _ZONES] * of_cells).sum(axis=1) + self._zone_bias
        zones = np.float32(HIGHEST_ZONE_SCORE) / (1 + np.exp(-zones))
        pooled = np.matmul(weights[..., _ATTENTION].transpose(0, 2, 1), states)[:, 0]
        logits = pooled @ self._of_pooled.T + zones @ self._of_zones.T + self._bias
        return HeadPass(logits, zones, states, weights, of_cells[..., 0])

    def gradient(self, found: HeadPass, images: list[int], targets: list[int]) -> Float32Array:
        """Gradient (n, L, W) of each image's logit of its target, by that image's states."""
        weights, states = found.weights[images], found.states[images]
        zones = found.zones[images]
        by_pooled = self._of_pooled[targets]
        # Through the sigmoid.
        by_zone = self._of_zones[targets] * zones * (1 - zones / np.float32(HIGHEST_ZONE_SCORE))
        by_weight = np.empty_like(weights)
        np.matmul(states, by_pooled[:, :, None], out=by_weight[..., _ATTENTION])
        by_weight[..., _ZONES] = found.scores[images][..., None] * by_zone[:, None]
        # Through the softmax over the cells.
        through = weights * (by_weight - (weights * by_weight).sum(axis=1, keepdims=True))
        by_score = np.matmul(weights[..., _ZONES], by_zone[:, :, None])
        gradient: Float32Array = np.concatenate([through, by_score], axis=2) @ self._readers
        gradient += weights[..., _ATTENTION] * by_pooled[:, None]
        return gradient


class SequenceHead:
    """LSTM and head of a batch at a time: the recurrence gains threefold from one."""

    def __init__(self, lstm: BiLstm, kernel: HeadKernel) -> None:
        self._lstm = lstm
        self._kernel = kernel

    def answer(
        self, maps: Sequence[tuple[Float32Array, ...]], wanted: Sequence[Target | None]
    ) -> list[Answer]:
        """Features (1, K, h, w) and their projections (1, h*w, 8H) to answers."""
        projected = np.concatenate([film[1] for film in maps])
        tape = self._lstm.forward(projected)
        found = self._kernel.decide(tape.states)
        subjects: dict[int, Subject] = {
            i: subject_of(target, found.logits[i], SEVERITIES)
            for i, target in enumerate(wanted)
            if target is not None
        }
        shown: dict[int, SubjectMap] = {}
        if subjects:
            asked = list(subjects)
            classes = [SEVERITIES.index(each) for each in subjects.values() if each != "burden"]
            gradient = self._kernel.gradient(found, asked, classes)
            summed = self._lstm.backward(tape, gradient, asked)
            raw = self._lstm.maps(projected[asked], summed).reshape(-1, *maps[0][0].shape[2:])
            shown = {i: SubjectMap.scaled(subjects[i], raw[k]) for k, i in enumerate(asked)}
        return [Answer(found.logits[i], found.zones[i], shown.get(i)) for i in range(len(maps))]


def _prior(weights: Weights, grid: tuple[int, int]) -> Float32Array:
    """(h*w, 6), log: as `zone_head.ZoneHead.prior`."""
    centres = weights.take("zones.centres", len(ZONES), 2)
    spread = np.exp(weights.take("zones.spread", len(ZONES), 2))
    rows, columns = ((np.arange(side, dtype=np.float32) + np.float32(0.5)) / side for side in grid)
    cells = np.stack([np.repeat(rows, grid[1]), np.tile(columns, grid[0])], axis=1)
    offset = (cells[:, None] - centres) / spread
    prior: Float32Array = -np.square(offset).sum(axis=2) / 2
    return prior
