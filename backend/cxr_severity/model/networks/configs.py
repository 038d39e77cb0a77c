"""The shapes of the networks, as a version's manifest tells them.

Films are judged from them without PyTorch (`known.plan`), and its networks are built from them
(`reference.networks`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Padding = Literal["symmetric", "tensorflow"]


class CellConfig(BaseModel):
    """Shape of a network of cells; stored with each version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["cells"] = "cells"
    backbone: Literal["efficientnet-b0"] = "efficientnet-b0"
    batch_norm_eps: float = Field(default=1e-5, gt=0)
    """1e-5 as torchvision's weights, which are also padded symmetrically."""
    hidden_size: int = Field(default=96, ge=8, le=512)
    """LSTM units in each direction."""
    channels: int = Field(default=128, ge=8, le=512)
    """Of a cell."""


class SequenceConfig(BaseModel):
    """Shape of the network; stored with each version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backbone: Literal["efficientnet-b0"] = "efficientnet-b0"
    padding: Padding = "symmetric"
    """Which weights the backbone is for; `Network` says how each pads."""
    batch_norm_eps: float = Field(default=1e-5, gt=0)
    """1e-5 for torchvision's weights, 1e-3 for `efficientnet_pytorch`'s own."""
    sequence: Literal["lstm", "none"] = "lstm"
    """`none` pools the features directly: the plain-CNN side of an ablation."""
    hidden_size: int = Field(default=128, ge=8, le=512)
    """LSTM units in each direction."""
    zones_inform_class: bool = True
    """The class layer sees the zone scores beside the pooled states."""
    dropout: float = Field(default=0.3, ge=0, lt=1)
    """On the features before the LSTM and on the pooled sequence before the class layer."""


class LungConfig(BaseModel):
    """Shape of the lung network; stored with each version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(default=128, ge=64, le=256, multiple_of=32)
    """Side of its square input, pixels. The whole image is stretched to it."""
    width: int = Field(default=12, ge=4, le=64)
    """Channels at half resolution; each halving has more."""

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels after each halving."""
        return tuple(self.width * times for times in (1, 2, 4, 6))
