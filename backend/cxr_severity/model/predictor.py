"""The one entry point to a version of the model, for service, command line and training."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import numpy as np

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.artifact import ArtifactError, Stored, load_version
from cxr_severity.model.assessment import SEVERITIES, ZONES, Assessment, Target
from cxr_severity.model.conclude import Prepared, conclude
from cxr_severity.model.engine import EngineConfig, EngineError, EngineName, candidates
from cxr_severity.model.execution import execute
from cxr_severity.model.gate import Guard
from cxr_severity.model.golden import golden_radiograph
from cxr_severity.model.lungs import LungField, LungFinder
from cxr_severity.model.manifest import Manifest
from cxr_severity.model.preprocess import denormalise, normalise, to_grid
from cxr_severity.model.runtime import Inference, Runtime

logger = logging.getLogger(__name__)


class TensorError(ValueError):
    """A tensor that is not what this version's preprocessing gives."""


class Predictor:
    """A loaded version. Safe to call from several threads: nothing changes after construction."""

    def __init__(
        self, manifest: Manifest, guard: Guard, runtime: Runtime, lung_finder: LungFinder | None
    ) -> None:
        """`lung_finder`: None where the network itself tells where the lungs are."""
        self.manifest = manifest
        self._guard = guard
        self._runtime = runtime
        self._lung_finder = lung_finder

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
            EngineError: when the engine that was asked for, or every one, is missing or cannot
                execute the network.
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
        *preferred, last = candidates(execution)
        for name in preferred:
            try:
                return cls._checked(stored, name, execution)
            except (ArtifactError, EngineError) as error:
                logger.warning("engine %s is left out: %s", name, error)
        return cls._checked(stored, last, execution)

    @classmethod
    def _checked(cls, stored: Stored, engine: EngineName, execution: EngineConfig) -> Predictor:
        found = cls(stored.manifest, stored.guard, *execute(stored, engine, execution))
        found._check_golden()
        return found

    def _check_golden(self) -> None:
        """Whether the version still answers as it did when it was made, by PyTorch: within its
        tolerance, for an image that is alone and for others."""
        golden = self.manifest.golden
        prepared = self.prepare(golden_radiograph())
        for alone in (True, False):
            (inference,) = self.infer(prepared.image, ["burden"], alone=alone)
            found = self.conclude(prepared, inference, self.lungs(prepared), force=True)
            away = [found.probabilities[name] - golden.probabilities[name] for name in SEVERITIES]
            away += [(found.brixia.zones[zone] - golden.zones[zone]) / 10 for zone in ZONES]
            worst = float(np.abs(away).max())  # `max` would pass over NaN
            if not worst <= golden.tolerance:
                raise ArtifactError(
                    f"version {self.manifest.version} answers its golden input {worst:.4f} away "
                    f"from what its manifest expects (tolerance {golden.tolerance}), by engine "
                    f"{self.engine}"
                )

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
            image=normalise(grid, config),
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
