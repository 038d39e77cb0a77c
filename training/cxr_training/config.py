"""The typed form of `configs/*.yaml`; an unknown key or a value out of range is an error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from cxr_severity.model.evaluation import Collection
from cxr_severity.model.manifest import VERSION_PATTERN
from cxr_severity.model.networks.configs import CellConfig
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.config_augment import AugmentConfig, CopiesConfig, FramerConfig, Frozen
from cxr_training.config_errors import change, told
from cxr_training.config_gate import GateConfig
from cxr_training.errors import TrainingError


class SplitConfig(Frozen):
    """Patient-grouped, stratified folds.

    Its seed is not the run's: runs with other random numbers must be tested on the same patients.
    """

    seed: int = Field(default=1, ge=0)
    folds: int = Field(
        default=5, ge=3, description="Of two there is none left to fit the calibration on"
    )
    held_back: float = Field(
        default=0.1, gt=0, lt=0.5, description="Share of the people with masks or boxes whose "
        "films nothing learns from: explanations are measured on them"
    )  # fmt: skip


class LossConfig(Frozen):
    """What the network is asked for beside the class, and how much each counts.

    A weight of 0 leaves a target out. Every target is masked where nobody scored it.
    """

    soft_labels: float = Field(
        default=1.3, ge=0, description="Standard deviation, in Brixia points, of the reading that "
        "a film's total stands for; its share in each bin is the target. 0: hard labels"
    )  # fmt: skip
    soft_ralo: float = Field(
        default=0.9, ge=0, description="The same for films of `ralo/`, whose two raters differ less"
    )
    zones: float = Field(default=1.5, ge=0, description="Brixia zones, each reader's")
    total: float = Field(default=3.0, ge=0, description="Sum of the zones against the total")
    halves: float = Field(default=1.5, ge=0, description="Sum of a lung's zones")
    sides: float = Field(default=1.0, ge=0, description="Extent and opacity of each lung")
    scores: float = Field(default=0.5, ge=0, description="Grade, extent and opacity of the film")
    lungs: float = Field(default=0.5, ge=0, description="Cells against the lung masks")
    opacity: float = Field(default=1.0, ge=0, description="Cells against opacity masks and boxes")

    @property
    def mean_spread(self) -> float:
        """Brixia points: of a film put together from films of any collection."""
        return max((self.soft_labels + self.soft_ralo) / 2, 1e-6)


class StageConfig(Frozen):
    """One course of training: how long, how fast, and what each batch holds."""

    epochs: int = Field(default=12, ge=1)
    steps: int = Field(default=50, ge=1, description="In an epoch")
    severity: int = Field(default=8, ge=0, description="Films of `severity/` in a batch")
    ralo: int = Field(default=14, ge=0, description="Films of `ralo/` in a batch")
    masks: int = Field(default=6, ge=0, description="Films with lung and opacity masks in a batch")
    boxes: int = Field(default=4, ge=0, description="Films with opacity boxes in a batch")
    learning_rate: float = Field(default=1e-3, gt=0, description="Peak, for all but the backbone")
    backbone_rate: float = Field(
        default=0.4, gt=0, le=1, description="Backbone's learning rate relative to the rest's"
    )
    weight_decay: float = Field(default=0.02, ge=0)
    warmup: float = Field(default=0.1, ge=0, lt=1, description="Share of the steps that rise")
    clip: float = Field(default=2.0, gt=0, description="Norm of a gradient at most")
    ema: float = Field(
        default=0.99, ge=0, lt=1, description="Moving average of the weights, a step"
    )
    balance: float = Field(
        default=0.5, ge=0, le=1, description="Grades are drawn by inverse frequency to this power"
    )
    alike: float = Field(
        default=0.0, ge=0, le=1, description="Intraclass correlation r of a patient's errors: each "
        "of n films of a patient is drawn 1 / (1 + r(n-1)) times as often as somebody's only one"
    )  # fmt: skip
    exchange: float = Field(
        default=0.0, ge=0, le=1, description="Share of a batch's films that are to get one lung of "
        "another of them; they do where both films' lungs were scored apart"
    )  # fmt: skip
    dropout: float = Field(
        default=0.15, ge=0, lt=1, description="On the features before the LSTM and before the "
        "class layer"
    )  # fmt: skip
    label: float = Field(
        default=0.1, ge=0, description="Weight of the study label of films with masks or boxes"
    )
    size: int = Field(default=224, ge=96, le=512, description="Side of the input, pixels")
    frozen_blocks: int = Field(default=0, ge=0, le=10, description="Stem and first blocks stay")


class HeadConfig(Frozen):
    """The last course: the head alone learns to read the cells in the light of opacity.

    The courses before read whole lungs, evenly: opacity is still being learned.
    """

    steps: int = Field(default=600, ge=1)
    films: int = Field(default=64, ge=2, description="In a batch")
    learning_rate: float = Field(default=2e-3, gt=0, description="Peak")
    weight_decay: float = Field(default=0.02, ge=0)
    dropout: float = Field(default=0.15, ge=0, lt=1)
    alike: float = Field(default=0.0, ge=0, le=1, description="As in the course before")
    own: float = Field(
        default=0.0, ge=0, le=1, description="Distillation: how much of the target is what the "
        "network itself read on whole lungs; the rest is the scores"
    )  # fmt: skip
    unscored: int = Field(
        default=0, ge=0, description="Films with masks or boxes that are half of every batch, "
        "beside scored ones, with what the network itself read on their whole lungs"
    )  # fmt: skip
    copies: int = Field(
        default=0, ge=0, description="Augmented copies of each film, of those that the course "
        "before drew from, that are drawn twice as often as the film as it is"
    )  # fmt: skip
    steeper: float = Field(
        default=1.0, ge=0.5, le=3, description="Opacity's logits are multiplied by this before"
    )


class RoundConfig(Frozen):
    """The round before: its pretext, then a network of each fold."""

    pretext: StageConfig
    main: StageConfig
    head: HeadConfig = HeadConfig()
    across: bool = Field(
        default=True, description="Whether the networks that learn nothing of a collection have a "
        "teacher too, where such are trained"
    )  # fmt: skip


def _check(pretext: StageConfig | None, main: StageConfig, side: int, where: str = "") -> None:
    """Raise ValueError where courses do not fit each other, or frames of `side` pixels.

    Args:
        pretext: None where there is none in this round.
        where: what the keys begin with.
    """
    if not main.frozen_blocks:
        raise ValueError(
            f"{where}main.frozen_blocks: at least one, whose outputs are computed once"
        )
    if main.size != side:
        raise ValueError(f"{where}main.size: is not {side}, which is cut out of films")
    if pretext is None:
        return
    if pretext.severity or pretext.ralo:
        raise ValueError(f"{where}pretext: the pretext holds no scored film")
    if pretext.frozen_blocks not in (0, main.frozen_blocks):
        raise ValueError(f"{where}pretext.frozen_blocks: 0, or as main.frozen_blocks")
    if pretext.frozen_blocks and pretext.size != side:
        raise ValueError(f"{where}pretext.size: is not {side}, of which the copies are")


class TrainConfig(Frozen):
    """One recipe, whole."""

    version: str = Field(pattern=VERSION_PATTERN, description="Version that the run exports")
    seeds: tuple[int, ...] = Field(
        default=(1, 2, 3), min_length=1, description="Of heads, order and augmentation; a network "
        "of each fold and seed is tested, and what ships is the mean of all their weights"
    )  # fmt: skip
    without: tuple[Collection, ...] = Field(
        default=(), description="Collections of which nothing is learned, to be tested on whole"
    )
    across: bool = Field(
        default=True, description="Also train without each collection, and test on it"
    )
    start: str | None = Field(
        default=None, pattern=VERSION_PATTERN, description="Version whose stem and first blocks, "
        "those that stay fixed, are started from: it must have learned nothing by them but places"
    )  # fmt: skip
    framer: FramerConfig = FramerConfig()
    pretext: StageConfig | None = Field(
        default=StageConfig(severity=0, ralo=0, masks=18, boxes=14, epochs=14, ema=0.98),
        description="Lungs, opacity and study label alone; all blocks learn, or all but those that "
        "stay fixed after it too. None: the first round's is the start"
    )  # fmt: skip
    main: StageConfig = Field(
        default=StageConfig(frozen_blocks=5), description="Everything together"
    )
    first: RoundConfig | None = Field(
        default=None, description="A round before: the pretext goes on from its pretext, and what "
        "its networks read on films with masks or boxes is learned as well"
    )  # fmt: skip
    head: HeadConfig = HeadConfig()
    copies: CopiesConfig = CopiesConfig()
    loss: LossConfig = LossConfig()
    split: SplitConfig = SplitConfig()
    augment: AugmentConfig = AugmentConfig(
        rotation=10, translation=0.06, zoom=0.15, brightness=0.2, contrast=0.3, gamma=0.35,
        noise=0.04, erase=0.3, letters=0.4, borders=0.25, blur=0.5, jpeg=0.5, frame=0.03,
    )  # fmt: skip
    preprocess: PreprocessConfig = Field(
        default=PreprocessConfig(), description="What is served, and what the head learns from; "
        "the courses before it see films of `main.size`"
    )  # fmt: skip
    network: CellConfig = CellConfig()
    gate: GateConfig = GateConfig()

    @model_validator(mode="after")
    def _courses_fit(self) -> Self:
        side = self.network.side(self.preprocess.size)
        framed = self.network.frame is not None
        _check(self.pretext, self.main, side if framed else self.main.size)
        if self.head.copies and not framed and self.main.size != self.preprocess.size:
            raise ValueError(f"head.copies: are of {self.main.size} pixels, as main.size")
        if self.first is not None:
            main = self.first.main
            _check(self.first.pretext, main, side if framed else main.size, "first.")
            for key in ("frozen_blocks", "size") if self.copies_are_shared else ():
                if getattr(self.main, key) != getattr(main, key):
                    raise ValueError(f"main.{key}: is not that of the first round")
        elif self.pretext is None:
            raise ValueError(
                "pretext: there is no round before whose pretext could be gone on from"
            )
        return self

    @property
    def copies_are_shared(self) -> bool:
        """Whether no round changes the fixed blocks after the first copies."""
        fixed = self.pretext is None or self.pretext.frozen_blocks > 0
        return self.first is not None and fixed

    @property
    def of_courses(self) -> TrainConfig:
        """With films as the courses before the head's see them. Their augmentation enlarges what
        it crops, so that whole films are read better with more pixels than those learned from, by
        a last layer that learns at that size (FixRes; Touvron et al., NeurIPS 2019)."""
        if self.network.frame is not None:
            return self  # they see frames
        preprocess = self.preprocess.model_copy(update={"size": self.main.size})
        return self.model_copy(update={"preprocess": preprocess})

    def of_first(self) -> TrainConfig | None:
        """The recipe of the first round, where there is one; its networks read as they learned."""
        if self.first is None:
            return None
        changes = {
            "pretext": self.first.pretext, "main": self.first.main, "head": self.first.head,
            "first": None, "seeds": self.seeds[:1], "across": self.across and self.first.across,
        }  # fmt: skip
        return self.model_copy(update=changes).of_courses


_Config = TypeVar("_Config", bound=BaseModel)


def load_config(path: Path, kind: type[_Config], changes: Sequence[str] = ()) -> _Config:
    """Read a configuration of one kind.

    Args:
        changes: like `loss.zones=2`; each replaces what the file says.

    Raises:
        TrainingError: with one line that names the file or change, the key and the reason.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for each in changes:
            change(content, each)
        return kind.model_validate(content)
    except OSError as error:
        raise TrainingError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path}: not valid YAML") from error
    except ValidationError as error:
        raise TrainingError(told(error, path, changes)) from error
