"""`networks.frame.Framer` as a part of a graph."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from cxr_severity.model.graphs.builder import Builder, Maps
from cxr_severity.model.graphs.lungs import add_lungs
from cxr_severity.model.networks.cells_kernel import typical_lungs
from cxr_severity.model.networks.configs import FrameConfig, LungConfig
from cxr_severity.model.networks.constants import FRAME_LEAST, FRAME_REACH, PRIOR


def add_frame(graph: Builder, image: Maps, config: FrameConfig) -> tuple[Maps, str]:
    """What lies in the frame of a (1, 3, S, S) film, and the frame, (1, 4).

    Takes the framer out of the graph's weights.
    """
    channel = _part(graph, image.name, 0, 1)
    small = graph.node("AveragePool", channel, kernel_shape=[2, 2], strides=[2, 2])
    lungs = LungConfig(size=image.side // 2, width=config.width)
    found = add_lungs(graph, Maps(small, 1, lungs.size), lungs, "framer.finder.", 2)
    low, high = _ends(graph, graph.node("Sigmoid", found.name), found.side)
    frame = graph.node("Concat", low, high, axis=1)
    inside = image.name
    for axis, end in ((2, 1), (3, 0)):
        inside = _cut(graph, inside, axis, (image.side, config.side), _one(graph, low, end),
                      _one(graph, high, end))  # fmt: skip
    return Maps(inside, image.channels, config.side), frame


def _ends(graph: Builder, lungs: str, side: int) -> tuple[str, str]:
    """(1, 2) left and top, and (1, 2) right and bottom of the frame, as `frame_of` has them."""
    prior = np.float32(PRIOR) * typical_lungs(side, side)[None]
    found = graph.node("Add", lungs, graph.constant(prior))
    # One row of facts to a cell: 1, x, y, x squared, y squared, in shares of a side.
    shares = (np.arange(side, dtype=np.float32) + np.float32(0.5)) / side
    x, y = np.tile(shares, side), np.repeat(shares, side)
    facts = np.stack([np.ones_like(x), x, y, x**2, y**2], axis=1)
    sums = graph.node("MatMul", graph.reshaped(found, 1, 2, side * side), graph.constant(facts))
    moments = graph.node("Div", _part(graph, sums, 1, 5, axis=2), _part(graph, sums, 0, 1, axis=2))
    # Each lung counts the same.
    means = graph.node("ReduceMean", moments, axes=[1], keepdims=0)
    centre, squares = _part(graph, means, 0, 2), _part(graph, means, 2, 4)
    variance = graph.node("Sub", squares, graph.node("Mul", centre, centre))
    reach = graph.constant(np.array([FRAME_REACH], np.float32))
    half = graph.node("Mul", graph.node("Sqrt", variance), reach)
    half = graph.node("Max", half, _number(graph, FRAME_LEAST))
    low = graph.node("Max", graph.node("Sub", centre, half), _number(graph, 0))
    high = graph.node("Min", graph.node("Add", centre, half), _number(graph, 1))
    return low, high


def _cut(
    graph: Builder, maps: str, axis: int, sides: tuple[int, int], low: str, high: str
) -> str:  # fmt: skip
    """Maps between `low` and `high`, (1,), along an axis: sides[0] pixels to sides[1], bilinear.

    Row by row and column by column: ONNX Runtime takes three times as long for a `GridSample`.
    """
    before, after = sides
    centres = (np.arange(after, dtype=np.float32) + np.float32(0.5)) / after
    wide = graph.node("Mul", graph.node("Sub", high, low), graph.constant(centres))
    share = graph.node("Add", wide, low)
    at = graph.node("Sub", graph.node("Mul", share, _number(graph, before)), _number(graph, 0.5))
    at = graph.node("Clip", at, _number(graph, 0), _number(graph, before - 1))
    first = graph.node("Floor", at)
    second = graph.node("Min", graph.node("Add", first, _number(graph, 1)),
                        _number(graph, before - 1))  # fmt: skip
    weight = graph.node("Sub", at, first)
    if axis == 2:
        weight = graph.reshaped(weight, after, 1)
    one, other = (
        graph.node("Gather", maps, graph.node("Cast", each, to=TensorProto.INT64), axis=axis)
        for each in (first, second)
    )
    step = graph.node("Mul", graph.node("Sub", other, one), weight)
    return graph.node("Add", one, step)


def _one(graph: Builder, values: str, number: int) -> str:
    """(1, 2) to the (1,) of them."""
    return graph.reshaped(_part(graph, values, number, number + 1), 1)


def _part(graph: Builder, values: str, start: int, stop: int, axis: int = 1) -> str:
    """What lies from `start` up to `stop` along an axis."""
    bounds = (graph.constant(np.array([each], np.int64)) for each in (start, stop, axis))
    return graph.node("Slice", values, *bounds)


def _number(graph: Builder, value: float) -> str:
    return graph.constant(np.array(value, np.float32))
