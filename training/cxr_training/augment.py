"""Random changes that must not matter to the reading, drawn anew for every image.

Every class gets changes of the same kind and size. Augmenting a class differently labels it: given
more noise on the rare classes alone, a network reads the noise and calls every clean image common.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch.nn.functional import affine_grid, grid_sample

from cxr_training.config_augment import AugmentConfig


@dataclass(frozen=True, slots=True)
class Warp:
    """Geometric changes of N images, so that masks and zones can follow their radiograph.

    `matrices` (N, 2, 3) float32 maps output to input coordinates in [-1, 1], as `affine_grid` takes
    them; `mirrored` (N,) bool says where left and right are exchanged.
    """

    matrices: torch.Tensor
    mirrored: torch.Tensor

    def __call__(self, images: torch.Tensor, size: int) -> torch.Tensor:
        """(N, C, H, W) float32 to (N, C, size, size), bilinear, zero outside the image."""
        shape = [len(images), images.shape[1], size, size]
        grid = affine_grid(self.matrices.to(images.device), shape, align_corners=False)
        return grid_sample(images, grid, align_corners=False)


def draw_warp(count: int, config: AugmentConfig, generator: torch.Generator) -> Warp:
    """Random rotation, zoom (slightly different for each side), shift and mirroring of N images."""

    def uniform(low: float, high: float) -> torch.Tensor:
        return low + (high - low) * torch.rand(count, generator=generator)

    angle = uniform(-1, 1) * math.radians(config.rotation)
    # A larger matrix samples a wider field: its inverse is the zoom.
    zoom = uniform(math.log(1 - config.zoom), math.log(1 + config.zoom)).exp()
    aspect = uniform(-config.zoom / 2, config.zoom / 2).exp()
    mirrored = torch.rand(count, generator=generator) < config.flip
    sign = torch.where(mirrored, -1.0, 1.0)
    cos, sin = angle.cos(), angle.sin()
    rows = [
        torch.stack([sign * cos * aspect / zoom, -sin / zoom, 2 * uniform(-1, 1)]),
        torch.stack([sign * sin / zoom, cos / (aspect * zoom), 2 * uniform(-1, 1)]),
    ]
    matrices = torch.stack(rows).permute(2, 0, 1).contiguous()
    matrices[:, :, 2] *= config.translation
    return Warp(matrices, mirrored)


def change_exposure(
    grids: torch.Tensor,
    config: AugmentConfig,
    generator: torch.Generator,
    noisy: torch.Tensor | None = None,
) -> torch.Tensor:
    """(N, S, S) float32 in [0, 1] to the same, with other grey values, noise and a blotted patch.

    Brightness, contrast and gamma stand for exposure and processing; the patch keeps a marker or
    a tube from carrying the label. The strength of the noise is drawn for each image: with one
    strength for all, a clean image would be something the network has never seen. Where `noisy`,
    (N,) bool, is false, an image gets none.
    """
    count, side = grids.shape[0], grids.shape[-1]

    def uniform(low: float, high: float) -> torch.Tensor:
        draw = low + (high - low) * torch.rand(count, generator=generator)
        return draw.view(-1, 1, 1).to(grids.device)

    mean = grids.mean(dim=(1, 2), keepdim=True)
    out = (grids - mean) * uniform(1 - config.contrast, 1 + config.contrast) + mean
    out = (out * uniform(1 - config.brightness, 1 + config.brightness)).clamp(0, 1)
    out = out.clamp_min(1e-4) ** uniform(-config.gamma, config.gamma).exp()
    noise = torch.randn(out.shape, generator=generator).to(out.device)
    strength = config.noise * uniform(0, 1)
    if noisy is not None:
        strength = strength * noisy.view(-1, 1, 1).to(out.device)
    out = out + noise * strength
    rows = torch.arange(side, device=grids.device).view(1, -1, 1) / side
    columns = rows.transpose(1, 2)
    height, width = uniform(0.08, 0.3), uniform(0.08, 0.3)
    top, left = uniform(0, 1) * (1 - height), uniform(0, 1) * (1 - width)
    blotted = (
        (rows >= top) & (rows < top + height) & (columns >= left) & (columns < left + width)
        & (uniform(0, 1) < config.erase)
    )  # fmt: skip
    return out.masked_fill(blotted, 0).clamp(0, 1)
