"""`weights/`: torchvision's ImageNet EfficientNet-B0 under the keys of `efficientnet_pytorch`."""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from numpy.typing import NDArray

from cxr_training.errors import TrainingError

_REPEATS = (1, 2, 2, 3, 3, 4, 1)
"""Blocks of each stage of EfficientNet-B0; those of the first expand nothing."""
_CLASSIFIER = "classifier."

Weights = dict[str, NDArray[np.generic]]


def _layers() -> dict[str, str]:
    """torchvision's name of every layer that has weights, and the package's."""
    names = {
        "features.0.0": "_conv_stem", "features.0.1": "_bn0",
        "features.8.0": "_conv_head", "features.8.1": "_bn1",
    }  # fmt: skip
    number = 0
    for stage, repeats in enumerate(_REPEATS, start=1):
        for repeat in range(repeats):
            theirs, ours = f"features.{stage}.{repeat}.block", f"_blocks.{number}"
            number += 1
            depthwise = 0 if stage == 1 else 1
            if depthwise:
                names |= {f"{theirs}.0.0": f"{ours}._expand_conv", f"{theirs}.0.1": f"{ours}._bn0"}
            names |= {
                f"{theirs}.{depthwise}.0": f"{ours}._depthwise_conv",
                f"{theirs}.{depthwise}.1": f"{ours}._bn1",
                f"{theirs}.{depthwise + 1}.fc1": f"{ours}._se_reduce",
                f"{theirs}.{depthwise + 1}.fc2": f"{ours}._se_expand",
                f"{theirs}.{depthwise + 2}.0": f"{ours}._project_conv",
                f"{theirs}.{depthwise + 2}.1": f"{ours}._bn2",
            }
    return names


def read(path: Path) -> Weights:
    """A state dict file (`efficientnet_b0_rwightman-….pth`) as arrays, without its classifier.

    Raises:
        TrainingError: the file cannot be read or is of another network.
    """
    try:
        # weights_only: a state dict from elsewhere must not run code.
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, UnpicklingError, ValueError) as error:
        raise TrainingError(f"{path}: is no state dict that can be read") from error
    names = _layers()
    found: Weights = {}
    for key, value in state.items() if isinstance(state, dict) else ():
        layer, _, parameter = str(key).rpartition(".")
        if str(key).startswith(_CLASSIFIER):
            continue
        if layer not in names or not isinstance(value, torch.Tensor):
            raise TrainingError(f"{path}: {key} is no part of torchvision's EfficientNet-B0")
        found[f"{names[layer]}.{parameter}"] = value.numpy()
    missing = set(names.values()) - {key.rpartition(".")[0] for key in found}
    if missing:
        raise TrainingError(f"{path}: lacks {min(missing)} of EfficientNet-B0")
    return found


def write(weights: Weights, path: Path) -> None:
    """Write them as training's `load_backbone` reads them."""
    path.parent.mkdir(parents=True)
    np.savez(path, allow_pickle=False, **weights)
