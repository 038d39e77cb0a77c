"""Any PyTorch module on any runtime, by PyTorch's own ONNX exporter: for training and measuring."""

from __future__ import annotations

import io
import warnings

import torch
from torch import nn

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.engine import INPUT, Compiled, EngineName, compile_graph

_OPSET = 17


def compile_module(
    name: EngineName, module: nn.Module, example: Float32Array, threads: int
) -> Compiled:
    """A runtime's version of `module`, which maps one float32 tensor to a tuple of them.

    Args:
        name: runtime; `torch` runs the module as it is, on its own device.
        module: put in eval mode, with all that it holds.
        example: (1, ...) input of the one shape that will come.
        threads: within one call.

    Raises:
        EngineError: when the runtime refuses the network.
    """
    if name == "torch":
        return eager(module)
    return compile_graph(name, to_onnx(module, example), [threads])[0]


def to_onnx(module: nn.Module, example: Float32Array) -> bytes:
    """`module`, put in eval mode, as an ONNX graph for inputs of the example's shape, weights
    inside."""
    # Not left to the caller: the exporter gives a module the mode back that it had, and a wrapper
    # made a moment ago would drag the batch norms inside it into training.
    module.eval()
    buffer = io.BytesIO()
    with torch.no_grad(), warnings.catch_warnings():
        # Its successor takes ten times as long and needs one package more, for the same graph.
        warnings.simplefilter("ignore", DeprecationWarning)
        # Of an LSTM it says that other batch sizes and lengths would not fit: there are none here.
        warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)  # type: ignore[attr-defined]
        warnings.filterwarnings("ignore", "Exporting a model to ONNX with a batch_size")
        torch.onnx.export(
            module,
            (torch.from_numpy(example),),
            buffer,  # type: ignore[arg-type]  # its annotation forgets files in memory
            dynamo=False,
            opset_version=_OPSET,
            input_names=[INPUT],
        )
    return buffer.getvalue()


def eager(module: nn.Module) -> Compiled:
    """The module as it is, put in eval mode, on its own device."""
    module.eval()
    device = next(module.parameters()).device

    def run(batch: Float32Array) -> tuple[Float32Array, ...]:
        with torch.no_grad():
            return tuple(part.cpu().numpy() for part in module(torch.from_numpy(batch).to(device)))

    return run
