"""The way to judge by a network without PyTorch, where its configuration names one."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from cxr_severity.model.calibration import Scaling
from cxr_severity.model.graphs.plan import Plan
from cxr_severity.model.networks.configs import NetworkConfig
from cxr_severity.model.weights import Weights


class _Planner(Protocol):
    def __call__(
        self, weights: Weights, config: NetworkConfig, scaling: Scaling, size: int, /
    ) -> Plan | None: ...


def plan(weights: Weights, config: NetworkConfig, scaling: Scaling, size: int) -> Plan | None:
    """The way to judge by this network without PyTorch; None where there is none, so that its
    features are converted from PyTorch, and its head is PyTorch's.

    Args:
        scaling: of the logits that are said, and explained.
        size: side of the network's input, pixels.

    Raises:
        ArtifactError: when the weights do not fit the network exactly.
    """
    if config.plan is None:
        return None
    module, name = config.plan.split(".")
    planner = getattr(import_module(f"cxr_severity.model.graphs.{module}"), name)
    return cast(_Planner, planner)(weights, config, scaling, size)
