"""The networks that a version may be of. A new one gets its configuration into this line, and may
have a plan."""

from __future__ import annotations

from cxr_severity.model.calibration import Scaling
from cxr_severity.model.graphs.cells import plan_cells
from cxr_severity.model.graphs.plan import Plan
from cxr_severity.model.graphs.sequence import plan_sequence
from cxr_severity.model.networks.configs import CellConfig, SequenceConfig
from cxr_severity.model.weights import Weights

NetworkConfig = CellConfig | SequenceConfig
"""What a manifest holds of a network: its shape."""


def plan(weights: Weights, config: NetworkConfig, scaling: Scaling, size: int) -> Plan | None:
    """The way to judge by this network without PyTorch; None where there is none, so that its
    features are converted from PyTorch, and its head is PyTorch's.

    Args:
        scaling: of the logits that are said, and explained.
        size: side of the network's input, pixels.

    Raises:
        ArtifactError: when the weights do not fit the network exactly.
    """
    if isinstance(config, CellConfig):
        return plan_cells(weights, config, scaling, size)
    return plan_sequence(weights, config, scaling, size)
