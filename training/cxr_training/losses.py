"""What a batch costs: each part masked where nobody scored."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    log_softmax,
    smooth_l1_loss,
)

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE
from cxr_severity.model.networks.cells import CellMaps
from cxr_severity.model.networks.network import HeadOutput
from cxr_training.config import LossConfig
from cxr_training.lesions import LABELS
from cxr_training.targets import Targets

_TOLERANCE = 0.1
"""Of the highest score; beyond it the Huber loss grows linearly."""
_STUDY = 4
"""Labels of `boxes`; those of `masks` follow, and the two sets are told apart by no one."""


class Extras(nn.Module):
    """Heads that training alone has."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.sides = nn.Linear(channels, 2)
        self.scores = nn.Linear(channels, 3)
        self.labels = nn.Linear(channels, len(LABELS))


def answer_losses(
    config: LossConfig, output: HeadOutput, targets: Targets
) -> dict[str, torch.Tensor]:
    """Of N scored films: grade, zones, each lung's half-sum and total."""
    shares = output.zones / HIGHEST_ZONE_SCORE
    losses = {"class": class_loss(output.logits, targets.classes)}
    return losses | _hubers(
        config,
        {
            "zones": (shares.unsqueeze(1).expand_as(targets.zones), targets.zones),
            "total": (shares.mean(dim=1, keepdim=True), targets.total),
            "halves": (shares.view(-1, 2, 3).mean(dim=2), targets.halves),
        },
    )


def score_losses(
    config: LossConfig, extras: Extras, output: HeadOutput, targets: Targets
) -> dict[str, torch.Tensor]:
    """Of N scored films: their answers, and what training's own heads say of their cells."""
    lungs = output.pooled.view(len(output.pooled), 2, 3, -1).mean(dim=2)
    return answer_losses(config, output, targets) | _hubers(
        config,
        {
            "sides": (extras.sides(lungs).sigmoid(), targets.sides),
            "scores": (extras.scores(lungs.mean(dim=1)).sigmoid(), targets.scores),
        },
    )


def _hubers(
    config: LossConfig, estimated: dict[str, tuple[torch.Tensor, torch.Tensor]]
) -> dict[str, torch.Tensor]:
    return {
        name: getattr(config, name) * masked_huber(found, wanted)
        for name, (found, wanted) in estimated.items()
    }


def place_losses(
    config: LossConfig, maps: CellMaps, places: torch.Tensor, known: torch.Tensor,
    weight: torch.Tensor,
) -> dict[str, torch.Tensor]:  # fmt: skip
    """Cells against what was drawn: `places` (N, 3, h, w) shares, `known` (N, 3), `weight` (N,)."""
    loss = binary_cross_entropy_with_logits(maps.places, places, reduction="none").mean(dim=(2, 3))
    trust = known * weight[:, None]
    lungs = (loss[:, :2] * trust[:, :2]).sum() / trust[:, :2].sum().clamp_min(1)
    opacity = (loss[:, 2] * trust[:, 2]).sum() / trust[:, 2].sum().clamp_min(1)
    return {"lungs": config.lungs * lungs, "opacity": config.opacity * opacity}


def label_loss(extras: Extras, output: HeadOutput, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the labels (N,), among those of a film's own set: a set is no finding."""
    logits = extras.labels(output.pooled.mean(dim=1))
    of_study = labels < _STUDY
    first = torch.arange(len(LABELS), device=labels.device) < _STUDY
    logits = logits.masked_fill(of_study[:, None] != first, -1e4)
    return cross_entropy(logits, labels)


def class_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross-entropy against (N, 3) class probabilities, NaN rows left out."""
    known = ~targets.isnan().any(dim=1)
    loss = -(targets.nan_to_num() * log_softmax(logits, dim=1)).sum(dim=1)
    return (loss * known).sum() / known.sum().clamp_min(1)


def masked_huber(estimated: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Huber loss (Huber, 1964) over the targets that are not NaN; 0 where there are none."""
    known = ~targets.isnan()
    loss = smooth_l1_loss(estimated, targets.nan_to_num(), beta=_TOLERANCE, reduction="none")
    return (loss * known).sum() / known.sum().clamp_min(1)
