"""Brixia scores of six zones, each read where it looks."""

from __future__ import annotations

import torch
from torch import nn

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, ZONES

_ZONE_CENTRES = [[y, x] for x in (0.3, 0.7) for y in (0.25, 0.5, 0.75)]
"""Row and column of the zones A to F as shares of the image: the right lung is on its left."""


class ZoneHead(nn.Module):
    """States of a grid to zone scores.

    A zone's attention starts at its place in a frontal film and learns from there; what counts as
    affected is the same everywhere, so one layer scores all six.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attention = nn.Linear(width, len(ZONES))
        self.centres = nn.Parameter(torch.tensor(_ZONE_CENTRES))
        self.spread = nn.Parameter(torch.full((len(ZONES), 2), 0.15).log())
        self.score = nn.Linear(width, 1)
        self.bias = nn.Parameter(torch.zeros(len(ZONES)))

    def forward(self, sequence: torch.Tensor, grid: tuple[int, int]) -> torch.Tensor:
        """(N, h*w, W) states of a grid of (h, w) cells to (N, 6) scores in [0, 3]."""
        weights = (self.attention(sequence) + self.prior(grid)).softmax(dim=1)
        pooled = weights.transpose(1, 2) @ sequence
        return HIGHEST_ZONE_SCORE * torch.sigmoid(self.score(pooled).squeeze(2) + self.bias)

    def prior(self, grid: tuple[int, int]) -> torch.Tensor:
        """(h*w, 6): how likely a zone is to look at a cell, before what the cell shows; log."""
        rows, columns = (
            (torch.arange(side, device=self.centres.device) + 0.5) / side for side in grid
        )  # fmt: skip
        cells = torch.cartesian_prod(rows, columns)
        offset = (cells[:, None] - self.centres) / self.spread.exp()
        return -offset.square().sum(dim=2) / 2
