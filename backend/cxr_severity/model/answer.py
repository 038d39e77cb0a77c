"""What a network's head says of one film, whichever way it was computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.assessment import SEVERITIES, Subject, Target


@dataclass(frozen=True, slots=True, eq=False)
class SubjectMap:
    """Where the network saw what speaks for `target`: `cam` (h, w) float32 in [0, 1]."""

    target: Subject
    peak: float
    """The map's maximum before scaling."""
    cam: Float32Array

    @classmethod
    def scaled(cls, target: Subject, raw: Float32Array) -> SubjectMap:
        """A map (h, w) of any sign, scaled by its maximum; all zero where none is positive.

        A min-max stretch would make a flat map look confident.
        """
        positive: Float32Array = np.maximum(raw, 0)
        peak = float(positive.max())
        return cls(target, peak, positive / np.float32(peak) if peak > 0 else positive)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """`logits` (3,) in the order of `SEVERITIES`, calibrated; `zones` (6,) in that of `ZONES`.

    `places` (3, h, w): the probabilities of right lung, left lung and opacity in each cell; None
    where the network has no such map. `map` is None where none was asked for. All are float32.
    """

    logits: Float32Array
    zones: Float32Array
    map: SubjectMap | None
    places: Float32Array | None = None


class Head(Protocol):
    """Turns what the costly part gave into answers."""

    def answer(
        self, maps: Sequence[tuple[Float32Array, ...]], wanted: Sequence[Target | None]
    ) -> list[Answer]:
        """The answer to each film, from its maps, (1, ...) each, and from what an explanation is
        wanted of; None wants none."""


def subject_of(target: Target, logits: Float32Array, explains: Sequence[Subject]) -> Subject:
    """What a map of `target` speaks of, once the logits (3,) are known.

    A network that cannot explain what is asked for explains the most probable class.
    """
    if target != "predicted" and target in explains:
        return target
    return SEVERITIES[int(logits.argmax())]
