"""Preprocessing on tensors, for training's batches and devices."""

from __future__ import annotations

import torch

from cxr_severity.model.preprocess import PreprocessConfig


def normalise(grids: torch.Tensor, config: PreprocessConfig) -> torch.Tensor:
    """(N, S, S) float32 in [0, 1] to (N, 3, S, S) float32: as `preprocess.normalise`, to the last
    digit."""
    mean = torch.tensor(config.mean, dtype=grids.dtype, device=grids.device).view(1, 3, 1, 1)
    std = torch.tensor(config.std, dtype=grids.dtype, device=grids.device).view(1, 3, 1, 1)
    return (grids.unsqueeze(1) - mean).div_(std)
