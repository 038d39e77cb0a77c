"""Networks of a run as they are stored, and where they compute."""

from __future__ import annotations

from pathlib import Path

import torch

from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.reference.networks import load_state
from cxr_training.config import TrainConfig


def load_network(config: TrainConfig, path: Path) -> CellNet:
    """A network as it is stored: the rounding to half precision included."""
    network = CellNet(config.network, config.preprocess.size)
    load_state(network, path.read_bytes())
    return network.eval().requires_grad_(False)


def device() -> torch.device:
    """A GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
