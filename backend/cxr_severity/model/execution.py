"""A stored version on an engine."""

from __future__ import annotations

from cxr_severity.model.artifact import GATE, WEIGHTS, ArtifactError, Stored
from cxr_severity.model.engine import (
    EngineConfig,
    EngineError,
    EngineName,
    compile_graph,
    is_installed,
)
from cxr_severity.model.graphs.lungs import lungs_graph
from cxr_severity.model.lungs import LungFinder
from cxr_severity.model.networks.known import plan
from cxr_severity.model.passes import compile_passes
from cxr_severity.model.runtime import Runtime
from cxr_severity.model.weights import Weights


def execute(
    stored: Stored, engine: EngineName, execution: EngineConfig
) -> tuple[Runtime, LungFinder | None]:
    """What executes the network, and what finds the lungs where the network does not tell them.

    Raises:
        ArtifactError: when the weights do not fit the network that the manifest tells.
        EngineError: when the engine refuses the network.
    """
    runtime = None if engine == "torch" else _planned(stored, engine, execution)
    if runtime is None:
        if not is_installed("torch"):
            raise EngineError("this network needs PyTorch: pip install torch efficientnet_pytorch")
        # Not at the top: PyTorch takes two seconds and 200 MB, or is not installed.
        from cxr_severity.model.reference.execution import execute_by_torch

        return execute_by_torch(stored, engine, execution)
    return runtime, _lung_finder(stored, engine, execution.threads)


def _planned(stored: Stored, engine: EngineName, execution: EngineConfig) -> Runtime | None:
    manifest, weights = stored.manifest, Weights(stored.weights)
    try:
        found = plan(weights, manifest.network, manifest.calibration, manifest.preprocess.size)
        if found is None:
            return None
        weights.end()
    except ArtifactError as error:
        raise ArtifactError(f"version {manifest.version}: {WEIGHTS} {error}") from error
    return Runtime(engine, compile_passes(found.graph, engine, execution), found.head)


def _lung_finder(stored: Stored, engine: EngineName, threads: int) -> LungFinder | None:
    part = stored.guard.lungs
    if part is None:
        return None
    weights = Weights(part.weights)
    try:
        graph = lungs_graph(weights, part.config)
        weights.end()
    except ArtifactError as error:
        raise ArtifactError(f"version {stored.manifest.version}: {GATE} {error}") from error
    return LungFinder(part.config.size, compile_graph(engine, graph, [threads])[0])
