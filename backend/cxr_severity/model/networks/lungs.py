"""The lung network in PyTorch; films are judged by `graphs.lungs`, or within `graphs.cells`."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import interpolate

from cxr_severity.model.networks.configs import LungConfig


class LungNet(nn.Module):
    """A small U-Net (Ronneberger et al., 2015) that finds both lungs, as one region or two."""

    def __init__(self, config: LungConfig, regions: int = 1) -> None:
        super().__init__()
        self.config = config
        w, widths = config.width, config.widths
        self.down = nn.ModuleList(
            _block(inner, outer, stride=2)
            for inner, outer in zip([1, *widths], widths, strict=False)
        )
        self.middle = _block(widths[-1], widths[-1])
        self.up = nn.ModuleList(
            _block(deep + shallow, shallow)
            for deep, shallow in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.out = nn.Conv2d(w, regions, 1)

    def forward(self, grids: torch.Tensor) -> torch.Tensor:
        """(N, S, S) float32 to (N, S/2, S/2) logits of a pixel being lung, (N, 2, S/2, S/2) of two
        regions."""
        maps = grids.unsqueeze(1) - 0.5
        skips = []
        for block in self.down:
            maps = block(maps)
            skips.append(maps)
        maps = self.middle(skips.pop())
        for block in self.up:
            skip = skips.pop()
            maps = block(torch.cat([interpolate(maps, scale_factor=2.0), skip], dim=1))
        logits: torch.Tensor = self.out(maps)
        return logits.squeeze(1) if self.out.out_channels == 1 else logits


class LungProbabilities(nn.Module):
    """A lung network as an engine compiles it: (N, S, S) grids to one (N, S/2, S/2) array."""

    def __init__(self, network: LungNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, grids: torch.Tensor) -> tuple[torch.Tensor]:
        return (self.network(grids).sigmoid(),)


def _block(inner: int, outer: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer), nn.SiLU()
    )
