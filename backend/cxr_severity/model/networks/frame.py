"""The frame of the lungs: found on a thumbnail, cut out, and what is read there laid back on the
film.

Films show more or less of neck, arms and belly. What is read of the frame alone does not depend on
it, and has more pixels of the lungs. Nothing here learns with the network that reads the frame.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import avg_pool2d, grid_sample

from cxr_severity.model.networks.configs import FrameConfig, LungConfig
from cxr_severity.model.networks.constants import FRAME_LEAST, FRAME_REACH, PRIOR
from cxr_severity.model.networks.lungs import LungNet
from cxr_severity.model.networks.zone_geometry import typical_lungs


class Framer(nn.Module):
    """A small network that finds both lungs of a film, and the frame around them."""

    def __init__(self, config: FrameConfig, size: int) -> None:
        """`size`: side of the film, pixels; its thumbnail has half of it."""
        super().__init__()
        self.side = config.side
        self.finder = LungNet(LungConfig(size=size // 2, width=config.width), regions=2)

    def lungs(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) normalised films to (N, 2, S/4, S/4) logits of the right and left lung."""
        # The channels differ by a scale alone: the first one tells all.
        logits: torch.Tensor = self.finder(avg_pool2d(x[:, :1], 2).squeeze(1))
        return logits

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(N, 3, S, S) normalised films to what lies in the frames, (N, 3, side, side), and the
        frames, as `frame_of` gives them."""
        frames = frame_of(self.lungs(x).sigmoid())
        return cut(x, frames, self.side), frames


def frame_of(lungs: torch.Tensor) -> torch.Tensor:
    """(N, 2, h, w) probabilities of right and left lung to (N, 4): left, top, right and bottom of
    the frame, as shares of the film in [0, 1].

    By the mean and the standard deviation of where lung is, which stray cells hardly change. Each
    lung counts the same: one that is white on the film, and of which little is found, stays inside.
    """
    height, width = lungs.shape[2], lungs.shape[3]
    found = lungs + PRIOR * typical_lungs(height, width, lungs)
    shares = (found / found.sum(dim=(2, 3), keepdim=True)).mean(dim=1)
    ends = []
    for axis, side, reach in ((1, width, FRAME_REACH[0]), (2, height, FRAME_REACH[1])):
        along = shares.sum(dim=axis)
        where = (torch.arange(side, dtype=lungs.dtype, device=lungs.device) + 0.5) / side
        centre = (along * where).sum(dim=1)
        spread = (along * (where - centre.unsqueeze(1)).square()).sum(dim=1).sqrt()
        half = (reach * spread).clamp_min(FRAME_LEAST)
        ends.append(((centre - half).clamp_min(0), (centre + half).clamp_max(1)))
    (left, right), (top, bottom) = ends
    return torch.stack([left, top, right, bottom], dim=1)


def cut(films: torch.Tensor, frames: torch.Tensor, side: int) -> torch.Tensor:
    """(N, C, H, W) and (N, 4) to what lies in the frames, (N, C, side, side), bilinear."""
    centres = (torch.arange(side, dtype=films.dtype, device=films.device) + 0.5) / side
    low, high = frames[:, :2], frames[:, 2:]
    # (N, 2, side): x and y of each column and row, as shares of the film.
    places = low.unsqueeze(2) + (high - low).unsqueeze(2) * centres
    return _sampled(films, places)


def laid_back(maps: torch.Tensor, frames: torch.Tensor, side: int) -> torch.Tensor:
    """(N, C, h, w) maps of frames to (N, C, side, side) maps of their films, 0 outside."""
    centres = (torch.arange(side, dtype=maps.dtype, device=maps.device) + 0.5) / side
    low, high = frames[:, :2], frames[:, 2:]
    places = (centres - low.unsqueeze(2)) / (high - low).unsqueeze(2)
    inside = (places >= 0) & (places <= 1)
    both = inside[:, 1].unsqueeze(2) & inside[:, 0].unsqueeze(1)
    return _sampled(maps, places) * both.unsqueeze(1)


def _sampled(maps: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """(N, C, h, w) at (N, 2, side) x and y, shares of a side; at the border what is next to it."""
    side = places.shape[2]
    across = (2 * places[:, 0] - 1).unsqueeze(1).expand(-1, side, -1)
    down = (2 * places[:, 1] - 1).unsqueeze(2).expand(-1, -1, side)
    grid = torch.stack([across, down], dim=3)
    return grid_sample(maps, grid, padding_mode="border", align_corners=False)
