"""`networks.lungs.LungNet` with its sigmoid as a graph."""

from __future__ import annotations

import numpy as np

from cxr_severity.model.engine import INPUT
from cxr_severity.model.graphs.builder import Builder, Maps
from cxr_severity.model.networks.configs import LungConfig
from cxr_severity.model.networks.constants import NORM_EPS
from cxr_severity.model.weights import Weights


def lungs_graph(weights: Weights, config: LungConfig) -> bytes:
    """(1, S, S) grids in [0, 1] to (1, S/2, S/2) probabilities of a pixel being lung.

    Raises:
        ArtifactError: when the weights do not fit.
    """
    graph = Builder(weights, (1, config.size, config.size))
    grid = graph.reshaped(INPUT, 1, 1, config.size, config.size)
    out = add_lungs(graph, Maps(grid, 1, config.size), config, "", 1)
    flat = graph.reshaped(out.name, 1, out.side, out.side)
    return graph.finished(graph.node("Sigmoid", flat))


def add_lungs(graph: Builder, grid: Maps, config: LungConfig, prefix: str, regions: int) -> Maps:
    """`LungNet` on a (1, 1, S, S) value: (1, regions, S/2, S/2) logits. Its weights' names begin
    with `prefix`."""
    centred = graph.node("Sub", grid.name, graph.constant(np.array(0.5, np.float32)))
    maps = Maps(centred, 1, config.size)
    skips = []
    for i, width in enumerate(config.widths):
        maps = _block(graph, maps, f"{prefix}down.{i}", width, stride=2)
        skips.append(maps)
    maps = _block(graph, skips.pop(), f"{prefix}middle", config.widths[-1])
    doubled = graph.constant(np.array([1, 1, 2, 2], np.float32))
    for i, width in enumerate(config.widths[-2::-1]):
        skip = skips.pop()
        larger = graph.node(
            "Resize", maps.name, "", doubled,
            mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor",
        )  # fmt: skip
        both = graph.node("Concat", larger, skip.name, axis=1)
        both_maps = Maps(both, maps.channels + skip.channels, skip.side)
        maps = _block(graph, both_maps, f"{prefix}up.{i}", width)
    weight = graph.weights.take(f"{prefix}out.weight", regions, maps.channels, 1, 1)
    return graph.convolution(maps, weight, graph.weights.take(f"{prefix}out.bias", regions))


def _block(graph: Builder, maps: Maps, name: str, channels: int, stride: int = 1) -> Maps:
    weight = graph.weights.take(f"{name}.0.weight", channels, maps.channels, 3, 3)
    kernel, bias = graph.folded(f"{name}.1", weight, NORM_EPS)
    found = graph.convolution(maps, kernel, bias, stride=stride)
    return Maps(graph.silu(found.name), channels, found.side)
