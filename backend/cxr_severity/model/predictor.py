"""The one entry point to a version of the model, for service, command line and training."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.radiograph import Declared, Radiograph
from cxr_severity.model.agreement import disagreement
from cxr_severity.model.artifact import ArtifactError, Network, Stored, load_version
from cxr_severity.model.assessment import (
    SEVERITIES,
    ZONES,
    Assessment,
    Brixia,
    Explanation,
    Target,
    WeakReason,
)
from cxr_severity.model.calibration import prediction_set, softmax
from cxr_severity.model.engine import (
    Compiled,
    EngineConfig,
    EngineError,
    EngineName,
    candidates,
    compile_module,
)
from cxr_severity.model.gate import Guard
from cxr_severity.model.golden import golden_radiograph
from cxr_severity.model.lungs import (
    LungConfig,
    LungField,
    LungProbabilities,
    find_lungs,
    lungs_of_cells,
    thumbnail,
)
from cxr_severity.model.manifest import Manifest
from cxr_severity.model.places import lung_cells, opacity_of, zone_outlines
from cxr_severity.model.preprocess import denormalise, normalise, to_grid
from cxr_severity.model.quality import RejectedError, with_declared
from cxr_severity.model.runtime import (
    Inference,
    Runtime,
    fast_runtime,
    reference_runtime,
)

logger = logging.getLogger(__name__)

_LEAST_INSIDE = 0.5
"""Of a map's energy, the share within the lungs below which it is not shown as a finding."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One radiograph on its way to the network.

    `image` (1, 3, S, S) float32: the network's input. `grid` (S, S) float32 in [0, 1]: the same
    before normalisation. `colour` and `side`: of the file, as the gate takes them. `declared`: what
    the file says of itself.
    """

    image: Float32Array
    grid: Float32Array
    colour: float
    side: int
    declared: Declared = ""


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
        find_lungs: Compiled | None = None,
    ) -> None:
        """`runtime` and `find_lungs` are faster ways than PyTorch's, agreed with it already."""
        self.manifest = manifest
        self._device = torch.device(device)
        self._network = network.to(self._device).eval().requires_grad_(False)
        self._network.calibrate(manifest.calibration)
        self._guard = guard
        self._find_lungs = find_lungs or _compiled_lungs(guard, "torch", 1)
        self._runtime = runtime or reference_runtime(
            self._network, self._device, manifest.preprocess.size
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
        runtime = fast_runtime(self._network, engine, size, execution)
        example = self.prepare(golden_radiograph())
        fault = disagreement(runtime, self._runtime, [example.image])
        find = _compiled_lungs(self._guard, engine, execution.threads)
        if fault is None and find is not None and self._find_lungs is not None:
            small = thumbnail(example.grid, _config_of(self._guard))[None]
            if not np.allclose(find(small)[0], self._find_lungs(small)[0], atol=1e-3):
                fault = "its lungs are not PyTorch's"
        if fault is not None:
            raise EngineError(fault)
        return Predictor(self.manifest, self._network, self._guard, self._device, runtime, find)

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
        if self._find_lungs is None:
            return None
        return find_lungs(prepared.grid, self._find_lungs, _config_of(self._guard))

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
        if inference.places is not None:
            lungs = lungs_of_cells(lung_cells(inference.places), prepared.grid)
        if lungs is None:
            raise ValueError("the lungs of this version's images are found apart from the network")
        measured = self._guard.gate(inference.features, lungs, prepared.colour, prepared.side)
        quality = with_declared(measured, prepared.declared)
        if not (quality.accepted or force):
            raise RejectedError(quality)
        probabilities = softmax(inference.logits).tolist()
        plausible = prediction_set(probabilities, self.manifest.conformal.thresholds)
        return Assessment(
            model_name=self.manifest.name,
            model_version=self.manifest.version,
            probabilities=dict(zip(SEVERITIES, probabilities, strict=True)),
            prediction_set=tuple(SEVERITIES[i] for i in plausible),
            brixia=self._brixia(inference),
            quality=quality,
            explanation=self._explanation(inference, lungs),
            model_ms=inference.model_ms,
            explain_ms=inference.explain_ms,
        )

    def _brixia(self, inference: Inference) -> Brixia:
        zones = dict(zip(ZONES, inference.zones.tolist(), strict=True))
        interval = self.manifest.total_interval
        return Brixia(zones, None if interval is None else interval(sum(zones.values())))

    def _explanation(self, inference: Inference, lungs: LungField) -> Explanation | None:
        found = inference.map
        if found is None:
            return None
        faint, inside = self.manifest.faint_peak, lungs.share_of(found.cam)
        reason: WeakReason | None = None
        if found.peak <= faint:
            reason = "faint"
        elif inference.places is not None and (inside is None or inside < _LEAST_INSIDE):
            reason = "outside-lungs"
        weak = found.peak <= faint and faint
        return Explanation(
            method="grad-cam",
            target=found.target,
            peak=found.peak,
            low_signal=reason is not None,
            low_signal_reason=reason,
            lung_fraction=inside,
            # Scaled by the peak of a map that says something, so that an empty film shows no heat.
            cam=found.cam * np.float32(found.peak / faint) if weak else found.cam,
            seen=None if inference.places is None else opacity_of(inference.places),
            zone_outlines=None if inference.places is None else zone_outlines(inference.places),
        )


def _compiled_lungs(guard: Guard, engine: EngineName, threads: int) -> Compiled | None:
    """The lung network on an engine; None where there is none."""
    if guard.lungs is None:
        return None
    side = guard.lungs.config.size
    example = np.zeros((1, side, side), np.float32)
    return compile_module(engine, LungProbabilities(guard.lungs), example, threads)


def _config_of(guard: Guard) -> LungConfig:
    if guard.lungs is None:
        raise ValueError("this version has no lung network")
    return guard.lungs.config
