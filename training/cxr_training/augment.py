"""Random changes that must not matter to the reading, drawn anew for every image and epoch.

The rare classes get more augmented variants (the sampler draws them more often), but every class
gets changes of the same kind and size. Augmenting a class differently labels it: given more noise
on the rare classes alone, the network reads the noise and calls every clean image common.
"""

from __future__ import annotations

import torch

from cxr_training.config import AugmentConfig
from cxr_training.torchvision_cpu import transforms


class Augment:
    """Augments one grid at a time."""

    def __init__(self, config: AugmentConfig) -> None:
        self._noise = config.noise
        self._pipeline = transforms.Compose(
            [
                transforms.RandomHorizontalFlip(config.flip),
                transforms.RandomAffine(
                    degrees=config.rotation,
                    translate=(config.translation, config.translation),
                    scale=(1 - config.zoom, 1 + config.zoom),
                    interpolation=transforms.InterpolationMode.BILINEAR,
                ),
                transforms.ColorJitter(brightness=config.brightness, contrast=config.contrast),
                transforms.Lambda(self._add_noise),
                transforms.RandomErasing(config.erase, scale=(0.01, 0.06), value=0),
            ]
        )

    def __call__(self, grid: torch.Tensor) -> torch.Tensor:
        """(S, S) float32 in [0, 1] to the same."""
        changed: torch.Tensor = self._pipeline(grid.unsqueeze(0)).squeeze(0)
        return changed.clamp_(0, 1)

    def _add_noise(self, grid: torch.Tensor) -> torch.Tensor:
        # Of a strength drawn for each image: with one strength for all, a clean image would be
        # something the network has never seen, and its batch-norm statistics would not fit it.
        return grid + torch.randn_like(grid) * (self._noise * float(torch.rand(())))
