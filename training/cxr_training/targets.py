"""From readers' scores to what the network is trained towards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, SEVERITIES
from cxr_training.config import LossConfig
from cxr_training.data import HIGHEST, Case
from cxr_training.reference import MODERATE_FROM, SEVERE_FROM

SCORES = ("brixia_senior", "brixia_junior", "grade", "extent", "opacity", "involvement")
"""Scalar scores, trained beside the class."""
MIRRORED_ZONES = (3, 4, 5, 0, 1, 2)
"""Where the zones A to F are found when left and right are exchanged."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Of N films, float32, NaN where nobody scored: `classes` (N, 3) probabilities, `zones`
    (N, 2, 6) of both readers and `scores` (N, 6) in the order of `SCORES`, both as shares of the
    highest score."""

    classes: torch.Tensor
    zones: torch.Tensor
    scores: torch.Tensor

    @classmethod
    def of(cls, cases: Sequence[Case], config: LossConfig) -> Targets:
        scores = [
            # Grade 0 says that no severity could be assigned: no score.
            (*case.brixia, case.grade or math.nan, case.extent, case.opacity, case.involvement)
            for case in cases
        ]
        return cls(
            classes=torch.tensor([class_target(case, config) for case in cases]),
            zones=torch.tensor([case.zones for case in cases]) / HIGHEST_ZONE_SCORE,
            scores=torch.tensor(scores) / torch.tensor([HIGHEST[name] for name in SCORES]),
        )


def class_target(case: Case, config: LossConfig) -> tuple[float, ...]:
    """Probability of each class; NaN where the film has none.

    Two readers' mean of 5.0 is one point from being moderate, and another pair would often have
    called it so: the mean stands for a normal distribution of readings, whose share in each bin is
    the target (label distribution learning; Geng, IEEE TKDE 2016).
    """
    if case.severity is None:
        return (math.nan,) * len(SEVERITIES)
    mean = case.mean_brixia
    if math.isnan(mean):
        return _around(case.label, config.grade_certainty)
    if config.soft_labels == 0:
        return _around(case.label, 1.0)
    below = [
        0.5 * (1 + math.erf((edge - mean) / (config.soft_labels * math.sqrt(2))))
        for edge in (MODERATE_FROM, SEVERE_FROM)
    ]
    return (below[0], below[1] - below[0], 1 - below[1])


def _around(label: int, certainty: float) -> tuple[float, ...]:
    neighbours = [i for i in (label - 1, label + 1) if 0 <= i < len(SEVERITIES)]
    share = (1 - certainty) / len(neighbours)
    return tuple(
        certainty if i == label else share if i in neighbours else 0.0
        for i in range(len(SEVERITIES))
    )


def mirror_zones(zones: torch.Tensor, mirrored: torch.Tensor) -> torch.Tensor:
    """(N, 2, 6) zone scores; those of mirrored films, (N,) bool, change sides."""
    return torch.where(mirrored[:, None, None], zones[:, :, list(MIRRORED_ZONES)], zones)
