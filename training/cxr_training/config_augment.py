"""The parts of a configuration that say how films are changed at random, and what is made of it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from cxr_severity.model.assessment import SEVERITIES, Severity


class Frozen(BaseModel):
    """Part of a recipe; nothing of it is changed, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AugmentConfig(Frozen):
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
    letters: float = Field(default=0.0, ge=0, le=1, description="Probability of letters written in")
    borders: float = Field(default=0.0, ge=0, le=1, description="Probability of a frame")
    blur: float = Field(default=0.0, ge=0, le=1, description="Probability of fewer pixels")
    jpeg: float = Field(default=0.0, ge=0, le=1, description="Probability of a compression")
    frame: float = Field(
        default=0.0, ge=0, lt=0.1, description="Standard deviation of where each side of a frame "
        "lies, as a share of the frame: another film of the same lungs has another one"
    )  # fmt: skip


class FramerConfig(Frozen):
    """How the framer learns, where the network has one."""

    steps: int = Field(default=1200, ge=1)
    films: int = Field(default=32, ge=1, description="In a batch")
    learning_rate: float = Field(default=4e-3, gt=0, description="Peak")
    weight_decay: float = Field(default=0.01, ge=0)
    augment: AugmentConfig = AugmentConfig(
        rotation=12, translation=0.15, zoom=0.35, brightness=0.2, contrast=0.3, gamma=0.35,
        noise=0.04, erase=0.3, letters=0.4, borders=0.25, blur=0.5, jpeg=0.3,
    )  # fmt: skip


class CopiesConfig(Frozen):
    """Augmented copies of each film: about as many as a training draws it."""

    severity: int = Field(default=20, ge=1, le=256)
    ralo: int = Field(default=8, ge=1, le=256)
    masks: int = Field(default=3, ge=1, le=256)
    boxes: int = Field(default=2, ge=1, le=256)
