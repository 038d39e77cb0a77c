"""EfficientNet-B0 features, read as a sequence by a bidirectional LSTM."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from efficientnet_pytorch import EfficientNet
from pydantic import BaseModel, ConfigDict, Field
from torch import nn
from torch.nn.functional import linear

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, SEVERITIES, ZONES
from cxr_severity.model.calibration import Scaling

FEATURES = 1280
"""Channels of EfficientNet-B0's last feature map (Tan and Le, 2019)."""


_ZONE_CENTRES = [[y, x] for x in (0.3, 0.7) for y in (0.25, 0.5, 0.75)]
"""Row and column of the zones A to F as shares of the image: the right lung is on its left."""


class HeadOutput(NamedTuple):
    """What the head says: `logits` (N, 3) in the order of `SEVERITIES`, `zones` (N, 6) in [0, 3]
    in the order of `ZONES`; float32."""

    logits: torch.Tensor
    zones: torch.Tensor


class States(NamedTuple):
    """`sequence` (N, L, W) of the L grid cells; `attention` (N, L), sums to 1; `pooled` (N, W)."""

    sequence: torch.Tensor
    attention: torch.Tensor
    pooled: torch.Tensor


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
    zones_inform_class: bool = True
    """The class layer sees the zone scores beside the pooled states."""
    dropout: float = Field(default=0.3, ge=0, lt=1)
    """On the features before the LSTM and on the pooled sequence before the class layer."""


class SeverityNet(nn.Module):
    """Severity and zone scores from a radiograph, in two parts that can be run apart.

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
        _use_native_swish(self.backbone)
        if config.padding == "symmetric":
            _pad_symmetrically(self.backbone)
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
        self.scaling: tuple[torch.Tensor, torch.Tensor] | None = None
        """Of logits and zones to calibrated logits: weights (3, 9) and offset (3,)."""

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) normalised input to (N, 1280, S/32, S/32) feature maps."""
        return self.upper(self.lower(x, 0), 0)

    def lower(self, x: torch.Tensor, blocks: int) -> torch.Tensor:
        """(N, 3, S, S) normalised input through the stem and the first `blocks` blocks."""
        net = self.backbone
        maps: torch.Tensor = net._swish(net._bn0(net._conv_stem(x)))
        return self._through(maps, 0, blocks)

    def upper(self, maps: torch.Tensor, blocks: int) -> torch.Tensor:
        """What `lower(x, blocks)` gave to (N, 1280, S/32, S/32) feature maps."""
        net = self.backbone
        maps = self._through(maps, blocks, len(net._blocks))
        features: torch.Tensor = net._swish(net._bn1(net._conv_head(maps)))
        return features

    def _through(self, maps: torch.Tensor, start: int, stop: int) -> torch.Tensor:
        # As `EfficientNet.extract_features` does it: deeper blocks are dropped more often.
        rate = self.backbone._global_params.drop_connect_rate / len(self.backbone._blocks)
        for i in range(start, stop):
            maps = self.backbone._blocks[i](maps, drop_connect_rate=rate * i)
        return maps

    def read(self, features: torch.Tensor) -> States:
        """(N, 1280, h, w) feature maps to the states that head and training's extra heads share."""
        return self.pool(self.scan(features))

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
        logits = self.classifier(facts)
        if self.scaling is not None:
            logits = linear(torch.cat([logits, zones], dim=1), *self.scaling)
        return HeadOutput(logits, zones)

    def calibrate(self, scaling: Scaling) -> None:
        """Have the network say calibrated logits from now on, so that a map explains those.

        The numbers belong to the manifest and never enter the state that is stored.
        """
        device = self.classifier.weight.device
        weights = torch.tensor(scaling.weights, dtype=torch.float32, device=device)
        weights[:, : len(SEVERITIES)] /= scaling.temperature
        # A tuple, not buffers: it is no part of the state dict.
        self.scaling = (weights, torch.tensor(scaling.offset, device=device))

    def head(self, features: torch.Tensor) -> HeadOutput:
        """(N, 1280, h, w) feature maps to an output."""
        return self.decide(self.read(features), (features.shape[2], features.shape[3]))

    def forward(self, x: torch.Tensor) -> HeadOutput:
        """(N, 3, S, S) normalised input to an output."""
        return self.head(self.features(x))


class ZoneHead(nn.Module):
    """Brixia scores of six zones, each read where it looks.

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


def _use_native_swish(module: nn.Module) -> None:
    """Replace the package's own swish by PyTorch's: same function, training a quarter faster."""
    for name, child in module.named_children():
        if type(child).__name__ in ("Swish", "MemoryEfficientSwish"):
            setattr(module, name, nn.SiLU(inplace=False))
        else:
            _use_native_swish(child)


def _pad_symmetrically(backbone: nn.Module) -> None:
    """Replace `efficientnet_pytorch`'s TensorFlow-style padding layers by plain padding."""
    for module in backbone.modules():
        if isinstance(module, nn.Conv2d) and hasattr(module, "static_padding"):
            module.static_padding = nn.Identity()
            module.padding = tuple((k - 1) // 2 for k in module.kernel_size)
