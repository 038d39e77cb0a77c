"""The typed form of `configs/*.yaml`; an unknown key or a value out of range is an error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cxr_severity.model.assessment import SEVERITIES, Severity
from cxr_severity.model.lungs import LungConfig
from cxr_severity.model.manifest import VERSION_PATTERN
from cxr_severity.model.network import NetworkConfig
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.errors import TrainingError


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SplitConfig(_Frozen):
    """Patient-grouped, stratified folds, and which of them test.

    Its seed is not the run's: runs that differ in luck must not differ in whom they are tested on.
    """

    seed: int = Field(default=1, ge=0)
    folds: int = Field(default=5, ge=3)
    test: int = Field(default=1, ge=1, description="Folds that test in one round")
    validation: int = Field(
        default=0, ge=0, description="Folds left out of training and of the test in one round"
    )
    rounds: int = Field(default=5, ge=1, description="5 of 5 folds: every film is tested once")

    @model_validator(mode="after")
    def _it_adds_up(self) -> Self:
        if self.validation + self.test >= self.folds:
            raise ValueError("validation and test leave no fold for training")
        if self.rounds * self.test > self.folds:
            raise ValueError("more rounds than there are folds to test on")
        return self


class AugmentConfig(_Frozen):
    """Largest change of each kind; every image of every class draws its own amounts."""

    rotation: float = Field(default=8.0, ge=0, le=45, description="Degrees, either way")
    translation: float = Field(default=0.05, ge=0, le=0.5, description="Share of the side")
    zoom: float = Field(default=0.1, ge=0, lt=0.5, description="Scale from 1-zoom to 1+zoom")
    flip: float = Field(default=0.5, ge=0, le=1, description="Probability of a mirror image")
    brightness: float = Field(default=0.15, ge=0, lt=1, description="Factor from 1-b to 1+b")
    contrast: float = Field(default=0.2, ge=0, lt=1, description="Factor from 1-c to 1+c")
    gamma: float = Field(default=0.2, ge=0, lt=2, description="Exponent from e^-g to e^g")
    noise: float = Field(
        default=0.03, ge=0, lt=1, description="Gaussian, standard deviation from 0 to this"
    )
    noisy: tuple[Severity, ...] = Field(
        default=SEVERITIES, description="Classes that get noise. All: given to one class alone, "
        "as the published system does, noise tells the class"
    )  # fmt: skip
    erase: float = Field(default=0.25, ge=0, le=1, description="Probability of a blotted patch, "
                         "so that a marker or a tube cannot carry the label")  # fmt: skip


class LossConfig(_Frozen):
    """What the network is asked for beside the class, and how much each counts.

    A weight of 0 leaves a target out. Every target is masked where its reader did not score.
    """

    soft_labels: float = Field(
        default=1.25, ge=0, description="Standard deviation, in Brixia points, of the reading that "
        "a film's mean score stands for; its share in each bin is the target. 0: hard labels"
    )  # fmt: skip
    grade_certainty: float = Field(
        default=0.8, gt=0.5, le=1, description="Of a class that only a grade gives; the rest goes "
        "to its neighbours. 1: hard labels"
    )  # fmt: skip
    class_weights: tuple[float, float, float] | None = Field(
        default=None, description="In the cross-entropy, mild to severe; none: by `balance`"
    )
    zones: float = Field(default=0.0, ge=0, description="Brixia zones, each reader's")
    total: float = Field(default=0.0, ge=0, description="Sum of the zones against the total")
    scores: float = Field(
        default=0.0, ge=0, description="Global score, grade, extent, opacity, involvement"
    )
    lungs: float = Field(default=0.0, ge=0, description="Attention outside the lung mask")
    opacities: float = Field(default=0.0, ge=0, description="Cells against the opacity mask")


class LungTrainConfig(_Frozen):
    """How the lung network is fitted."""

    epochs: int = Field(default=40, ge=1)
    batch_size: int = Field(default=16, ge=2)
    learning_rate: float = Field(default=3e-3, gt=0, description="Peak")
    weight_decay: float = Field(default=1e-3, ge=0)
    network: LungConfig = LungConfig()
    augment: AugmentConfig = AugmentConfig(
        rotation=15, translation=0.15, zoom=0.3, brightness=0.2, contrast=0.3, gamma=0.4,
        noise=0.06, erase=0.5,
    )  # fmt: skip


class GateConfig(_Frozen):
    """How the gate is fitted, on the features of a trained run."""

    seed: int = Field(default=1, ge=0)
    every: int = Field(
        default=15, ge=1, description="Of the pretraining radiographs, each so many-th is taken"
    )
    variants: int = Field(
        default=4, ge=1, description="Augmented copies of each image that is to be rejected"
    )
    regularisation: float = Field(default=1e-2, gt=0, description="C of the logistic regression")
    dimensions: int = Field(default=64, ge=2, description="Of the distance from known films")
    false_alarms: float = Field(
        default=0.005, gt=0, lt=0.5, description="Share of accepted films that one learned "
        "threshold may reject"
    )  # fmt: skip
    warned: float = Field(
        default=0.02, gt=0, lt=0.5, description="Share of accepted films that one threshold may "
        "warn of"
    )  # fmt: skip
    lungs: LungTrainConfig = LungTrainConfig()
    augment: AugmentConfig = AugmentConfig(rotation=6, zoom=0.15, translation=0.05)


class DistilConfig(_Frozen):
    """Students: networks that also learn what others say of films that nobody scored.

    The others, a network of each seed trained on the same patients' films, are their teachers.
    """

    labels: tuple[str, ...] = Field(
        default=("covid/covid",), min_length=1, description="Of the pretraining radiographs, "
        "folder and label of those to learn from"
    )  # fmt: skip
    every: int = Field(default=1, ge=1, description="Of these, each so many-th is taken")
    batch_size: int = Field(default=16, ge=1, description="Beside each batch of scored films")
    variants: int = Field(default=2, ge=1, le=256, description="Augmented copies of each")
    epochs: int = Field(default=16, ge=1, description="Of a student, over the scored films")


class TrainConfig(_Frozen):
    """One recipe, whole."""

    version: str = Field(pattern=VERSION_PATTERN, description="Version that the run exports")
    seeds: tuple[int, ...] = Field(
        default=(1, 2, 3),
        min_length=1,
        description="Of weights, order and augmentation; the first trains what is exported",
    )
    epochs: int = Field(default=30, ge=1)
    batch_size: int = Field(default=16, ge=2, description="Shared among the processes")
    optimiser: Literal["adamw", "adam"] = "adamw"
    learning_rate: float = Field(default=5e-4, gt=0, description="Peak, for LSTM and class layer")
    backbone_rate: float = Field(
        default=0.5, gt=0, le=1, description="Backbone's learning rate relative to the head's"
    )
    weight_decay: float = Field(default=0.01, ge=0)
    schedule: Literal["cosine", "constant"] = "cosine"
    warmup_epochs: float = Field(default=2, ge=0)
    sampler_balance: float = Field(
        default=0.5, ge=0, le=1, description="Classes are drawn by inverse frequency to this power"
    )
    balance: float = Field(
        default=0.0, ge=0, le=1, description="They weigh by it to this power in the cross-entropy"
    )
    ema_decay: float = Field(
        default=0.99, ge=0, lt=1, description="Moving average of the weights, a step. 0: none"
    )
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = Field(
        default="32-true", description="Mixed precision pays on a GPU; on CPUs it is slower"
    )
    frozen_blocks: int = Field(
        default=0, ge=0, le=16, description="Stem and first blocks stay as they start; what they "
        "make of `variants` augmented copies of each film is computed once"
    )  # fmt: skip
    variants: int = Field(default=0, ge=0, le=256, description="0 with nothing frozen")
    distil: DistilConfig | None = Field(
        default=None, description="It exports a student; none: a network taught by scores alone"
    )
    loss: LossConfig = LossConfig()
    split: SplitConfig = SplitConfig()
    augment: AugmentConfig = AugmentConfig()
    preprocess: PreprocessConfig = PreprocessConfig()
    network: NetworkConfig = NetworkConfig()
    gate: GateConfig = GateConfig()

    @model_validator(mode="after")
    def _variants_come_with_frozen_blocks(self) -> Self:
        if bool(self.frozen_blocks) != bool(self.variants):
            raise ValueError("frozen_blocks and variants come together")
        return self

    @model_validator(mode="after")
    def _students_start_from_frozen_blocks(self) -> Self:
        if self.distil and not self.frozen_blocks:
            raise ValueError("distil needs frozen_blocks")
        return self


class PretrainConfig(_Frozen):
    """Pretraining of the backbone on a pretext."""

    seed: int = Field(default=1, ge=0)
    size: int = Field(default=160, ge=32, le=224, description="Side of the training input, pixels")
    epochs: int = Field(default=5, ge=1)
    batch_size: int = Field(default=32, ge=2, description="Shared among the processes")
    learning_rate: float = Field(default=1e-3, gt=0, description="Peak")
    weight_decay: float = Field(default=0.02, ge=0)
    dropout: float = Field(default=0.3, ge=0, lt=1)
    augment: AugmentConfig = AugmentConfig()
    preprocess: PreprocessConfig = PreprocessConfig()
    network: NetworkConfig = NetworkConfig()


_Config = TypeVar("_Config", bound=BaseModel)


def load_config(path: Path, kind: type[_Config], changes: Sequence[str] = ()) -> _Config:
    """Read a configuration of one kind.

    Args:
        changes: like `loss.zones=2`, each put in the place of what the file says.

    Raises:
        TrainingError: with one line that names file, key and reason.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for change in changes:
            _change(content, change)
        return kind.model_validate(content)
    except OSError as error:
        raise TrainingError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path}: not valid YAML") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "top level"
        raise TrainingError(f"{path}: {where}: {first['msg']}") from error


def _change(content: object, change: str) -> None:
    name, equals, value = change.partition("=")
    *parents, last = name.split(".")
    for parent in parents:
        content = content.setdefault(parent, {}) if isinstance(content, dict) else None
    if not (equals and isinstance(content, dict)):
        raise TrainingError(f"{change!r} is not like loss.zones=2")
    content[last] = yaml.safe_load(value)
