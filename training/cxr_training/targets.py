"""From readers' scores to what the network is trained towards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import torch

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE
from cxr_training.cases import Case, Reference, half_of
from cxr_training.config import LossConfig
from cxr_training.reference import MODERATE_FROM, SEVERE_FROM

HIGHEST_TOTAL, HIGHEST_HALF, HIGHEST_SIDE = 18, 9, 4
_MIRRORED_ZONES = (3, 4, 5, 0, 1, 2)
"""Where the zones A to F are found when left and right are exchanged."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Of N films, float32 shares of the highest score, NaN where nobody scored.

    `classes` (N, 3) probabilities; `total` (N, 1); `halves` (N, 2) right and left lung's three
    zones together; `zones` (N, 2, 6) of both readers; `sides` (N, 2, 2) extent and opacity of the
    right and of the left lung; `scores` (N, 3) grade, extent and opacity of the film.
    """

    classes: torch.Tensor
    total: torch.Tensor
    halves: torch.Tensor
    zones: torch.Tensor
    sides: torch.Tensor
    scores: torch.Tensor

    @classmethod
    def of(cls, cases: Sequence[Case], config: LossConfig) -> Targets:
        sides = [_sides(case) for case in cases]
        return cls(
            classes=torch.tensor([class_target(case, config) for case in cases]),
            total=torch.tensor([[case.total / HIGHEST_TOTAL] for case in cases]),
            halves=torch.tensor(
                [[half_of(e, o) / HIGHEST_HALF for e, o in pair] for pair in sides]
            ),
            zones=torch.tensor([case.zones for case in cases]) / HIGHEST_ZONE_SCORE,
            sides=torch.tensor(sides) / HIGHEST_SIDE,
            scores=torch.tensor(
                # Grade 0 says that no severity could be assigned: no score.
                [(case.grade / 5 or math.nan, case.extent / 8, case.opacity / 8) for case in cases]
            ),
        )

    def to(self, device: torch.device) -> Self:
        return type(self)(*(getattr(self, field.name).to(device) for field in fields(self)))

    def followed_by(self, more: Targets) -> Self:
        """Those of N films, then those of M others."""
        names = [field.name for field in fields(self)]
        return type(self)(*(torch.cat([getattr(self, n), getattr(more, n)]) for n in names))

    def of_batch(self, indices: torch.Tensor, mirrored: torch.Tensor) -> Self:
        """Those of a batch, (N,) indices, sides exchanged where `mirrored`, (N,) bool."""
        rows = type(self)(*(getattr(self, field.name)[indices] for field in fields(self)))
        return type(self)(
            classes=rows.classes,
            total=rows.total,
            halves=torch.where(mirrored[:, None], rows.halves.flip(1), rows.halves),
            zones=torch.where(
                mirrored[:, None, None], rows.zones[:, :, list(_MIRRORED_ZONES)], rows.zones
            ),
            sides=torch.where(mirrored[:, None, None], rows.sides.flip(1), rows.sides),
            scores=rows.scores,
        )


def class_target(case: Case, config: LossConfig) -> tuple[float, ...]:
    """Probability of each class; NaN where the film has none.

    A total of 5.0 is half a point from being moderate, and other readers would often have called it
    so: it stands for a normal distribution of readings, whose share in each bin is the target
    (label distribution learning; Geng, IEEE TKDE 2016).
    """
    if math.isnan(case.total):
        return (math.nan,) * 3
    spread = _spread(case.reference, config)
    below = [
        0.5 * (1 + math.erf((edge - case.total) / (spread * math.sqrt(2))))
        for edge in (MODERATE_FROM, SEVERE_FROM)
    ]
    return (below[0], below[1] - below[0], 1 - below[1])


def _spread(reference: Reference, config: LossConfig) -> float:
    return max(config.soft_ralo if reference == "ralo" else config.soft_labels, 1e-6)


def _sides(case: Case) -> list[tuple[float, float]]:
    """Extent and opacity (0-4) of the right and of the left lung, mean of both raters."""
    one, two = case.sides
    mean = [(a + b) / 2 for a, b in zip(one, two, strict=True)]
    return [(mean[0], mean[1]), (mean[2], mean[3])]
