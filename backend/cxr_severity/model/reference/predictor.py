"""A predictor of a network that is no version yet."""

from __future__ import annotations

from cxr_severity.model.gate import Guard
from cxr_severity.model.manifest import Manifest
from cxr_severity.model.networks.network import Network
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.reference.execution import lung_finder_of, runtime_of


def reference_predictor(
    manifest: Manifest, network: Network, guard: Guard, device: str = "cpu"
) -> Predictor:
    """Computes as PyTorch does with this very network, which it calibrates."""
    return Predictor(
        manifest, guard, runtime_of(network, manifest, device), lung_finder_of(guard.lungs)
    )
