"""The shapes of the networks, as a version's manifest tells them.

Each says where its network stands in PyTorch, which `reference.networks` builds, and by what films
are judged without it (`known.plan`). A new one is a class here and a name in `NetworkConfig`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Padding = Literal["symmetric", "tensorflow"]


class _Shape(BaseModel):
    """What every shape says beside its numbers; none of it is stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: ClassVar[str]
    """Module of `networks` and name of its `Network`, made of a shape and a size."""
    plan: ClassVar[str | None] = None
    """Module of `graphs` and name of what plans it without PyTorch; None where nothing does."""

    def side(self, size: int) -> int:
        """Pixels a side that the backbone sees of films of `size`; ValueError where the network
        can take none of that size."""
        return size


class FrameConfig(BaseModel):
    """How the frame of the lungs is found and cut out of a film."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: int = Field(default=224, ge=64, le=512, multiple_of=32)
    """Of what is cut out, pixels: what the backbone sees."""
    width: int = Field(default=8, ge=4, le=64)
    """Channels of the network that finds the lungs, as in `LungConfig`."""


class CellConfig(_Shape):
    """Shape of a network of cells; stored with each version."""

    network = "cells.CellNet"
    plan: ClassVar[str | None] = "cells.plan_cells"

    kind: Literal["cells"] = "cells"
    backbone: Literal["efficientnet-b0"] = "efficientnet-b0"
    batch_norm_eps: float = Field(default=1e-5, gt=0)
    """1e-5 as torchvision's weights, which are also padded symmetrically."""
    hidden_size: int = Field(default=96, ge=8, le=512)
    """LSTM units in each direction."""
    channels: int = Field(default=128, ge=8, le=512)
    """Of a cell."""
    frame: FrameConfig | None = None
    """None: the whole film is read."""

    def side(self, size: int) -> int:
        if self.frame is None:
            return size
        # Of half the side is the thumbnail, which `LungConfig` must fit.
        if not 64 <= size <= 512 or size % 32:
            raise ValueError("preprocess.size: frames are found on films of 64, 96, ... 512 pixels")
        return self.frame.side


class SequenceConfig(_Shape):
    """Shape of the network; stored with each version."""

    network = "sequence.SequenceNet"
    plan: ClassVar[str | None] = "sequence.plan_sequence"

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


NetworkConfig = CellConfig | SequenceConfig
"""What a manifest may hold of a network."""


class LungConfig(BaseModel):
    """Shape of the lung network; stored with each version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(default=128, ge=32, le=256, multiple_of=16)
    """Side of its square input, pixels. The whole image is stretched to it."""
    width: int = Field(default=12, ge=4, le=64)
    """Channels at half resolution; each halving has more."""

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels after each halving."""
        return tuple(self.width * times for times in (1, 2, 4, 6))
