"""From readers' scores to what the network is trained towards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import torch

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE
from cxr_severity.model.calibration import HIGHEST_TOTAL
from cxr_severity.model.measure.brixia import MODERATE_FROM, SEVERE_FROM
from cxr_training.cases import Case, ReferenceBy, half_of
from cxr_training.config import LossConfig

HIGHEST_HALF, HIGHEST_SIDE = 9, 4
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
            classes=soft_classes(
                torch.tensor([case.total for case in cases]),
                torch.tensor([_spread(case.reference, config) for case in cases]),
            ),
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

    @classmethod
    def unknown(cls, count: int) -> Targets:
        """Of films that nobody scored."""
        shapes = ((3,), (1,), (2,), (2, 6), (2, 2), (3,))
        return cls(*(torch.full((count, *shape), math.nan) for shape in shapes))

    @classmethod
    def of_reading(cls, probabilities: torch.Tensor, zones: torch.Tensor) -> Targets:
        """What a network reads in place of what readers said: probabilities (N, 3) of each class,
        zones (N, 6) from 0 to 3; there is no second reader."""
        said = cls.unknown(len(zones))
        said.classes[:] = probabilities
        said.total[:] = zones.sum(dim=1, keepdim=True) / HIGHEST_TOTAL
        said.halves[:] = zones.view(-1, 2, 3).sum(dim=2) / HIGHEST_HALF
        said.zones[:, 0] = zones / HIGHEST_ZONE_SCORE
        return said

    @property
    def given(self) -> bool:
        """Whether anything was scored."""
        return any(bool((~getattr(self, field.name).isnan()).any()) for field in fields(self))

    def to(self, device: torch.device) -> Self:
        return type(self)(*(getattr(self, field.name).to(device) for field in fields(self)))

    def followed_by(self, more: Targets) -> Self:
        """Those of N films, then those of M others."""
        names = [field.name for field in fields(self)]
        return type(self)(*(torch.cat([getattr(self, n), getattr(more, n)]) for n in names))

    def rows(self, indices: torch.Tensor) -> Self:
        """Those at (K,) indices."""
        return type(self)(*(getattr(self, field.name)[indices] for field in fields(self)))

    def where(self, chosen: torch.Tensor, other: Targets) -> Self:
        """These where `chosen`, (N,) bool, and `other`'s elsewhere."""

        def of(name: str) -> torch.Tensor:
            mine: torch.Tensor = getattr(self, name)
            return torch.where(chosen.view(-1, *[1] * (mine.dim() - 1)), mine, getattr(other, name))

        return type(self)(*(of(field.name) for field in fields(self)))

    def tempered(self, other: Targets, share: float) -> Self:
        """Means of these and of `other`'s, which counts by `share`; where one says nothing, what
        the other says."""

        def of(name: str) -> torch.Tensor:
            mine, theirs = getattr(self, name), getattr(other, name)
            mean: torch.Tensor = (1 - share) * mine + share * theirs
            return torch.where(mine.isnan(), theirs, torch.where(theirs.isnan(), mine, mean))

        return type(self)(*(of(field.name) for field in fields(self)))

    def beside(self, other: Targets, spread: float) -> Targets:
        """Of N films with these films' right and `other`'s left lungs; what was said of whole films
        is known of none, and totals are NaN where a half is. `spread` as in `soft_classes`."""
        halves = torch.stack([self._of_lungs()[:, 0], other._of_lungs()[:, 1]], dim=1)
        total = halves.mean(dim=1, keepdim=True)
        spreads = torch.full((len(total),), spread)
        return Targets(
            classes=soft_classes(total.squeeze(1) * HIGHEST_TOTAL, spreads),
            total=total,
            halves=halves,
            zones=torch.cat([self.zones[:, :, :3], other.zones[:, :, 3:]], dim=2),
            sides=torch.stack([self.sides[:, 0], other.sides[:, 1]], dim=1),
            scores=torch.full_like(self.scores, math.nan),
        )

    def _of_lungs(self) -> torch.Tensor:
        """(N, 2) half-sums: as they were scored, or by the readers' zones."""
        by_zones = self.zones.nanmean(dim=1).view(-1, 2, 3).mean(dim=2)
        return torch.where(self.halves.isnan(), by_zones, self.halves)

    def of_batch(self, indices: torch.Tensor, mirrored: torch.Tensor) -> Self:
        """Those of a batch, (N,) indices, sides exchanged where `mirrored`, (N,) bool."""
        rows = self.rows(indices)
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


def soft_classes(totals: torch.Tensor, spreads: torch.Tensor) -> torch.Tensor:
    """Totals (N,) in Brixia points to probabilities of each class (N, 3), NaN where a total is.

    A total of 5.0 is half a point from being moderate, and other readers would often have called it
    so: it stands for a normal distribution of readings with standard deviation `spreads` (N,),
    whose share in each bin is the target (label distribution learning; Geng, IEEE TKDE 2016).
    """
    mild, not_severe = (
        0.5 * (1 + torch.erf((edge - totals) / (spreads * math.sqrt(2))))
        for edge in (MODERATE_FROM, SEVERE_FROM)
    )
    return torch.stack([mild, not_severe - mild, 1 - not_severe], dim=1)


def _spread(reference: ReferenceBy, config: LossConfig) -> float:
    return max(config.soft_ralo if reference == "ralo" else config.soft_labels, 1e-6)


def _sides(case: Case) -> list[tuple[float, float]]:
    """Extent and opacity (0-4) of the right and of the left lung, mean of both raters."""
    one, two = case.sides
    mean = [(a + b) / 2 for a, b in zip(one, two, strict=True)]
    return [(mean[0], mean[1]), (mean[2], mean[3])]
