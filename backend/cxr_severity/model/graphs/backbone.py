"""EfficientNet-B0 (Tan and Le, 2019) by the names that `efficientnet_pytorch` gives its weights."""

from __future__ import annotations

from dataclasses import dataclass

from cxr_severity.model.graphs.builder import Builder, Maps
from cxr_severity.model.networks.constants import FEATURES, MIDDLE_BLOCK

_STEM = 32
_SQUEEZE = 4
"""Of a block's input, the share of channels that its squeeze-and-excitation keeps: one in four."""
_STAGES = (
    # Blocks, kernel, stride of the first, expansion, channels.
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


@dataclass(frozen=True, slots=True)
class Backbone:
    """How its convolutions are padded, and its batch norms computed."""

    eps: float
    tensorflow_padding: bool = False

    def add(self, graph: Builder, image: Maps) -> tuple[Maps, Maps]:
        """The features in the middle, at stride 16, and the last ones, at stride 32."""
        maps = self._norm(graph, image, "_conv_stem", "_bn0", _STEM, 3, stride=2)
        maps = Maps(graph.silu(maps.name), maps.channels, maps.side)
        middle = maps
        number = 0
        for blocks, kernel, first, expansion, channels in _STAGES:
            for i in range(blocks):
                stride = first if i == 0 else 1
                maps = self._block(graph, maps, number, kernel, stride, expansion, channels)
                if number == MIDDLE_BLOCK:
                    middle = maps
                number += 1
        last = self._norm(graph, maps, "_conv_head", "_bn1", FEATURES, 1)
        return middle, Maps(graph.silu(last.name), FEATURES, last.side)

    def _block(
        self, graph: Builder, maps: Maps, number: int, kernel: int, stride: int, expansion: int,
        channels: int,
    ) -> Maps:  # fmt: skip
        """A mobile inverted bottleneck with squeeze-and-excitation."""
        name, inner, wide = f"_blocks.{number}.", maps, expansion * maps.channels
        if expansion != 1:
            inner = self._norm(graph, maps, f"{name}_expand_conv", f"{name}_bn0", wide, 1)
            inner = Maps(graph.silu(inner.name), wide, inner.side)
        inner = self._norm(
            graph, inner, f"{name}_depthwise_conv", f"{name}_bn1", wide, kernel, stride=stride,
            depthwise=True,
        )  # fmt: skip
        inner = Maps(graph.silu(inner.name), wide, inner.side)
        few = max(1, maps.channels // _SQUEEZE)
        pooled = Maps(graph.node("GlobalAveragePool", inner.name), wide, 1)
        squeezed = self._one(graph, pooled, f"{name}_se_reduce", few)
        excited = self._one(
            graph, Maps(graph.silu(squeezed.name), few, 1), f"{name}_se_expand", wide
        )
        scaled = graph.node("Mul", graph.node("Sigmoid", excited.name), inner.name)
        inner = Maps(scaled, wide, inner.side)
        found = self._norm(graph, inner, f"{name}_project_conv", f"{name}_bn2", channels, 1)
        if stride == 1 and channels == maps.channels:
            return Maps(graph.node("Add", found.name, maps.name), channels, found.side)
        return found

    def _norm(
        self, graph: Builder, maps: Maps, name: str, norm: str, channels: int, kernel: int,
        *, stride: int = 1, depthwise: bool = False,
    ) -> Maps:  # fmt: skip
        """A convolution without bias, and its batch norm."""
        each = 1 if depthwise else maps.channels
        weight = graph.weights.take(f"backbone.{name}.weight", channels, each, kernel, kernel)
        folded, bias = graph.folded(f"backbone.{norm}", weight, self.eps)
        return graph.convolution(
            maps, folded, bias, stride=stride, groups=channels if depthwise else 1,
            pads=self._pads(maps.side, kernel, stride),
        )  # fmt: skip

    def _one(self, graph: Builder, maps: Maps, name: str, channels: int) -> Maps:
        weight = graph.weights.take(f"backbone.{name}.weight", channels, maps.channels, 1, 1)
        bias = graph.weights.take(f"backbone.{name}.bias", channels)
        return graph.convolution(maps, weight, bias)

    def _pads(self, side: int, kernel: int, stride: int) -> tuple[int, int] | None:
        if not self.tensorflow_padding:
            return None
        missing = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        return missing // 2, missing - missing // 2
