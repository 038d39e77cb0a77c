"""EfficientNet-B0 features, read as a sequence by a bidirectional LSTM."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, SEVERITIES, ZONES
from cxr_severity.model.networks.configs import SequenceConfig
from cxr_severity.model.networks.constants import FEATURES
from cxr_severity.model.networks.network import HeadOutput, Network
from cxr_severity.model.networks.zone_head import ZoneHead


class States(NamedTuple):
    """`sequence` (N, L, W) of the L grid cells; `attention` (N, L), sums to 1; `pooled` (N, W)."""

    sequence: torch.Tensor
    attention: torch.Tensor
    pooled: torch.Tensor


class SequenceNet(Network):
    """Severity and zone scores, read from the last feature map row by row."""

    explains = SEVERITIES
    """Maps of the burden were never measured for its version."""

    def __init__(self, config: SequenceConfig, image_size: int = 224) -> None:
        super().__init__(image_size, config.batch_norm_eps, config.padding)
        self.config = config
        width = FEATURES
        if config.sequence == "lstm":
            self.lstm = nn.LSTM(FEATURES, config.hidden_size, batch_first=True, bidirectional=True)
            width = 2 * config.hidden_size
        self.dropout = nn.Dropout(config.dropout)
        self.attention = nn.Linear(width, 1)
        self.zones = ZoneHead(width)
        self.width = width
        seen = width + (len(ZONES) if config.zones_inform_class else 0)
        self.classifier = nn.Linear(seen, len(SEVERITIES))

    def features(self, x: torch.Tensor) -> tuple[torch.Tensor]:
        """(N, 3, S, S) normalised input to feature maps (N, 1280, S/32, S/32)."""
        return (self.last_features(self.through(self.lower(x, 0), 0)),)

    def layer(self, maps: tuple[torch.Tensor, ...]) -> torch.Tensor:
        """The feature maps, as they are."""
        return maps[0]

    def answer(
        self,
        layer: torch.Tensor,
        maps: tuple[torch.Tensor, ...],  # noqa: ARG002
    ) -> HeadOutput:
        """(N, 1280, h, w) feature maps to an output."""
        return self.decide(self.pool(self.scan(layer)), (layer.shape[2], layer.shape[3]))

    def scan(self, features: torch.Tensor) -> torch.Tensor:
        """(N, 1280, h, w) feature maps to the states (N, h*w, W) of their cells.

        The grid is read row by row, from the top left.
        """
        sequence: torch.Tensor = self.dropout(features.flatten(2).transpose(1, 2))
        if self.config.sequence == "lstm":
            sequence, _ = self.lstm(sequence)
        return sequence

    def pool(self, sequence: torch.Tensor) -> States:
        """The states (N, L, W) with their mean, by learned weights (attention pooling; Yang et
        al., 2016): the last state alone would mostly see the corner that the scan ends in."""
        attention = self.attention(sequence).softmax(dim=1)
        pooled = (attention * sequence).sum(dim=1)
        return States(sequence, attention.squeeze(2), pooled)

    def decide(self, states: States, grid: tuple[int, int]) -> HeadOutput:
        """The states of a grid of (h, w) cells to an output."""
        zones = self.zones(states.sequence, grid)
        facts = self.dropout(states.pooled)
        if self.config.zones_inform_class:
            facts = torch.cat([facts, zones / HIGHEST_ZONE_SCORE], dim=1)
        logits = self.calibrated(self.classifier(facts), zones)
        return HeadOutput(logits, zones, states.pooled)
