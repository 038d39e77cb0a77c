"""A version executed by PyTorch: whole, or its head alone behind features that another engine
computes."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from cxr_severity.model.artifact import GATE, WEIGHTS, ArtifactError, Stored
from cxr_severity.model.engine import EngineConfig, EngineName
from cxr_severity.model.explain import AutogradHead
from cxr_severity.model.gate import LungPart
from cxr_severity.model.lungs import LungFinder
from cxr_severity.model.manifest import Manifest
from cxr_severity.model.networks.lungs import LungProbabilities
from cxr_severity.model.networks.network import Network
from cxr_severity.model.passes import Passes, compile_passes
from cxr_severity.model.reference.convert import eager, to_onnx
from cxr_severity.model.reference.networks import lung_network_of, network_of
from cxr_severity.model.runtime import Runtime


def execute_by_torch(
    stored: Stored, engine: EngineName, execution: EngineConfig
) -> tuple[Runtime, LungFinder | None]:
    """As `execution.execute`. How many threads PyTorch may use is set for the whole process.

    Raises:
        ArtifactError: when the weights do not fit, or the device cannot run the network.
        EngineError: when the engine refuses the features.
    """
    manifest = stored.manifest
    torch.set_num_threads(execution.threads)
    try:
        network = network_of(stored.weights, manifest.network, manifest.preprocess.size)
    except ArtifactError as error:
        raise ArtifactError(f"version {manifest.version}: {WEIGHTS} {error}") from error
    try:
        runtime = runtime_of(network, manifest, execution.device)
    except (RuntimeError, AssertionError) as error:  # what torch raises for a bad device
        reason = str(error).strip().split("\n")[0]
        raise ArtifactError(
            f"the model does not run on device {execution.device!r}: {reason}"
        ) from error
    if engine != "torch":
        example = np.zeros((1, 3, manifest.preprocess.size, manifest.preprocess.size), np.float32)
        graph = to_onnx(_Features(network), example)
        passes = compile_passes(graph, engine, execution)
        runtime = Runtime(engine, passes, AutogradHead(network))
    try:
        return runtime, lung_finder_of(stored.guard.lungs)
    except ArtifactError as error:
        raise ArtifactError(f"version {manifest.version}: {GATE} {error}") from error


def runtime_of(network: Network, manifest: Manifest, device: str) -> Runtime:
    """This very network, which is calibrated, on a device."""
    network = network.to(torch.device(device)).eval().requires_grad_(False)
    network.calibrate(manifest.calibration)
    return Runtime("torch", Passes(eager(_Features(network))), AutogradHead(network))


def lung_finder_of(part: LungPart | None) -> LungFinder | None:
    """None where the network itself tells where the lungs are."""
    if part is None:
        return None
    return LungFinder(part.config.size, eager(LungProbabilities(lung_network_of(part))))


class _Features(nn.Module):
    """Features as an engine compiles them: a plain tuple."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(part for part in self.network.features(x) if part.numel())
