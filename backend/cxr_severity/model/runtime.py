"""From the network's input to logits, zones and maps: the reference way, and the fast ones.

Both take a batch and run the backbone once for it; a map costs a gradient of the head alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol, cast

import numpy as np
import torch
from torch import nn

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.assessment import SEVERITIES, Subject, Target
from cxr_severity.model.engine import EngineConfig, EngineName
from cxr_severity.model.explain import grad_cam, scaled_map
from cxr_severity.model.networks.bilstm import BiLstm
from cxr_severity.model.networks.cells import CellMaps, CellNet, CellOutput
from cxr_severity.model.networks.cells import grad_cam as cells_grad_cam
from cxr_severity.model.networks.cells_kernel import CellKernel
from cxr_severity.model.networks.sequence import SeverityNet
from cxr_severity.model.networks.sequence_kernel import HeadKernel
from cxr_severity.model.passes import compile_passes


@dataclass(frozen=True, slots=True, eq=False)
class ClassMap:
    """A map for one class: `cam` (h, w) float32 in [0, 1], `peak` its maximum before scaling."""

    target: Subject
    peak: float
    cam: Float32Array


@dataclass(frozen=True, slots=True, eq=False)
class Inference:
    """What the network says of one image.

    `logits` (3,), `zones` (6,) and `features` (K, h, w) are float32. `places` (3, h, w): the
    probabilities of right lung, left lung and opacity in each cell; None where the network has no
    such map. `model_ms` and `explain_ms` are wall times of the batch that it was in.
    """

    logits: Float32Array
    zones: Float32Array
    features: Float32Array
    map: ClassMap | None
    model_ms: float
    explain_ms: float
    places: Float32Array | None = None


class Runtime(Protocol):
    engine: EngineName

    def infer(
        self, batch: Float32Array, wanted: Sequence[Target | None], *, alone: bool = False
    ) -> list[Inference]:
        """(N, 3, S, S) network input to N answers, with a map where a target is wanted.

        `alone` says that nothing else wants the processor, so that all of it may be used.
        """


class TorchRuntime:
    """The reference for a `SeverityNet`: PyTorch's own forward pass and autograd, on any device.

    Such a network explains classes alone: asked for the burden, it explains the predicted one.
    """

    engine: EngineName = "torch"

    def __init__(self, network: SeverityNet, device: torch.device) -> None:
        self._network = network
        self._device = device

    def infer(
        self,
        batch: Float32Array,
        wanted: Sequence[Target | None],
        *,
        alone: bool = False,  # noqa: ARG002
    ) -> list[Inference]:
        start = perf_counter()
        # Not inference_mode: its tensors could not enter the explanation's autograd.
        with torch.no_grad():
            features = self._network.features(torch.from_numpy(batch).to(self._device))
        backbone_ms = (perf_counter() - start) * 1e3
        return [
            self._inference(features[i : i + 1], target, backbone_ms)
            for i, target in enumerate(wanted)
        ]

    def _inference(
        self, features: torch.Tensor, target: Target | None, model_ms: float
    ) -> Inference:
        start = perf_counter()
        found: ClassMap | None = None
        if target is None:
            with torch.no_grad():
                output = self._network.head(features)
        else:
            index = None if target in ("predicted", "burden") else SEVERITIES.index(target)
            result = grad_cam(features, self._network.head, index)
            output = result.output
            found = ClassMap(SEVERITIES[result.target], result.peak, result.cam)
        logits, zones = (part[0].cpu().numpy() for part in output)
        maps = features[0].cpu().numpy()
        head_ms = (perf_counter() - start) * 1e3
        if target is None:
            return Inference(logits, zones, maps, None, model_ms + head_ms, 0.0)
        return Inference(logits, zones, maps, found, model_ms, head_ms)


class SequenceRuntime:
    """Backbone and LSTM input in a compiled graph, the LSTM and what follows in numpy."""

    def __init__(
        self,
        network: SeverityNet,
        engine: EngineName,
        size: int,
        execution: EngineConfig,
    ) -> None:
        """Raises EngineError when the engine refuses the network, ValueError when the network
        has no LSTM of the kind that `BiLstm` computes."""
        self.engine = engine
        self._lstm = BiLstm(network.lstm)
        self._decider = HeadKernel(network, (size // 32, size // 32))
        front = _Front(network, *self._lstm.projection()).eval().requires_grad_(False)
        self._pass = compile_passes(front, engine, size, execution)

    def infer(
        self, batch: Float32Array, wanted: Sequence[Target | None], *, alone: bool = False
    ) -> list[Inference]:
        start = perf_counter()
        # The backbone gains nothing from a batch; the recurrence below gains threefold.
        fronts = self._pass(batch, alone=alone)
        features = [front[0][0] for front in fronts]
        projected = np.concatenate([front[1] for front in fronts])
        tape = self._lstm.forward(projected)
        decision = self._decider.decide(tape.states)
        asked = [i for i, target in enumerate(wanted) if target is not None]
        model_ms = (perf_counter() - start) * 1e3
        found: list[ClassMap | None] = [None] * len(batch)
        if asked:
            start = perf_counter()
            targets = [_index(wanted[i], decision.logits[i]) for i in asked]
            gradient = self._decider.gradient(decision, asked, targets)
            summed = self._lstm.backward(tape, gradient, asked)
            raw = self._lstm.maps(projected[asked], summed).reshape(-1, *features[0].shape[1:])
            for i, target, values in zip(asked, targets, raw, strict=True):
                found[i] = ClassMap(SEVERITIES[target], *scaled_map(values))
        explain_ms = (perf_counter() - start) * 1e3 if asked else 0.0
        return [
            Inference(
                decision.logits[i],
                decision.zones[i],
                features[i],
                found[i],
                model_ms,
                explain_ms if found[i] is not None else 0.0,
            )
            for i in range(len(batch))
        ]


def _index(target: Target | None, logits: Float32Array) -> int:
    if target is None or target in ("predicted", "burden"):
        return int(logits.argmax())
    return SEVERITIES.index(target)


class CellRuntime:
    """A network of cells: its costly part by any engine, its small head in numpy.

    With the engine `torch` it is the reference, on any device, and the head is torch's as well.
    """

    def __init__(
        self,
        network: CellNet,
        engine: EngineName,
        size: int,
        execution: EngineConfig,
    ) -> None:
        """Raises EngineError when the engine refuses the network."""
        self.engine = engine
        self._network = network
        self._kernel = None if engine == "torch" else CellKernel(network)
        self._pass = compile_passes(_Maps(network), engine, size, execution)

    def infer(
        self, batch: Float32Array, wanted: Sequence[Target | None], *, alone: bool = False
    ) -> list[Inference]:
        start = perf_counter()
        maps = self._pass(batch, alone=alone)
        model_ms = (perf_counter() - start) * 1e3
        return [
            self._inference(one, target, model_ms) for one, target in zip(maps, wanted, strict=True)
        ]

    def _inference(
        self, found: tuple[Float32Array, ...], target: Target | None, model_ms: float
    ) -> Inference:
        start = perf_counter()
        read = self._by_torch if self._kernel is None else self._by_kernel
        logits, zones, places, class_map = read(found, target)
        head_ms = (perf_counter() - start) * 1e3
        features = found[0][0]
        if target is None:
            return Inference(logits, zones, features, None, model_ms + head_ms, 0.0, places)
        return Inference(logits, zones, features, class_map, model_ms, head_ms, places)

    def _by_kernel(self, found: tuple[Float32Array, ...], target: Target | None) -> _Reading:
        kernel = cast(CellKernel, self._kernel)
        _, cells, places = found
        reading = kernel.read(cells[0], places[0])
        class_map: ClassMap | None = None
        if target is not None:
            subject, index = _subject(target, lambda: reading.logits)
            class_map = ClassMap(subject, *scaled_map(kernel.cam(reading, index)))
        return reading.logits, reading.zones, reading.places, class_map

    def _by_torch(self, found: tuple[Float32Array, ...], target: Target | None) -> _Reading:
        device = self._network.head.bias.device
        maps = CellMaps(*(torch.from_numpy(part).to(device) for part in found))
        class_map: ClassMap | None = None
        if target is None:
            with torch.no_grad():
                output = self._network.read(maps)
        else:
            output, class_map = self._explain(maps, target)
        logits, zones = (part[0].cpu().numpy() for part in output[:2])
        return logits, zones, maps.places[0].sigmoid().cpu().numpy(), class_map

    def _explain(self, maps: CellMaps, target: Target) -> tuple[CellOutput, ClassMap]:
        def logits() -> Float32Array:
            with torch.no_grad():
                found: Float32Array = self._network.read(maps).logits[0].cpu().numpy()
            return found

        subject, index = _subject(target, logits)
        output, cam = cells_grad_cam(self._network, maps, [index])
        return output, ClassMap(subject, *scaled_map(cam[0].cpu().numpy()))


_Reading = tuple[Float32Array, Float32Array, Float32Array, ClassMap | None]
"""Logits, zones, places and map of one film."""


def _subject(target: Target, logits: Callable[[], Float32Array]) -> tuple[Subject, int | None]:
    """What a map of `target` speaks of, and the index of its grade; None for the burden."""
    if target == "burden":
        return "burden", None
    index = int(logits().argmax()) if target == "predicted" else SEVERITIES.index(target)
    return SEVERITIES[index], index


class _Maps(nn.Module):
    def __init__(self, network: CellNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(self.network.features(x))


def reference_runtime(network: CellNet | SeverityNet, device: torch.device, size: int) -> Runtime:
    """What faster runtimes are compared with."""
    if isinstance(network, CellNet):
        return CellRuntime(network, "torch", size, EngineConfig())
    return TorchRuntime(network, device)


def fast_runtime(
    network: CellNet | SeverityNet, engine: EngineName, size: int, execution: EngineConfig
) -> Runtime:
    """A network's own fast path on an engine.

    Raises:
        EngineError: when the engine refuses the network.
        ValueError: when the network has no fast path.
    """
    kind = CellRuntime if isinstance(network, CellNet) else SequenceRuntime
    return kind(network, engine, size, execution)  # type: ignore[arg-type]


class _Front(nn.Module):
    """The costly, gradient-free part: features, and their projection into the LSTM's gates."""

    def __init__(self, network: SeverityNet, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self.network = network
        self.project = nn.Linear(weight.shape[1], weight.shape[0])
        self.project.weight.data, self.project.bias.data = weight, bias

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.network.features(x)
        projected: torch.Tensor = self.project(features.flatten(2).transpose(1, 2))
        return features, projected
