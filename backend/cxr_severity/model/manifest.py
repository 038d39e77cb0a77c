"""What a version says about itself: everything that gives its numbers meaning."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from cxr_severity.model.assessment import (
    SEVERITIES,
    ZONES,
    Probabilities,
    Severity,
    Subject,
    Zone,
)
from cxr_severity.model.calibration import Conformal, Scaling, TotalInterval
from cxr_severity.model.drift import DriftReference
from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.gate import GateLimits
from cxr_severity.model.metrics import Frozen
from cxr_severity.model.networks.configs import CellConfig, LungConfig, NetworkConfig
from cxr_severity.model.preprocess import PreprocessConfig

MAX_WEIGHTS_BYTES = 12_000_000

VERSION_PATTERN = r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$"


class WeightsFile(Frozen):
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(gt=0, le=MAX_WEIGHTS_BYTES)


class DataProvenance(Frozen):
    """What the shipped weights were trained on: all films, once the folds had been measured."""

    labels_sha256: str
    split_sha256: str = Field(description="Of the folds that the metrics were measured on")
    backbone_sha256: str = Field(description="Weights that the backbone started from")
    images: int
    classed: int = Field(description="Images with a reference class; the others have other scores")
    patients: int
    folds: int = Field(description="Patient-grouped; each tested on networks trained without it")


class Golden(Frozen):
    """The answer to `golden_radiograph()` when the version was made; checked at every load."""

    probabilities: Probabilities
    zones: dict[Zone, float] = Field(description="Estimated Brixia zone scores, 0-3")
    tolerance: float = Field(
        default=2e-3, gt=0, lt=0.1, description="Largest difference of a probability; of a zone "
        "score, ten times it"
    )  # fmt: skip

    @model_validator(mode="after")
    def _answers_whole(self) -> Self:
        """A part that is lacking would be found by the first request."""
        for name, found, wanted in (
            ("probabilities", self.probabilities, SEVERITIES), ("zones", self.zones, ZONES),
        ):  # fmt: skip
            if lacking := [one for one in wanted if one not in found]:
                raise ValueError(f"{name}: {lacking[0]} is lacking")
        return self


class GatePart(Frozen):
    """What keeps unfit images from being judged."""

    weights: WeightsFile
    lungs: LungConfig | None = Field(
        default=None, description="Null where the network itself says where the lungs are"
    )
    dimensions: int = Field(gt=0, description="Of the distance from known films")
    limits: GateLimits


class Manifest(Frozen):
    """Everything that gives a version's numbers meaning."""

    manifest_version: Literal[3] = 3
    name: str
    version: str = Field(pattern=VERSION_PATTERN)
    created: date
    intended_use: str
    licence: str
    classes: tuple[Severity, ...] = Field(description="Order of the head's outputs")
    preprocess: PreprocessConfig
    network: NetworkConfig
    calibration: Scaling = Field(description="Of the logits, before the softmax")
    conformal: Conformal
    total_interval: TotalInterval | None = Field(
        default=None, description="Of the Brixia total; null in versions that have none"
    )
    faint_peak: float = Field(
        ge=0, description="Heatmaps whose peak lies below it say next to nothing; they are marked "
        "as low signal and scaled by it instead of by their own peak"
    )  # fmt: skip
    faint_peaks: dict[Severity, float] = Field(
        default_factory=dict, description="The same of the heatmaps of a grade, where they are of "
        "another unit than those of the burden"
    )  # fmt: skip
    weights: WeightsFile
    gate: GatePart
    golden: Golden
    evaluation: Evaluation = Field(description="Out-of-fold: of networks of the same recipe")
    data: DataProvenance
    drift: DriftReference | None = Field(
        default=None, description="What its films were like; null in versions that do not tell it"
    )
    recipe: dict[str, JsonValue] = Field(description="The training configuration, whole")

    def faint(self, subject: Subject) -> float:
        """The peak below which a heatmap of `subject` says next to nothing."""
        if subject == "burden":
            return self.faint_peak
        return self.faint_peaks.get(subject, self.faint_peak)

    @model_validator(mode="after")
    def _network_takes_these_films(self) -> Self:
        self.network.side(self.preprocess.size)
        return self

    @model_validator(mode="after")
    def _somebody_finds_the_lungs(self) -> Self:
        if self.gate.lungs is None and not isinstance(self.network, CellConfig):
            raise ValueError("gate.lungs: is null, and this network does not tell where lungs are")
        return self
