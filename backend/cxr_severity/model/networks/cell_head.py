"""The head of a network of cells: what is read of the cells, and in which light."""

from __future__ import annotations

import torch
from torch import nn

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, SEVERITIES, ZONES
from cxr_severity.model.networks.constants import GAIN, HIDDEN, SHARPNESS
from cxr_severity.model.networks.network import HeadOutput
from cxr_severity.model.networks.zone_geometry import lung_cells


class CellHead(nn.Module):
    """Cells to zone scores and grade: small, so that its gradient is cheap."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.score = nn.Sequential(
            nn.Linear(channels + 1, HIDDEN), nn.ReLU(), nn.Dropout(), nn.Linear(HIDDEN, 1)
        )
        self.bias = nn.Parameter(torch.zeros(len(ZONES)))
        self.dropout = nn.Dropout()
        self.classifier = nn.Linear(len(ZONES) + 1 + channels, len(SEVERITIES))

    def forward(
        self, lit: torch.Tensor, weights: torch.Tensor, opacity: torch.Tensor
    ) -> HeadOutput:
        """Cells to an answer.

        Args:
            lit: (N, C, h, w) cells in the light of opacity: what Grad-CAM speaks of.
            weights: (N, 6, h, w) how much of each cell belongs to each zone, of `zone_weights`.
            opacity: (N, h, w) probability of opacity.
        """
        shares, norm = weights.flatten(2), weights.flatten(2).sum(dim=2)
        pooled = shares @ lit.flatten(2).transpose(1, 2) / norm.unsqueeze(2)
        covered = (shares @ opacity.flatten(1).unsqueeze(2)) / norm.unsqueeze(2)
        scores = self.score(torch.cat([pooled, covered], dim=2)).squeeze(2) + self.bias
        zones = HIGHEST_ZONE_SCORE * scores.sigmoid()
        shares_of_highest = zones / HIGHEST_ZONE_SCORE
        facts = [shares_of_highest, covered.mean(dim=1), self.dropout(pooled.mean(dim=1))]
        return HeadOutput(self.classifier(torch.cat(facts, dim=1)), zones, pooled)


def light_of(places: torch.Tensor) -> torch.Tensor:
    """(..., 3, h, w) probabilities of `PLACES` to (..., h, w): how much of each cell is read."""
    return GAIN * within_lungs(places)


def within_lungs(places: torch.Tensor) -> torch.Tensor:
    """(..., 3, h, w) probabilities of `PLACES` to (..., h, w) of opacity within the lungs: outside
    them it is bone, organ or letter."""
    odds = places[..., 2, :, :].clamp(1e-6, 1 - 1e-6)
    seen, clear = odds**SHARPNESS, (1 - odds) ** SHARPNESS
    return seen / (seen + clear) * lung_cells(places)
