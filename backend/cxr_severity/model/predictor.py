"""The one entry point to a version of the model, for service, command line and training."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import torch

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.agreement import disagreement
from cxr_severity.model.artifact import ArtifactError, Stored, load_version
from cxr_severity.model.assessment import SEVERITIES, ZONES, Assessment, Target
from cxr_severity.model.conclude import Prepared, conclude
from cxr_severity.model.engine import EngineConfig, EngineError, EngineName, candidates
from cxr_severity.model.gate import Guard
from cxr_severity.model.golden import golden_radiograph
from cxr_severity.model.lungs import LungField, LungFinder
from cxr_severity.model.manifest import Manifest
from cxr_severity.model.networks.network import Network
from cxr_severity.model.preprocess import denormalise, normalise, to_grid
from cxr_severity.model.runtime import Inference, Runtime

logger = logging.getLogger(__name__)


class TensorError(ValueError):
    """A tensor that is not what this version's preprocessing gives."""


class Predictor:
    """A loaded version. Safe to call from several threads: nothing changes after construction.

    Built from a network it computes as PyTorch does; `load` finds a faster engine.
    """

    def __init__(
        self,
        manifest: Manifest,
        network: Network,
        guard: Guard,
        device: torch.device | str = "cpu",
        runtime: Runtime | None = None,
        lung_finder: LungFinder | None = None,
    ) -> None:
        """`runtime` and `lung_finder` are faster ways than PyTorch's, agreed with it already."""
        self.manifest = manifest
        self._device = torch.device(device)
        self._network = network.to(self._device).eval().requires_grad_(False)
        self._network.calibrate(manifest.calibration)
        self._guard = guard
        self._lung_finder = lung_finder or LungFinder.of(guard.lungs, "torch", 1)
        self._runtime = runtime or Runtime(
            self._network, "torch", manifest.preprocess.size, EngineConfig()
        )

    @property
    def runtime(self) -> Runtime:
        """What executes the network, for comparison with another."""
        return self._runtime

    @property
    def engine(self) -> EngineName:
        """The runtime that executes the backbone."""
        return self._runtime.engine

    @classmethod
    def load(
        cls,
        directory: Path,
        execution: EngineConfig | None = None,
    ) -> Predictor:
        """Load a version from its folder, check it against its manifest, and warm it up.

        Raises:
            ArtifactError: when anything about the version does not match, including its answer
                to the golden input, or the device cannot run it.
            EngineError: when the engine that was asked for is missing, cannot execute the network
                or disagrees with PyTorch.
        """
        return cls.of(load_version(directory), execution)

    @classmethod
    def of(
        cls,
        stored: Stored,
        execution: EngineConfig | None = None,
    ) -> Predictor:
        """As `load`, of a version that has been read already."""
        execution = execution or EngineConfig()
        try:
            reference = cls(*stored, execution.device)
            reference._check_golden()
        except (RuntimeError, AssertionError) as error:  # what torch raises for a bad device
            raise ArtifactError(f"the model does not run on device {execution.device!r}") from error
        for name in candidates(execution):
            if name == "torch":
                break
            try:
                fast = reference._on(name, execution)
            except (EngineError, ValueError, AttributeError) as error:
                if execution.engine != "auto":
                    raise EngineError(f"engine {name}: {error}") from error
                logger.warning("engine %s is left out: %s", name, error)
            else:
                return fast
        return reference

    def _check_golden(self) -> None:
        golden = self.manifest.golden
        inference = self.assess(golden_radiograph(), force=True)
        worst = max(
            *(
                abs(inference.probabilities[name] - golden.probabilities[name])
                for name in SEVERITIES
            ),
            *(abs(inference.brixia.zones[zone] - golden.zones[zone]) / 10 for zone in ZONES),
        )
        if not worst <= golden.tolerance:
            raise ArtifactError(
                f"version {self.manifest.version} answers its golden input {worst:.4f} away from "
                f"what its manifest expects (tolerance {golden.tolerance})"
            )

    def _on(self, engine: EngineName, execution: EngineConfig) -> Predictor:
        """The same on another engine, once it was seen to agree.

        Raises:
            EngineError: when the engine refuses the network, or answers otherwise.
        """
        size = self.manifest.preprocess.size
        runtime = Runtime(self._network, engine, size, execution)
        example = self.prepare(golden_radiograph())
        fault = disagreement(runtime, self._runtime, [example.image])
        finder = LungFinder.of(self._guard.lungs, engine, execution.threads)
        if fault is not None:
            raise EngineError(fault)
        reference = self._lung_finder
        if finder and reference and not finder.agrees(reference, example.grid):
            raise EngineError("its lungs are not PyTorch's")
        return Predictor(self.manifest, self._network, self._guard, self._device, runtime, finder)

    def assess(
        self,
        radiograph: Radiograph,
        *,
        target: Target = "burden",
        explain: bool = True,
        force: bool = False,
    ) -> Assessment:
        """Severity of one radiograph, with a map for `target` unless `explain` is false.

        Raises:
            ImageWithoutContrastError: when the image shows nothing.
            RejectedError: when the gate holds it unfit and `force` is false.
        """
        prepared = self.prepare(radiograph)
        (inference,) = self.infer(prepared.image, [target if explain else None], alone=True)
        return self.conclude(prepared, inference, self.lungs(prepared), force=force)

    def prepare(self, radiograph: Radiograph) -> Prepared:
        """All that is computed from the image before the network sees it.

        Raises:
            ImageWithoutContrastError: when the image shows nothing.
        """
        config = self.manifest.preprocess
        grid = to_grid(radiograph, config)
        return Prepared(
            image=normalise(torch.from_numpy(grid)[None], config).numpy(),
            grid=grid,
            colour=radiograph.source.colour,
            side=min(radiograph.stored_size),
            declared=radiograph.source.declared,
        )

    def prepared(self, image: Float32Array) -> Prepared:
        """A network input, (1, 3, S, S), that somebody else has prepared as `preprocess` says; its
        grid is found again, so that the gate can judge it.

        Raises:
            TensorError: no radiograph is prepared to that.
        """
        grid = denormalise(image, self.manifest.preprocess)
        if grid is None:
            raise TensorError("no grid of one channel gives this tensor")
        # Neither the file's colour nor its size is known, and nothing is held against them.
        return Prepared(image, grid, colour=0.0, side=sys.maxsize)

    def infer(
        self, batch: Float32Array, wanted: list[Target | None], *, alone: bool = False
    ) -> list[Inference]:
        """(N, 3, S, S) input of N radiographs to what the network says of each, with a map where a
        target is wanted. The backbone runs once, without gradient; with more threads if `alone`."""
        return self._runtime.infer(batch, wanted, alone=alone)

    def lungs(self, prepared: Prepared) -> LungField | None:
        """Where the lungs are; apart from `infer`, so that both can run at a time. None where the
        network itself tells it."""
        return None if self._lung_finder is None else self._lung_finder(prepared.grid)

    def conclude(
        self,
        prepared: Prepared,
        inference: Inference,
        lungs: LungField | None,
        *,
        force: bool = False,
    ) -> Assessment:
        """What the network said of one radiograph, named, once the gate has let it pass.

        Raises:
            RejectedError: when the gate holds it unfit and `force` is false.
        """
        return conclude(self.manifest, self._guard.gate, prepared, inference, lungs, force=force)
