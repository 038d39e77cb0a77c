"""EfficientNet-B0 features, read as a sequence by a bidirectional LSTM."""

from __future__ import annotations

from typing import Literal

import torch
from efficientnet_pytorch import EfficientNet
from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from cxr_severity.model.assessment import SEVERITIES

FEATURES = 1280
"""Channels of EfficientNet-B0's last feature map (Tan and Le, 2019)."""


class NetworkConfig(BaseModel):
    """Shape of the network; stored with each version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backbone: Literal["efficientnet-b0"] = "efficientnet-b0"
    padding: Literal["symmetric", "tensorflow"] = "symmetric"
    """`symmetric` pads (k-1)//2 on each side, as torchvision's weights expect; `tensorflow` pads
    as `efficientnet_pytorch`'s own `from_pretrained` weights expect."""
    batch_norm_eps: float = Field(default=1e-5, gt=0)
    """1e-5 for torchvision's weights, 1e-3 for `efficientnet_pytorch`'s own."""
    sequence: Literal["lstm", "none"] = "lstm"
    """`none` pools the features directly: the plain-CNN side of an ablation."""
    hidden_size: int = Field(default=128, ge=8, le=512)
    """LSTM units in each direction."""
    dropout: float = Field(default=0.3, ge=0, lt=1)
    """On the features before the LSTM and on the pooled sequence before the class layer."""


class SeverityNet(nn.Module):
    """Severity logits from a radiograph, in two parts that can be run apart.

    `features` is the costly part and needs no gradient at inference; `head` is small, so an
    explanation takes the gradient of it alone.
    """

    def __init__(self, config: NetworkConfig, image_size: int = 224) -> None:
        super().__init__()
        self.config = config
        self.backbone = EfficientNet.from_name(
            config.backbone,
            image_size=image_size,
            include_top=False,
            batch_norm_epsilon=config.batch_norm_eps,
            # The package counts like TensorFlow (share kept): 0.9 is PyTorch's momentum of 0.1.
            # Its own 0.99 needs thousands of steps to follow the weights.
            batch_norm_momentum=0.9,
        )
        if config.padding == "symmetric":
            _pad_symmetrically(self.backbone)
        width = FEATURES
        if config.sequence == "lstm":
            self.lstm = nn.LSTM(FEATURES, config.hidden_size, batch_first=True, bidirectional=True)
            width = 2 * config.hidden_size
        self.dropout = nn.Dropout(config.dropout)
        self.attention = nn.Linear(width, 1)
        self.classifier = nn.Linear(width, len(SEVERITIES))

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) normalised input to (N, 1280, S/32, S/32) feature maps."""
        maps: torch.Tensor = self.backbone.extract_features(x)
        return maps

    def head(self, features: torch.Tensor) -> torch.Tensor:
        """(N, 1280, h, w) feature maps to (N, 3) logits in the order of `SEVERITIES`.

        The grid is read row by row, from the top left. Its states are averaged with learned
        weights (attention pooling; Yang et al., 2016), because the last state alone would
        mostly see the corner that the scan ends in.
        """
        sequence = self.dropout(features.flatten(2).transpose(1, 2))
        if self.config.sequence == "lstm":
            sequence, _ = self.lstm(sequence)
        weights = self.attention(sequence).softmax(dim=1)
        pooled = (weights * sequence).sum(dim=1)
        logits: torch.Tensor = self.classifier(self.dropout(pooled))
        return logits

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) normalised input to (N, 3) logits."""
        return self.head(self.features(x))


def _pad_symmetrically(backbone: nn.Module) -> None:
    """Replace `efficientnet_pytorch`'s TensorFlow-style padding layers by plain padding."""
    for module in backbone.modules():
        if isinstance(module, nn.Conv2d) and hasattr(module, "static_padding"):
            module.static_padding = nn.Identity()
            module.padding = tuple((k - 1) // 2 for k in module.kernel_size)
