"""`networks.cells.CellNet.features` as a graph."""

from __future__ import annotations

import numpy as np

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.calibration import Scaling
from cxr_severity.model.engine import INPUT
from cxr_severity.model.graphs.backbone import Backbone
from cxr_severity.model.graphs.builder import Builder, Maps
from cxr_severity.model.graphs.frame import add_frame
from cxr_severity.model.graphs.plan import Plan
from cxr_severity.model.networks.cells_kernel import CellKernel
from cxr_severity.model.networks.configs import CellConfig
from cxr_severity.model.networks.constants import FEATURES, MIDDLE, NORM_EPS, PLACES
from cxr_severity.model.weights import Weights


def plan_cells(weights: Weights, config: CellConfig, scaling: Scaling, size: int) -> Plan:
    """`CellNet`, calibrated, for inputs of `size` pixels a side.

    Raises:
        ArtifactError: when the weights do not fit.
    """
    return Plan(cells_graph(weights, config, size), CellKernel(weights, config, scaling))


def cells_graph(weights: Weights, config: CellConfig, size: int) -> bytes:
    """(1, 3, size, size) normalised input to `last`, `cells` and `places` as in `CellMaps`, and
    `frames` where a frame is read.

    Takes framer, backbone and fusion out of `weights`.

    Raises:
        ArtifactError: when they do not fit.
    """
    graph = Builder(weights, (1, 3, size, size))
    image = Maps(INPUT, 3, size)
    frames = []
    if config.frame is not None:
        image, frame = add_frame(graph, image, config.frame)
        frames.append(frame)
    middle, last = Backbone(config.batch_norm_eps).add(graph, image)
    channels, hidden = config.channels, config.hidden_size
    # The norm comes after a sum, and scales each of its terms.
    scale, shift = graph.affine("fusion.norm", channels, NORM_EPS)

    def scaled(name: str, inputs: int) -> Float32Array:
        kernel = weights.take(f"fusion.{name}.weight", channels, inputs, 1, 1)
        return kernel * scale[:, None, None, None]

    grid = Maps(_sequence(graph, last, hidden), 2 * hidden, last.side)
    coarse = graph.node(
        "Add",
        graph.convolution(last, scaled("of_last", FEATURES), None).name,
        graph.convolution(grid, scaled("of_sequence", 2 * hidden), None).name,
    )
    context = graph.node(
        "Resize", coarse, "", "", graph.constant(np.array([1, channels, *[middle.side] * 2])),
        mode="linear", coordinate_transformation_mode="half_pixel",
    )  # fmt: skip
    fine = graph.convolution(middle, scaled("of_middle", MIDDLE), shift)
    fused = graph.node("Relu", graph.node("Add", fine.name, context))
    mixed = graph.convolution(
        Maps(fused, channels, middle.side),
        weights.take("fusion.mix.weight", channels, channels, 3, 3),
        weights.take("fusion.mix.bias", channels),
    )
    cells = graph.node("Relu", mixed.name)
    places = graph.convolution(
        Maps(cells, channels, middle.side),
        weights.take("fusion.places.weight", len(PLACES), channels, 1, 1),
        weights.take("fusion.places.bias", len(PLACES)),
    )
    return graph.finished(last.name, cells, places.name, *frames)


def _sequence(graph: Builder, last: Maps, hidden: int) -> str:
    """The states of the LSTM, as maps (1, 2H, h, w); cells are read row by row."""
    inward, recurrent, bias = (
        np.stack([np.concatenate(parts) for parts in directions])
        for directions in zip(*(_lstm(graph.weights, end, hidden) for end in ("", "_reverse")),
                              strict=True)
    )  # fmt: skip
    cells = last.side * last.side
    flat = graph.reshaped(last.name, 1, FEATURES, cells)
    states = graph.node(
        "LSTM", graph.node("Transpose", flat, perm=[2, 0, 1]),
        graph.constant(inward), graph.constant(recurrent), graph.constant(bias),
        hidden_size=hidden, direction="bidirectional",
    )  # fmt: skip
    # (cells, 2, 1, H) to (1, 2, H, cells).
    turned = graph.node("Transpose", states, perm=[2, 1, 3, 0])
    return graph.reshaped(turned, 1, 2 * hidden, last.side, last.side)


def _lstm(weights: Weights, end: str, hidden: int) -> tuple[list[Float32Array], ...]:
    """Of one direction: inward weights, recurrent ones and both biases, as ONNX orders them."""

    def gates(name: str, *inputs: int) -> list[Float32Array]:
        found = weights.take(f"fusion.lstm.{name}_l0{end}", 4 * hidden, *inputs)
        # PyTorch: input, forget, cell, output. ONNX: input, output, forget, cell.
        each = np.split(found, 4)
        return [each[0], each[3], each[1], each[2]]

    return (
        gates("weight_ih", FEATURES),
        gates("weight_hh", hidden),
        gates("bias_ih") + gates("bias_hh"),
    )
