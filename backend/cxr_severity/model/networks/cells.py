"""A finer map of cells, from which grade, zones and place are all read.

EfficientNet-B0's last features are read as a sequence by a bidirectional LSTM. What it says of each
place is fused with the features of the middle of the network (stride 16), which still know where
things are, into cells of 14 x 14 at 224 pixels. The cells say where the right lung, the left lung
and opacity are; the six zones are laid into the lungs that they find, and zone scores, total and
grade are read from the cells where opacity is seen within the lungs. So an explanation over these
cells shows what the reading used, and what lies outside the lungs (letters, tubes, shoulders)
cannot carry a grade.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from efficientnet_pytorch import EfficientNet
from pydantic import BaseModel, ConfigDict, Field
from torch import nn
from torch.nn.functional import interpolate, linear

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, SEVERITIES, ZONES
from cxr_severity.model.calibration import Scaling
from cxr_severity.model.networks.sequence import FEATURES, _pad_symmetrically, _use_native_swish

MIDDLE_BLOCK = 10
"""The last block at stride 16; its output has `MIDDLE` channels."""
MIDDLE = 112
PLACES = ("right lung", "left lung", "opacity")
"""What each cell is asked for, in this order. The patient's right lung is on the image's left."""
THIRDS = 3
ENDS = (0.03, 0.97)
"""Shares of a lung's area above its apex and its base, which leave out stray cells."""
_SHARPNESS = 1.5
"""The masks that taught opacity are generous, and a box also holds what is none, so that the cells
around an opacity are given some of it. Logits are steeper by this before they are used or shown;
even odds stay even. Chosen on the films that are held back for maps."""
_GAIN = 2.5
"""About the inverse of the mean opacity of a lung: cells lit by opacity keep the scale of cells."""
PRIOR = 0.02
"""Weight of a typical lung beside the one that is found, so that zones exist on any image."""


class CellConfig(BaseModel):
    """Shape of a network of cells; stored with each version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["cells"] = "cells"
    backbone: Literal["efficientnet-b0"] = "efficientnet-b0"
    batch_norm_eps: float = Field(default=1e-5, gt=0)
    """1e-5 as torchvision's weights, which are also padded symmetrically."""
    hidden_size: int = Field(default=96, ge=8, le=512)
    """LSTM units in each direction."""
    channels: int = Field(default=128, ge=8, le=512)
    """Of a cell."""


class CellMaps(NamedTuple):
    """What the costly part gives, without a gradient.

    `last` (N, 1280, h/2, w/2): the backbone's last features, for the gate. `cells` (N, C, h, w),
    not negative: the fused features. `places` (N, 3, h, w): logits of `PLACES`.
    """

    last: torch.Tensor
    cells: torch.Tensor
    places: torch.Tensor


class CellOutput(NamedTuple):
    """`logits` (N, 3) in the order of `SEVERITIES`; `zones` (N, 6) in [0, 3] in that of `ZONES`;
    `pooled` (N, 6, C) mean cells of each zone."""

    logits: torch.Tensor
    zones: torch.Tensor
    pooled: torch.Tensor


class CellNet(nn.Module):
    """Severity, zone scores and a map of lungs and opacity from a radiograph.

    `features` is the costly part and needs no gradient at inference; `read` is small, so an
    explanation takes the gradient of it alone.
    """

    def __init__(self, config: CellConfig, image_size: int = 224) -> None:
        super().__init__()
        self.config = config
        self.backbone = EfficientNet.from_name(
            config.backbone,
            image_size=image_size,
            include_top=False,
            batch_norm_epsilon=config.batch_norm_eps,
            batch_norm_momentum=0.9,  # counted as TensorFlow does: PyTorch's 0.1
        )
        _use_native_swish(self.backbone)
        _pad_symmetrically(self.backbone)
        self.fusion = CellFusion(FEATURES, config.hidden_size, config.channels)
        self.head = CellHead(config.channels)
        self.scaling: tuple[torch.Tensor, torch.Tensor] | None = None
        """Of logits and zones to calibrated logits: weights (3, 9) and offset (3,)."""

    def lower(self, x: torch.Tensor, blocks: int) -> torch.Tensor:
        """(N, 3, S, S) normalised input through the stem and the first `blocks` blocks."""
        net = self.backbone
        maps: torch.Tensor = net._swish(net._bn0(net._conv_stem(x)))
        for i in range(blocks):
            maps = self._block(i, maps)
        return maps

    def upper(self, maps: torch.Tensor, blocks: int) -> CellMaps:
        """What `lower(x, blocks)` gave, `blocks` at most 11, to the maps."""
        net = self.backbone
        for i in range(blocks, len(net._blocks)):
            maps = self._block(i, maps)
            if i == MIDDLE_BLOCK:
                middle = maps
        last = net._swish(net._bn1(net._conv_head(maps)))
        found: CellMaps = self.fusion(middle, last)
        return found

    def _block(self, i: int, maps: torch.Tensor) -> torch.Tensor:
        # As `EfficientNet.extract_features` does it: deeper blocks are dropped more often.
        net = self.backbone
        rate = net._global_params.drop_connect_rate * i / len(net._blocks)
        out: torch.Tensor = net._blocks[i](maps, drop_connect_rate=rate)
        return out

    def features(self, x: torch.Tensor) -> CellMaps:
        """(N, 3, S, S) normalised input to the maps."""
        return self.upper(self.lower(x, 0), 0)

    def read(self, maps: CellMaps, *, whole_lungs: bool = False) -> CellOutput:
        """The maps to an answer. The grade teaches the cells, but not where lungs and opacity are.

        Args:
            whole_lungs: read the lungs evenly, as training does until opacity has been learned.
        """
        places = maps.places.detach().sigmoid()
        light = lung_cells(places) if whole_lungs else light_of(places)
        return self.answer(maps.cells * light.unsqueeze(1), places[:, :2], places[:, 2])

    def answer(self, lit: torch.Tensor, lungs: torch.Tensor, opacity: torch.Tensor) -> CellOutput:
        """Cells as they are lit (N, C, h, w), probabilities of both lungs (N, 2, h, w) and of
        opacity (N, h, w) to an answer, calibrated once `calibrate` was called."""
        found: CellOutput = self.head(lit, zone_weights(lungs), opacity)
        if self.scaling is None:
            return found
        seen = torch.cat([found.logits, found.zones], dim=1)
        return found._replace(logits=linear(seen, *self.scaling))

    def calibrate(self, scaling: Scaling) -> None:
        """Have the network say calibrated logits from now on, so that a map explains those.

        The numbers belong to the manifest and never enter the state that is stored.
        """
        weights = torch.tensor(scaling.weights, dtype=torch.float32)
        weights[:, : len(SEVERITIES)] /= scaling.temperature
        device = self.head.bias.device
        self.scaling = (weights.to(device), torch.tensor(scaling.offset, device=device))

    def forward(self, x: torch.Tensor) -> CellOutput:
        """(N, 3, S, S) normalised input to an answer."""
        return self.read(self.features(x))


class Explained(NamedTuple):
    """`output` without a gradient; `cam` (N, h, w) float32, not negative, not scaled."""

    output: CellOutput
    cam: torch.Tensor


def grad_cam(network: CellNet, maps: CellMaps, targets: Sequence[int | None]) -> Explained:
    """Grad-CAM (Selvaraju et al., ICCV 2017) of what each film's zones are pooled from.

    The layer explained is the cells in the light of opacity: what the reading sums up. Its
    gradient is the same wherever a zone is, so the map is the sum's own terms.

    Args:
        targets: of each film the index of a grade, or None for the burden: the expected total.
    """
    places = maps.places.sigmoid()
    inside = places[:, :2].sum(dim=1, keepdim=True).clamp_max(1)
    lit = (maps.cells * light_of(places).unsqueeze(1)).detach().requires_grad_()
    with torch.enable_grad():
        output = network.answer(lit, places[:, :2], places[:, 2])
        scores = [
            output.zones[i].sum() if target is None else output.logits[i, target]
            for i, target in enumerate(targets)
        ]
        (gradient,) = torch.autograd.grad(torch.stack(scores).sum(), lit)
    channels = gradient.mean(dim=(2, 3), keepdim=True)
    cam = (channels * lit * inside).sum(dim=1).clamp_min(0).detach()
    return Explained(CellOutput(*(part.detach() for part in output)), cam)


class CellFusion(nn.Module):
    """Last and middle features to cells: the sequence is read here."""

    def __init__(self, features: int, hidden_size: int, channels: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(features, hidden_size, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout()  # how much is the training's choice
        self.of_last = nn.Conv2d(features, channels, 1, bias=False)
        self.of_sequence = nn.Conv2d(2 * hidden_size, channels, 1, bias=False)
        self.of_middle = nn.Conv2d(MIDDLE, channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.mix = nn.Conv2d(channels, channels, 3, padding=1)
        self.places = nn.Conv2d(channels, len(PLACES), 1)

    def forward(self, middle: torch.Tensor, last: torch.Tensor) -> CellMaps:
        """(N, 112, h, w) and (N, K, h/2, w/2) to the maps; cells are read row by row."""
        last = self.dropout(last)
        states, _ = self.lstm(last.flatten(2).transpose(1, 2))
        grid = states.transpose(1, 2).unflatten(2, last.shape[2:])
        coarse = self.of_last(last) + self.of_sequence(grid)
        size = (middle.shape[2], middle.shape[3])
        context = interpolate(coarse, size=size, mode="bilinear", align_corners=False)
        fused = self.norm(self.of_middle(middle) + context).relu()
        cells = self.mix(fused).relu()
        return CellMaps(last, cells, self.places(cells))


class CellHead(nn.Module):
    """Cells to zone scores and grade: small, so that its gradient is cheap."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.score = nn.Sequential(
            nn.Linear(channels + 1, 64), nn.ReLU(), nn.Dropout(), nn.Linear(64, 1)
        )
        self.bias = nn.Parameter(torch.zeros(len(ZONES)))
        self.dropout = nn.Dropout()
        self.classifier = nn.Linear(len(ZONES) + 1 + channels, len(SEVERITIES))

    def forward(
        self, lit: torch.Tensor, weights: torch.Tensor, opacity: torch.Tensor
    ) -> CellOutput:
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
        return CellOutput(self.classifier(torch.cat(facts, dim=1)), zones, pooled)


def light_of(places: torch.Tensor) -> torch.Tensor:
    """(..., 3, h, w) probabilities of `PLACES` to (..., h, w): how much of each cell is read."""
    return _GAIN * within_lungs(places)


def within_lungs(places: torch.Tensor) -> torch.Tensor:
    """(..., 3, h, w) probabilities of `PLACES` to (..., h, w) of opacity within the lungs: outside
    them it is bone, organ or letter."""
    odds = places[..., 2, :, :].clamp(1e-6, 1 - 1e-6)
    seen, clear = odds**_SHARPNESS, (1 - odds) ** _SHARPNESS
    return seen / (seen + clear) * lung_cells(places)


def lung_cells(places: torch.Tensor) -> torch.Tensor:
    """(..., 3, h, w) probabilities of `PLACES` to (..., h, w) of being lung."""
    return places[..., :2, :, :].sum(dim=-3).clamp_max(1)


def zone_weights(lungs: torch.Tensor) -> torch.Tensor:
    """The six zones laid into the lungs of each film.

    Each lung is cut into thirds of its height, between apex and base, as the Brixia score cuts it
    at the aortic arch and the lower pulmonary veins (Borghesi and Maroldi, Radiol Med 2020). A
    cell on a border belongs to both zones by area.

    Args:
        lungs: (N, 2, h, w) probabilities of the right and the left lung, without a gradient.

    Returns:
        (N, 6, h, w) in the order of `ZONES`: share of a cell in a zone, times its probability of
        being that lung. No zone is empty.
    """
    count, _, height, width = lungs.shape
    found = lungs + PRIOR * typical_lungs(height, width, lungs)
    edges = third_edges(found)
    rows = torch.arange(height, dtype=lungs.dtype, device=lungs.device) / height
    outer = edges.clone()
    # What lies above the apex or below the base is still of the upper and the lower zone.
    outer[..., 0], outer[..., -1] = 0, 1
    top, bottom = outer[..., :-1, None], outer[..., 1:, None]
    inside = (torch.minimum(bottom, rows + 1 / height) - torch.maximum(top, rows)) * height
    thirds = inside.clamp(0, 1)
    weights = thirds.unsqueeze(4) * found.unsqueeze(2)
    return weights.reshape(count, len(ZONES), height, width) + 1e-6


def third_edges(lungs: torch.Tensor) -> torch.Tensor:
    """(N, 2, h, w) to (N, 2, 4): apex, the two cuts and base of each lung, as shares of the
    image's height from its top."""
    height = lungs.shape[2]
    mass = lungs.sum(dim=3).cumsum(dim=2)
    mass = mass / mass[..., -1:].clamp_min(1e-6)
    start = torch.zeros_like(mass[..., :1])
    before = torch.cat([start, mass[..., :-1]], dim=2)
    found = []
    for share in ENDS:
        # Row of the quantile, and how far into that row it lies.
        row = (mass < share).sum(dim=2, keepdim=True).clamp_max(height - 1)
        low, high = before.gather(2, row), mass.gather(2, row)
        found.append((row + (share - low) / (high - low).clamp_min(1e-6)) / height)
    apex, base = found
    steps = torch.arange(THIRDS + 1, dtype=lungs.dtype, device=lungs.device) / THIRDS
    return apex + (base - apex) * steps


def typical_lungs(height: int, width: int, like: torch.Tensor) -> torch.Tensor:
    """(2, h, w): where the lungs of a frontal film mostly lie."""
    rows = (torch.arange(height, dtype=like.dtype, device=like.device) + 0.5) / height
    columns = (torch.arange(width, dtype=like.dtype, device=like.device) + 0.5) / width
    tall = torch.exp(-((rows - 0.47) / 0.22).square() / 2)
    return torch.stack(
        [tall[:, None] * torch.exp(-((columns - x) / 0.09).square() / 2) for x in (0.3, 0.7)]
    )
