"""The part of a configuration that says how the gate is fitted."""

from __future__ import annotations

from pydantic import Field

from cxr_training.config_augment import AugmentConfig, Frozen


class GateConfig(Frozen):
    """How the gate is fitted, on the features of a trained run."""

    seed: int = Field(default=1, ge=0)
    every: int = Field(
        default=15, ge=1, description="Of the radiographs of `pretrain/`, each so many-th is taken"
    )
    every_ralo: int = Field(
        default=6, ge=1, description="Of the films of `ralo/`, each so many-th is taken"
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
    augment: AugmentConfig = AugmentConfig(rotation=6, zoom=0.15, translation=0.05)
