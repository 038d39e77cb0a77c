"""The backbone's weights that training starts from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from zipfile import BadZipFile

import numpy as np
import torch

import cxr_severity
from cxr_severity.model.artifact import ArtifactError, load_weights, read_manifest
from cxr_severity.model.networks.network import Network
from cxr_training.errors import TrainingError

BACKBONE_WEIGHTS = Path("weights") / "efficientnet-b0-imagenet.npz"
"""ImageNet's, inside the data folder."""
_PACKAGE = Path(cxr_severity.__file__).parent
VERSIONS = next(
    (at for at in (_PACKAGE.parent / "weights", _PACKAGE / "weights") if at.is_dir()), _PACKAGE
)
"""Folder of the versions that ship, in a checkout or as installed. No setting of a service says
what a recipe starts from."""


def load_backbone(network: Network, source: Path) -> str:
    """Start the backbone from weights with `efficientnet_pytorch`'s keys.

    Args:
        source: an `.npz` of arrays or a `.pth` state dict (read without unpickling code), for
            symmetric padding, as torchvision's weights are.

    Returns:
        Their sha256, over keys and values.

    Raises:
        TrainingError: when they cannot be had or do not fit the backbone.
    """
    try:
        if source.suffix == ".npz":
            with source.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                state = {key: torch.from_numpy(archive[key]) for key in archive.files}
        else:
            state = torch.load(source, map_location="cpu", weights_only=True)
    except (
        OSError, ValueError, TypeError, EOFError, RuntimeError, BadZipFile, UnpicklingError,
    ) as error:  # fmt: skip
        raise TrainingError(f"{source}: the backbone's weights cannot be read") from error
    if not (isinstance(state, Mapping) and all(isinstance(key, str) for key in state)):
        raise TrainingError(f"{source}: holds no weights by name")
    state = {key: value for key, value in state.items() if not key.startswith("_fc.")}
    try:
        missing, unexpected = network.backbone.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise TrainingError(f"{source}: does not fit EfficientNet-B0") from error
    missing = [key for key in missing if not key.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise TrainingError(f"{source}: lacks {missing[:3]}, has unknown {unexpected[:3]}")
    return _digest(state)


def load_lower(network: Network, folder: Path, blocks: int) -> str:
    """Start the stem and the first `blocks` blocks from those of the version in `folder`.

    Returns:
        sha256 of all that the backbone now starts from.

    Raises:
        TrainingError: when there is no such version, it does not fit, or its blocks have learned
            from scores: films that are tested here would have been seen.
    """
    try:
        manifest = read_manifest(folder)
        arrays = load_weights(folder, manifest)
    except ArtifactError as error:
        raise TrainingError(f"start: {error}") from error
    kept = min(_fixed(manifest.recipe), _fixed(manifest.recipe.get("first") or manifest.recipe))
    if kept < blocks:
        raise TrainingError(
            f"start: of version {manifest.version} {kept} blocks have learned nothing from "
            f"scores, and {blocks} are wanted"
        )
    fixed = (f"backbone._blocks.{number}." for number in range(blocks))
    lower = ("backbone._conv_stem.", "backbone._bn0.", *fixed)
    state = network.state_dict()
    try:
        for name in state:
            if name.startswith(lower) and not name.endswith("num_batches_tracked"):
                state[name].copy_(torch.from_numpy(arrays[name]))
    except (KeyError, RuntimeError) as error:
        raise TrainingError(
            f"start: version {manifest.version} does not fit the network"
        ) from error
    return _digest(
        {
            key: value for key, value in network.backbone.state_dict().items()
            if not key.endswith("num_batches_tracked")
        }
    )  # fmt: skip


def _fixed(recipe: object) -> int:
    """Blocks that a round of a recipe left as its pretext had made them."""
    main = recipe.get("main") if isinstance(recipe, dict) else None
    fixed = main.get("frozen_blocks") if isinstance(main, dict) else None
    return fixed if isinstance(fixed, int) else 0


def _digest(state: Mapping[str, torch.Tensor]) -> str:
    digest = hashlib.sha256()
    for key in sorted(state):
        digest.update(key.encode())
        digest.update(state[key].contiguous().numpy().tobytes())
    return digest.hexdigest()
