"""A graph under construction: layers by the names of their weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.engine import INPUT
from cxr_severity.model.weights import Weights

_OPSET = 17
_IR = 10
"""Version of the file format: what the oldest ONNX Runtime that is allowed still reads."""


@dataclass(frozen=True, slots=True)
class Maps:
    """A value within a graph, of one image: (1, `channels`, `side`, `side`) float32."""

    name: str
    channels: int
    side: int


class Builder:
    """Adds nodes in order. Methods that take weights raise ArtifactError when these do not fit."""

    def __init__(self, weights: Weights, shape: Sequence[int]) -> None:
        """`shape`: of the input, float32."""
        self.weights = weights
        self._input = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, list(shape))
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """One operation; the name of what it gives."""
        name = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, values: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> str:
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def reshaped(self, name: str, *shape: int) -> str:
        return self.node("Reshape", name, self.constant(np.array(shape, np.int64)))

    def silu(self, name: str) -> str:
        return self.node("Mul", name, self.node("Sigmoid", name))

    def convolution(
        self, maps: Maps, kernel: Float32Array, bias: Float32Array | None,
        *, stride: int = 1, groups: int = 1, pads: tuple[int, int] | None = None,
    ) -> Maps:  # fmt: skip
        """A square kernel (O, I, k, k). `pads`: before and after, both ways; (k-1)//2 when None."""
        size = kernel.shape[2]
        before, after = pads or ((size - 1) // 2,) * 2
        values = [maps.name, self.constant(kernel)]
        if bias is not None:
            values.append(self.constant(bias))
        name = self.node(
            "Conv", *values, kernel_shape=[size, size], strides=[stride, stride], group=groups,
            pads=[before, before, after, after],
        )  # fmt: skip
        side = (maps.side + before + after - size) // stride + 1
        return Maps(name, kernel.shape[0], side)

    def folded(self, norm: str, kernel: Float32Array, eps: float) -> tuple[Float32Array, ...]:
        """A kernel with the batch norm after it put in: the kernel and its bias."""
        scale, shift = self.affine(norm, len(kernel), eps)
        return kernel * scale[:, None, None, None], shift

    def affine(self, norm: str, channels: int, eps: float) -> tuple[Float32Array, Float32Array]:
        """What a batch norm that has learned does: times (C,), plus (C,)."""
        weight, bias, mean, variance = (
            self.weights.take(f"{norm}.{part}", channels).astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = weight / np.sqrt(variance + eps)
        return scale.astype(np.float32), (bias - mean * scale).astype(np.float32)

    def finished(self, *outputs: str) -> bytes:
        """The graph with its weights inside, which gives these values in this order."""
        graph = helper.make_graph(
            self._nodes,
            "network",
            [self._input],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            self._constants,
        )
        model: ModelProto = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR
        )
        blob: bytes = model.SerializeToString()
        return blob
