"""`networks.sequence.SequenceNet.features`, and what an LSTM takes from them, as a graph."""

from __future__ import annotations

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.calibration import Scaling
from cxr_severity.model.engine import INPUT
from cxr_severity.model.graphs.backbone import Backbone
from cxr_severity.model.graphs.builder import Builder, Maps
from cxr_severity.model.graphs.plan import Plan
from cxr_severity.model.networks.bilstm import BiLstm
from cxr_severity.model.networks.configs import SequenceConfig
from cxr_severity.model.networks.constants import FEATURES
from cxr_severity.model.networks.sequence_kernel import HeadKernel, SequenceHead
from cxr_severity.model.weights import Arrays, Weights


def plan_sequence(
    weights: Weights, config: SequenceConfig, scaling: Scaling, size: int
) -> Plan | None:
    """`SequenceNet`, calibrated, for inputs of `size` pixels a side; None where there is no LSTM.

    Raises:
        ArtifactError: when the weights do not fit.
    """
    if config.sequence != "lstm":
        return None
    lstm = BiLstm(_lstm(weights, config.hidden_size))
    kernel = HeadKernel(weights, config, scaling, (-(-size // 32),) * 2)
    graph = sequence_graph(weights, config, size, lstm.projection())
    return Plan(graph, SequenceHead(lstm, kernel))


def sequence_graph(
    weights: Weights, config: SequenceConfig, size: int,
    projection: tuple[Float32Array, Float32Array],
) -> bytes:  # fmt: skip
    """(1, 3, size, size) normalised input to the features (1, 1280, h, w) and their projection
    (1, h*w, 8H) into an LSTM's gates, `projection` being its weight and bias.

    Takes the backbone out of `weights`.

    Raises:
        ArtifactError: when it does not fit.
    """
    graph = Builder(weights, (1, 3, size, size))
    backbone = Backbone(config.batch_norm_eps, config.padding == "tensorflow")
    _, last = backbone.add(graph, Maps(INPUT, 3, size))
    weight, bias = projection
    flat = graph.reshaped(last.name, 1, FEATURES, last.side * last.side)
    cells = graph.node("Transpose", flat, perm=[0, 2, 1])
    product = graph.node("MatMul", cells, graph.constant(weight.T))
    return graph.finished(last.name, graph.node("Add", product, graph.constant(bias)))


def _lstm(weights: Weights, hidden: int) -> Arrays:
    shapes = {"weight_ih": (FEATURES,), "weight_hh": (hidden,), "bias_ih": (), "bias_hh": ()}
    return {
        f"{name}_{end}": weights.take(f"lstm.{name}_{end}", 4 * hidden, *inputs)
        for name, inputs in shapes.items()
        for end in ("l0", "l0_reverse")
    }
