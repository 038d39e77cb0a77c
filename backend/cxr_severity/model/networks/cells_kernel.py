"""The head of a network of cells and its Grad-CAM in numpy, with the gradient written out.

PyTorch's autograd gives the same, and is what this is tested against; on arrays this small nearly
all of its time, two milliseconds, is bookkeeping. The cells enter a zone by a weighted mean alone,
and Grad-CAM asks for the mean of their gradient: whatever the weights, that is the gradient of the
mean over the number of cells, so that no cell's own gradient is ever written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.answer import Answer, SubjectMap, subject_of
from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, SEVERITIES, ZONES, Subject, Target
from cxr_severity.model.calibration import Scaling, softmax
from cxr_severity.model.networks.configs import CellConfig
from cxr_severity.model.networks.constants import (
    ENDS,
    FINER,
    GAIN,
    HIDDEN,
    PRIOR,
    SHARPNESS,
    THIRDS,
)
from cxr_severity.model.weights import Weights

_HIGHEST = np.float32(HIGHEST_ZONE_SCORE)
_SUBJECTS: tuple[Subject, ...] = ("burden", *SEVERITIES)


@dataclass(frozen=True, slots=True, eq=False)
class CellReading:
    """Of one film: `logits` (3,), calibrated, `zones` (6,) and `places` (3, h, w), probabilities;
    the rest is for `cam`.

    `lit` (C, L): the cells that were read; `lungs` (L,): probability of lung; `shares` (6,): zones
    in [0, 1]; `hidden` (6, 64): of each zone's score.
    """

    logits: Float32Array
    zones: Float32Array
    places: Float32Array
    lit: Float32Array
    lungs: Float32Array
    shares: Float32Array
    hidden: Float32Array


class CellKernel:
    """What follows the maps of a network.

    Raises:
        ArtifactError: when the weights, of which it takes the head, do not fit.
    """

    def __init__(self, weights: Weights, config: CellConfig, scaling: Scaling | None) -> None:
        """`scaling`: of the logits that are said, and explained; None leaves them as they are."""
        zones, grades, channels = len(ZONES), len(SEVERITIES), config.channels
        self._inward = weights.take("head.score.0.weight", HIDDEN, channels + 1)
        self._inward_bias = weights.take("head.score.0.bias", HIDDEN)
        self._outward = weights.take("head.score.3.weight", 1, HIDDEN)[0]
        self._zone_bias = weights.take("head.score.3.bias", 1) + weights.take("head.bias", zones)
        weight = weights.take("head.classifier.weight", grades, zones + 1 + channels)
        of_shares, of_cover, of_pooled = np.split(weight, [zones, zones + 1], axis=1)
        bias = weights.take("head.classifier.bias", grades)
        if scaling is not None:
            mixing, direct, offset = scaling.of_raw()
            of_shares = mixing @ of_shares + direct * _HIGHEST
            of_cover, of_pooled = mixing @ of_cover, mixing @ of_pooled
            bias = mixing @ bias + offset
        self._of_shares, self._of_cover, self._of_pooled = of_shares, of_cover[:, 0], of_pooled
        self._bias = bias

    def answer(
        self, maps: Sequence[tuple[Float32Array, ...]], wanted: Sequence[Target | None]
    ) -> list[Answer]:
        """`CellMaps` of each film to its answer."""
        return [
            self._answer(cells[0], places[0], frames[0][0] if frames else None, target)
            for (_, cells, places, *frames), target in zip(maps, wanted, strict=True)
        ]

    def _answer(
        self, cells: Float32Array, places: Float32Array, frame: Float32Array | None,
        target: Target | None,
    ) -> Answer:  # fmt: skip
        found = self.read(cells, places)
        shown: SubjectMap | None = None
        if target is not None:
            subject = subject_of(target, found.logits, _SUBJECTS)
            shown = SubjectMap.scaled(subject, on_film(self.cam(found, subject), frame))
        return Answer(found.logits, found.zones, shown, on_film(found.places, frame))

    def read(self, cells: Float32Array, places: Float32Array) -> CellReading:
        """(C, h, w) cells and (3, h, w) logits of `PLACES` of one film to its reading."""
        probabilities = _sigmoid(places)
        light = (np.float32(GAIN) * within_lungs(probabilities)).reshape(-1)
        lit = cells.reshape(len(cells), -1) * light
        weights = zone_weights(probabilities[:2]).reshape(len(ZONES), -1)
        weights /= weights.sum(axis=1, keepdims=True)
        pooled = weights @ lit.T
        covered = weights @ probabilities[2].reshape(-1)
        hidden = np.concatenate([pooled, covered[:, None]], axis=1) @ self._inward.T
        hidden = np.maximum(hidden + self._inward_bias, 0)
        shares = _sigmoid(hidden @ self._outward + self._zone_bias)
        logits = (
            self._of_shares @ shares
            + self._of_cover * covered.mean()
            + self._of_pooled @ pooled.mean(axis=0)
            + self._bias
        )
        lungs = lung_cells(probabilities).reshape(-1)
        return CellReading(logits, _HIGHEST * shares, probabilities, lit, lungs, shares, hidden)

    def cam(self, found: CellReading, subject: Subject) -> Float32Array:
        """Grad-CAM (h, w) of a grade or of the burden: not negative, not scaled."""
        zones, cells = len(ZONES), found.lit.shape[1]
        # Of each zone's share, and of the pooled cells past the zones.
        by_share, direct = np.full(zones, _HIGHEST), np.zeros_like(self._of_pooled[0])
        if subject != "burden":
            by_logit = _of_margin(found.logits, SEVERITIES.index(subject))
            by_share, direct = by_logit @ self._of_shares, by_logit @ self._of_pooled
        # Straight on from the middle of the sigmoid: see `CellNet.explained`.
        lower = np.minimum(found.shares, np.float32(0.5))
        by_score = by_share * lower * (1 - lower)
        by_hidden = by_score[:, None] * self._outward * (found.hidden > 0)
        by_pooled = by_hidden.sum(axis=0) @ self._inward[:, :-1] + direct
        raw = (by_pooled / np.float32(cells)) @ found.lit * found.lungs
        cam: Float32Array = np.maximum(raw, 0).reshape(found.places.shape[1:])
        return cam


def _of_margin(logits: Float32Array, grade: int) -> Float32Array:
    """(3,): how `cells.margin` of a grade changes with each of the logits (3,)."""
    at_least = max(grade, 1)
    change = np.concatenate([-softmax(logits[:at_least]), softmax(logits[at_least:])])
    found: Float32Array = (change if grade else -change).astype(np.float32)
    return found


def on_film(shown: Float32Array, frame: Float32Array | None) -> Float32Array:
    """As `CellNet.on_film`, of one film: (..., h, w) over its frame (4,) to (..., 2h, 2w) over all
    of it, 0 outside; as it is where there is no frame."""
    if frame is None:
        return shown
    height, width = shown.shape[-2:]
    down = _share_of(height, float(frame[1]), float(frame[3]))
    across = _share_of(width, float(frame[0]), float(frame[2]))
    found: Float32Array = np.matmul(np.matmul(down, shown), across.T)
    return found


def _share_of(cells: int, low: float, high: float) -> Float32Array:
    """How much of each of the cells of a frame is in each of a film's, along one side: bilinear,
    (2 * cells, cells)."""
    centres = (np.arange(FINER * cells) + 0.5) / (FINER * cells)
    at = np.clip((centres - low) / (high - low) * cells - 0.5, 0, cells - 1)
    shares = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(cells)))
    shares[(centres < low) | (centres > high)] = 0
    found: Float32Array = shares.astype(np.float32)
    return found


def zone_weights(lungs: Float32Array) -> Float32Array:
    """As `zone_geometry.zone_weights`, of one film: (2, h, w) to (6, h, w)."""
    _, height, width = lungs.shape
    found = lungs + np.float32(PRIOR) * typical_lungs(height, width)
    outer = third_edges(found)
    outer[:, 0], outer[:, -1] = 0, 1
    rows = np.arange(height, dtype=np.float32) / np.float32(height)
    top, bottom = outer[:, :-1, None], outer[:, 1:, None]
    inside = np.minimum(bottom, rows + np.float32(1 / height)) - np.maximum(top, rows)
    thirds = np.clip(inside * np.float32(height), 0, 1)
    weights = thirds[..., None] * found[:, None]
    laid: Float32Array = weights.reshape(len(ZONES), height, width) + np.float32(1e-6)
    return laid


def third_edges(lungs: Float32Array) -> Float32Array:
    """As `zone_geometry.third_edges`, of one film: (2, h, w) to (2, 4)."""
    count, height, _ = lungs.shape
    reached = np.zeros((count, height + 1), np.float32)
    np.cumsum(lungs.sum(axis=2), axis=1, out=reached[:, 1:])
    reached /= np.maximum(reached[:, -1:], np.float32(1e-6))
    edges = np.empty((count, 2), np.float32)
    for lung in range(count):
        for end, share in enumerate(ENDS):
            # Row of the quantile, and how far into that row it lies.
            row = min(int(np.count_nonzero(reached[lung, 1:] < share)), height - 1)
            low, high = float(reached[lung, row]), float(reached[lung, row + 1])
            edges[lung, end] = (row + (share - low) / max(high - low, 1e-6)) / height
    apex, base = edges[:, :1], edges[:, 1:]
    found: Float32Array = apex + (base - apex) * (
        np.arange(THIRDS + 1, dtype=np.float32) / np.float32(THIRDS)
    )
    return found


def within_lungs(places: Float32Array) -> Float32Array:
    """As `cell_head.within_lungs`: (..., 3, h, w) probabilities to (..., h, w) of opacity there."""
    odds = places[..., 2, :, :].clip(np.float32(1e-6), np.float32(1 - 1e-6))
    seen, clear = odds ** np.float32(SHARPNESS), (1 - odds) ** np.float32(SHARPNESS)
    found: Float32Array = np.divide(seen, seen + clear, dtype=np.float32) * lung_cells(places)
    return found


def lung_cells(places: Float32Array) -> Float32Array:
    """As `zone_geometry.lung_cells`: (..., 3, h, w) probabilities to (..., h, w) of being lung."""
    found: Float32Array = np.minimum(places[..., 0, :, :] + places[..., 1, :, :], 1)
    return found


@lru_cache(maxsize=8)
def typical_lungs(height: int, width: int) -> Float32Array:
    """As `zone_geometry.typical_lungs`, (2, h, w)."""
    rows, columns = (
        (np.arange(side, dtype=np.float32) + np.float32(0.5)) / side for side in (height, width)
    )
    tall = np.exp(-np.square((rows - np.float32(0.47)) / np.float32(0.22)) / 2)
    wide = np.stack(
        [np.exp(-np.square((columns - np.float32(x)) / np.float32(0.09)) / 2) for x in (0.3, 0.7)]
    )
    found: Float32Array = (tall[:, None] * wide[:, None]).astype(np.float32)
    return found


def _sigmoid(values: Float32Array) -> Float32Array:
    found: Float32Array = np.float32(1) / (np.float32(1) + np.exp(-values))
    return found
