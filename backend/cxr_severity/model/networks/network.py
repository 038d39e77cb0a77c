"""What every network is: the features of EfficientNet-B0, and a head that reads them.

    features(x)            costly; needs no gradient at inference, and runs on any engine
    layer(maps)            what Grad-CAM speaks of: a part of the maps, or made from them
    answer(layer, maps)    small, so that an explanation takes the gradient of it alone

A new network is a subclass in a module of its own, and its configuration in `configs.py`. That is
enough to be served, explained and compared on every engine where PyTorch is installed. A plan that
the configuration names (a graph, and the head in numpy) serves it without PyTorch, and faster.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import torch
from efficientnet_pytorch import EfficientNet
from torch import nn
from torch.nn.functional import linear

from cxr_severity.model.assessment import SEVERITIES, Subject
from cxr_severity.model.calibration import Scaling
from cxr_severity.model.networks.configs import Padding


class HeadOutput(NamedTuple):
    """`logits` (N, 3) in the order of `SEVERITIES`; `zones` (N, 6) in [0, 3] in that of `ZONES`;
    `pooled` (N, ...): the states that the grade was read from. All float32."""

    logits: torch.Tensor
    zones: torch.Tensor
    pooled: torch.Tensor


class Network(nn.Module, ABC):
    """Severity and zone scores from a radiograph, in parts that can be run apart."""

    explains: ClassVar[tuple[Subject, ...]] = ("burden", *SEVERITIES)
    """What its maps may speak of."""

    def __init__(
        self, image_size: int, batch_norm_eps: float, padding: Padding = "symmetric"
    ) -> None:
        """`symmetric` pads (k-1)//2 on each side, as torchvision's weights expect; `tensorflow`
        pads as `efficientnet_pytorch`'s own `from_pretrained` weights expect."""
        super().__init__()
        self.backbone = EfficientNet.from_name(
            "efficientnet-b0",
            image_size=image_size,
            include_top=False,
            batch_norm_epsilon=batch_norm_eps,
            # The package counts like TensorFlow (share kept): 0.9 is PyTorch's momentum of 0.1.
            # Its own 0.99 needs thousands of steps to follow the weights.
            batch_norm_momentum=0.9,
        )
        _use_native_swish(self.backbone)
        if padding == "symmetric":
            _pad_symmetrically(self.backbone)
        self.scaling: tuple[torch.Tensor, torch.Tensor] | None = None
        """Of logits and zones to calibrated logits: weights (3, 9) and offset (3,)."""

    @abstractmethod
    def features(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """(N, 3, S, S) normalised input to maps, the backbone's last features (N, 1280, h, w)
        before all others."""

    @abstractmethod
    def layer(self, maps: tuple[torch.Tensor, ...]) -> torch.Tensor:
        """The maps to (N, K, h, w): what an explanation speaks of."""

    @abstractmethod
    def answer(self, layer: torch.Tensor, maps: tuple[torch.Tensor, ...]) -> HeadOutput:
        """What the network says, calibrated once `calibrate` was called."""

    def explained(self, output: HeadOutput, subjects: Sequence[Subject]) -> torch.Tensor:
        """(N,): of each film of an `output` with a gradient, what a map of its subject explains."""
        return torch.stack(
            [
                output.zones[i].sum() if subject == "burden"
                else output.logits[i, SEVERITIES.index(subject)]
                for i, subject in enumerate(subjects)
            ]
        )  # fmt: skip

    def places(self, maps: tuple[torch.Tensor, ...]) -> torch.Tensor | None:  # noqa: ARG002
        """(N, 3, h, w): the probabilities of right lung, left lung and opacity in each cell; None
        where the network has no such map."""
        return None

    def on_film(
        self,
        shown: torch.Tensor,
        maps: tuple[torch.Tensor, ...],  # noqa: ARG002
    ) -> torch.Tensor:
        """(N, C, h, w) over what the network read to the same over the whole film."""
        return shown

    def read(self, maps: tuple[torch.Tensor, ...]) -> HeadOutput:
        """The maps to an output."""
        return self.answer(self.layer(maps), maps)

    def forward(self, x: torch.Tensor) -> HeadOutput:
        """(N, 3, S, S) normalised input to an output."""
        return self.read(self.features(x))

    def lower(self, x: torch.Tensor, blocks: int) -> torch.Tensor:
        """(N, 3, S, S) normalised input through the stem and the first `blocks` blocks."""
        net = self.backbone
        return self.through(net._swish(net._bn0(net._conv_stem(x))), 0, blocks)

    def through(self, maps: torch.Tensor, start: int, stop: int | None = None) -> torch.Tensor:
        """Maps through the blocks from `start` up to `stop`, which is left out."""
        # As `EfficientNet.extract_features` does it: deeper blocks are dropped more often.
        blocks = self.backbone._blocks
        rate = self.backbone._global_params.drop_connect_rate / len(blocks)
        for i in range(start, len(blocks) if stop is None else stop):
            maps = blocks[i](maps, drop_connect_rate=rate * i)
        return maps

    def last_features(self, maps: torch.Tensor) -> torch.Tensor:
        """What the last block gave to (N, 1280, h, w)."""
        net = self.backbone
        features: torch.Tensor = net._swish(net._bn1(net._conv_head(maps)))
        return features

    def calibrate(self, scaling: Scaling) -> None:
        """Have the network say calibrated logits from now on, so that a map explains those.

        The numbers belong to the manifest and never enter the state that is stored.
        """
        device = next(self.parameters()).device
        weights = torch.tensor(scaling.weights, dtype=torch.float32, device=device)
        weights[:, : len(SEVERITIES)] /= scaling.temperature
        # A tuple, not buffers: it is no part of the state dict.
        self.scaling = (weights, torch.tensor(scaling.offset, device=device))

    def calibrated(self, logits: torch.Tensor, zones: torch.Tensor) -> torch.Tensor:
        """Logits (N, 3) with the zones (N, 6) to calibrated logits (N, 3)."""
        if self.scaling is None:
            return logits
        return linear(torch.cat([logits, zones], dim=1), *self.scaling)


def _use_native_swish(module: nn.Module) -> None:
    """Replace the package's own swish by PyTorch's: same function, training a quarter faster."""
    for name, child in module.named_children():
        if type(child).__name__ in ("Swish", "MemoryEfficientSwish"):
            setattr(module, name, nn.SiLU(inplace=False))
        else:
            _use_native_swish(child)


def _pad_symmetrically(backbone: nn.Module) -> None:
    """Replace `efficientnet_pytorch`'s TensorFlow-style padding layers by plain padding."""
    for module in backbone.modules():
        if isinstance(module, nn.Conv2d) and hasattr(module, "static_padding"):
            module.static_padding = nn.Identity()
            module.padding = tuple((k - 1) // 2 for k in module.kernel_size)
