"""The typed form of `configs/*.yaml`; an unknown key or a value out of range is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cxr_severity.model.artifact import VERSION_PATTERN
from cxr_severity.model.network import NetworkConfig
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.errors import TrainingError


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SplitConfig(_Frozen):
    """Shares of the patients, in units of `1 / folds`; the rest trains.

    Its seed is not the run's: runs that differ in luck must not differ in whom they are tested on.
    """

    seed: int = Field(default=1, ge=0)
    folds: int = Field(default=20, ge=3, description="Patient-grouped, stratified folds")
    validation: int = Field(default=3, ge=1, description="Folds for validation: 3 of 20 is 15%")
    test: int = Field(default=3, ge=1, description="Folds for the test: 3 of 20 is 15%")

    @model_validator(mode="after")
    def _something_trains(self) -> Self:
        if self.validation + self.test >= self.folds:
            raise ValueError("validation and test leave no fold for training")
        return self


class AugmentConfig(_Frozen):
    """Largest change of each kind; every image of every class draws its own amounts."""

    rotation: float = Field(default=8.0, ge=0, le=45, description="Degrees, either way")
    translation: float = Field(default=0.05, ge=0, le=0.5, description="Share of the side")
    zoom: float = Field(default=0.1, ge=0, lt=0.5, description="Scale from 1-zoom to 1+zoom")
    flip: float = Field(default=0.5, ge=0, le=1, description="Probability of a mirror image")
    brightness: float = Field(default=0.15, ge=0, lt=1, description="Factor from 1-b to 1+b")
    contrast: float = Field(default=0.2, ge=0, lt=1, description="Factor from 1-c to 1+c")
    noise: float = Field(
        default=0.03, ge=0, lt=1, description="Gaussian, standard deviation from 0 to this"
    )
    erase: float = Field(default=0.25, ge=0, le=1, description="Probability of a blotted patch, "
                         "so that a marker or a tube cannot carry the label")  # fmt: skip


class TrainConfig(_Frozen):
    """One training run, whole."""

    version: str = Field(pattern=VERSION_PATTERN, description="Version that the run exports")
    seed: int = Field(default=1, ge=0, description="Of weights, order and augmentation")
    epochs: int = Field(default=40, ge=1)
    batch_size: int = Field(default=16, ge=2)
    learning_rate: float = Field(default=5e-4, gt=0, description="Peak, for LSTM and class layer")
    backbone_rate: float = Field(
        default=0.5, gt=0, le=1, description="Backbone's learning rate relative to the head's"
    )
    weight_decay: float = Field(default=0.01, ge=0)
    warmup_epochs: float = Field(default=2, ge=0)
    balance: float = Field(
        default=0.5, ge=0, le=1,
        description="Sampler draws classes by inverse frequency to this power, the loss weighs "
        "them by inverse frequency to it; 0.5 each balances once, not twice",
    )  # fmt: skip
    label_smoothing: float = Field(default=0.05, ge=0, lt=1)
    ema_decay: float = Field(
        default=0.99, ge=0, lt=1, description="Exponential moving average of the weights, a step"
    )
    split: SplitConfig = SplitConfig()
    augment: AugmentConfig = AugmentConfig()
    preprocess: PreprocessConfig = PreprocessConfig()
    network: NetworkConfig = NetworkConfig()


def load_config(path: Path) -> TrainConfig:
    """Read a configuration.

    Raises:
        TrainingError: with one line that names file, key and reason.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return TrainConfig.model_validate(content)
    except OSError as error:
        raise TrainingError(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise TrainingError(f"{path}: not valid YAML") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "top level"
        raise TrainingError(f"{path}: {where}: {first['msg']}") from error
