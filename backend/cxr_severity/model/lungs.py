"""Where the lungs are: a small network on a thumbnail, and the field that it frames."""

from __future__ import annotations

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import nn
from torch.nn.functional import interpolate


class LungConfig(BaseModel):
    """Shape of the lung network and of the field that is cut by it; stored with each version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(default=128, ge=64, le=256, multiple_of=32)
    """Side of its square input, pixels. The whole image is stretched to it."""
    width: int = Field(default=12, ge=4, le=64)
    """Channels at half resolution; each halving has more."""


class LungNet(nn.Module):
    """A small U-Net (Ronneberger et al., 2015) that finds both lungs as one region."""

    def __init__(self, config: LungConfig) -> None:
        super().__init__()
        self.config = config
        w = config.width
        widths = [w, 2 * w, 4 * w, 6 * w]
        self.down = nn.ModuleList(
            _block(inner, outer, stride=2)
            for inner, outer in zip([1, *widths], widths, strict=False)
        )
        self.middle = _block(widths[-1], widths[-1])
        self.up = nn.ModuleList(
            _block(deep + shallow, shallow)
            for deep, shallow in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.out = nn.Conv2d(w, 1, 1)

    def forward(self, grids: torch.Tensor) -> torch.Tensor:
        """(N, S, S) float32 in [0, 1] to (N, S/2, S/2) logits of a pixel being lung."""
        maps = grids.unsqueeze(1) - 0.5
        skips = []
        for block in self.down:
            maps = block(maps)
            skips.append(maps)
        maps = self.middle(skips.pop())
        for block in self.up:
            skip = skips.pop()
            maps = block(torch.cat([interpolate(maps, scale_factor=2.0), skip], dim=1))
        return self.out(maps).squeeze(1)


def _block(inner: int, outer: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer), nn.SiLU()
    )
