"""The one entry point to a version of the model, for service, command line and training."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cxr_severity.imaging.radiograph import Declared, Radiograph
from cxr_severity.model.agreement import disagreement
from cxr_severity.model.artifact import ArtifactError, Stored, load_version
from cxr_severity.model.assessment import (
    SEVERITIES,
    ZONES,
    Assessment,
    Brixia,
    Explanation,
    Target,
)
from cxr_severity.model.calibration import prediction_set, softmax
from cxr_severity.model.engine import (
    Compiled,
    EngineChoice,
    EngineError,
    EngineName,
    candidates,
    compile_module,
)
from cxr_severity.model.gate import Guard
from cxr_severity.model.golden import golden_radiograph
from cxr_severity.model.lungs import LungField, LungProbabilities, find_lungs, thumbnail
from cxr_severity.model.manifest import Manifest
from cxr_severity.model.network import SeverityNet
from cxr_severity.model.preprocess import normalise, to_grid
from cxr_severity.model.quality import RejectedError, with_declared
from cxr_severity.model.reader import Answer, ClassMap, FusedReader, Reader, TorchReader

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One radiograph on its way to the network.

    `image` (1, 3, S, S) float32: the network's input. `grid` (S, S) float32 in [0, 1]: the same
    before normalisation. `colour` and `side`: of the file, as the gate takes them. `declared`: what
    the file says of itself.
    """

    image: NDArray[np.float32]
    grid: NDArray[np.float32]
    colour: float
    side: int
    declared: Declared = ""


class Predictor:
    """A loaded version. Safe to call from several threads: nothing changes after construction.

    Built from a network it computes as PyTorch does; `load` finds a faster engine.
    """

    def __init__(
        self,
        manifest: Manifest,
        network: SeverityNet,
        guard: Guard,
        device: torch.device | str = "cpu",
    ) -> None:
        self.manifest = manifest
        self._device = torch.device(device)
        self._network = network.to(self._device).eval().requires_grad_(False)
        self._network.calibrate(manifest.calibration)
        self._guard = guard
        self._find_lungs = self._compiled_lungs("torch", 1)
        self._reader: Reader = TorchReader(self._network, self._device)

    @property
    def engine(self) -> EngineName:
        """The runtime that executes the backbone."""
        return self._reader.engine

    @classmethod
    def load(
        cls,
        directory: Path,
        device: torch.device | str = "cpu",
        *,
        engine: EngineChoice = "auto",
        threads: int = 1,
        threads_alone: int | None = None,
    ) -> Predictor:
        """Load a version from its folder, check it against its manifest, and warm it up.

        Args:
            directory: of the version.
            device: PyTorch's name of it.
            engine: runtime of the backbone; `auto` takes the fastest that is installed and agrees
                with PyTorch on the golden input, and says so in the log when one does not.
            threads: of the engine, within one batch.
            threads_alone: of it, for an image that is alone; by default the same.

        Raises:
            ArtifactError: when anything about the version does not match, including its answer
                to the golden input, or the device cannot run it.
            EngineError: when the engine that was asked for is missing, cannot execute the network
                or disagrees with PyTorch.
        """
        return cls.of(load_version(directory), device, engine, threads, threads_alone)

    @classmethod
    def of(
        cls,
        stored: Stored,
        device: torch.device | str = "cpu",
        engine: EngineChoice = "auto",
        threads: int = 1,
        threads_alone: int | None = None,
    ) -> Predictor:
        """As `load`, of a version that has been read already."""
        try:
            predictor = cls(*stored, device)
            predictor._check_golden()
        except (RuntimeError, AssertionError) as error:  # what torch raises for a bad device
            raise ArtifactError(f"the model does not run on device {str(device)!r}") from error
        predictor._choose_engine(engine, threads, threads_alone)
        return predictor

    def _check_golden(self) -> None:
        golden = self.manifest.golden
        answer = self.assess(golden_radiograph(), force=True)
        worst = max(
            *(abs(answer.probabilities[name] - golden.probabilities[name]) for name in SEVERITIES),
            *(abs(answer.brixia.zones[zone] - golden.zones[zone]) / 10 for zone in ZONES),
        )
        if not worst <= golden.tolerance:
            raise ArtifactError(
                f"version {self.manifest.version} answers its golden input {worst:.4f} away from "
                f"what its manifest expects (tolerance {golden.tolerance})"
            )

    def _choose_engine(
        self, choice: EngineChoice, threads: int, threads_alone: int | None = None
    ) -> None:
        reference = self._reader
        for name in candidates(choice, self._device):
            if name == "torch":
                return
            try:
                self._reader = FusedReader(
                    self._network, name, self.manifest.preprocess.size, threads, threads_alone
                )
                fault = disagreement(self, reference, [golden_radiograph()])
                fault = fault or self._take_lungs(name, threads)
            except (EngineError, ValueError, AttributeError) as error:
                fault = str(error)
            if fault is None:
                return
            self._reader = reference
            if choice != "auto":
                raise EngineError(f"engine {name}: {fault}")
            logger.warning("engine %s is left out: %s", name, fault)

    def _compiled_lungs(self, engine: EngineName, threads: int) -> Compiled:
        side = self._guard.lungs.config.size
        example = np.zeros((1, side, side), np.float32)
        return compile_module(engine, LungProbabilities(self._guard.lungs), example, threads)

    def _take_lungs(self, engine: EngineName, threads: int) -> str | None:
        """Have the engine find the lungs too, unless it finds others: then that is the fault."""
        fast = self._compiled_lungs(engine, threads)
        grid = self.prepare(golden_radiograph()).grid
        example = thumbnail(grid, self._guard.lungs.config)[None]
        if not np.allclose(fast(example)[0], self._find_lungs(example)[0], atol=1e-3):
            return "its lungs are not PyTorch's"
        self._find_lungs = fast
        return None

    def assess(
        self,
        radiograph: Radiograph,
        *,
        target: Target = "predicted",
        explain: bool = True,
        force: bool = False,
    ) -> Assessment:
        """Severity of one radiograph, with a map for `target` unless `explain` is false.

        Raises:
            ImageWithoutContrastError: when the image shows nothing.
            RejectedError: when the gate holds it unfit and `force` is false.
        """
        prepared = self.prepare(radiograph)
        (answer,) = self.read(prepared.image, [target if explain else None], alone=True)
        return self.conclude(prepared, answer, self.lungs(prepared), force=force)

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

    def read(
        self, batch: NDArray[np.float32], wanted: list[Target | None], *, alone: bool = False
    ) -> list[Answer]:
        """(N, 3, S, S) input of N radiographs to what the network says of each, with a map where a
        target is wanted. The backbone runs once, without gradient; with more threads if `alone`."""
        return self._reader.read(batch, wanted, alone=alone)

    def lungs(self, prepared: Prepared) -> LungField:
        """Where the lungs are; apart from `read`, so that both can run at a time."""
        return find_lungs(prepared.grid, self._find_lungs, self._guard.lungs.config)

    def conclude(
        self, prepared: Prepared, answer: Answer, lungs: LungField, *, force: bool = False
    ) -> Assessment:
        """What the network said of one radiograph, named, once the gate has let it pass.

        Raises:
            RejectedError: when the gate holds it unfit and `force` is false.
        """
        measured = self._guard.gate(answer.features, lungs, prepared.colour, prepared.side)
        quality = with_declared(measured, prepared.declared)
        if not (quality.accepted or force):
            raise RejectedError(quality)
        probabilities = softmax(answer.logits).tolist()
        plausible = prediction_set(probabilities, self.manifest.conformal.thresholds)
        return Assessment(
            model_name=self.manifest.name,
            model_version=self.manifest.version,
            probabilities=dict(zip(SEVERITIES, probabilities, strict=True)),
            prediction_set=tuple(SEVERITIES[i] for i in plausible),
            brixia=Brixia(dict(zip(ZONES, answer.zones.tolist(), strict=True))),
            quality=quality,
            explanation=None if answer.map is None else self._explanation(answer.map, lungs),
            model_ms=answer.model_ms,
            explain_ms=answer.explain_ms,
        )

    def _explanation(self, found: ClassMap, lungs: LungField) -> Explanation:
        faint = self.manifest.faint_peak
        low_signal = found.peak <= faint
        cam = found.cam * np.float32(found.peak / faint) if low_signal and faint else found.cam
        return Explanation(
            method="grad-cam",
            target=found.target,
            peak=found.peak,
            low_signal=low_signal,
            lung_fraction=lungs.share_of(found.cam),
            cam=cam,
        )
