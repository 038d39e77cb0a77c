"""From a version's weights to PyTorch's networks, and back."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

import numpy as np
import torch
from torch import nn

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.artifact import pack_weights
from cxr_severity.model.gate import LungPart
from cxr_severity.model.networks.configs import NetworkConfig
from cxr_severity.model.networks.lungs import LungNet
from cxr_severity.model.networks.network import Network
from cxr_severity.model.weights import Arrays, ArtifactError, unpack


def build(config: NetworkConfig, size: int) -> Network:
    """The network in PyTorch for inputs of `size` pixels a side, with random weights."""
    module, name = config.network.split(".")
    kind = getattr(import_module(f"cxr_severity.model.networks.{module}"), name)
    return cast(Callable[[NetworkConfig, int], Network], kind)(config, size)


def network_of(arrays: Arrays, config: NetworkConfig, size: int) -> Network:
    """A network with a version's weights, in float32 and eval mode.

    Raises:
        ArtifactError: when they do not fit it exactly. Nothing is ever left at random
            initialisation.
    """
    network = build(config, size)
    fill(network, arrays)
    return network.eval().requires_grad_(False)


def lung_network_of(part: LungPart) -> LungNet:
    """As `network_of`."""
    network = LungNet(part.config)
    fill(network, part.weights)
    return network.eval().requires_grad_(False)


def arrays_of(network: nn.Module) -> dict[str, Float32Array]:
    """A network's weights as float32 arrays by name."""
    return {
        name: value.detach().cpu().numpy().astype(np.float32)
        for name, value in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def pack_network(network: nn.Module) -> bytes:
    """As `artifact.pack_weights`."""
    return pack_weights(arrays_of(network))


def load_state(network: nn.Module, blob: bytes) -> None:
    """Fill a network with packed weights, cast to float32.

    Raises:
        ArtifactError: when they are damaged or do not fit the network exactly.
    """
    fill(network, unpack(blob))


def fill(network: nn.Module, arrays: Arrays) -> None:
    """Raises ArtifactError when the weights do not fit the network exactly."""
    state = {name: torch.from_numpy(array) for name, array in arrays.items()}
    try:
        missing, unexpected = network.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise ArtifactError("does not fit the network") from error
    # The only state that carries no learned value is batch norm's step counter.
    missing = [key for key in missing if not key.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise ArtifactError(
            f"does not fit the network: it lacks {missing[:3]} and has unknown {unexpected[:3]}"
        )
