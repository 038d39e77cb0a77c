"""The runtimes that can execute a network fast: which there are, and how one is made."""

from __future__ import annotations

import importlib.util
import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import threadpoolctl
import torch
from torch import nn

from cxr_severity.imaging.arrays import Float32Array

EngineName = Literal["torch", "onnxruntime", "openvino"]
EngineChoice = Literal["auto", "torch", "onnxruntime", "openvino"]


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Where a version runs, and by what."""

    device: str = "cpu"
    """PyTorch's name of it."""
    engine: EngineChoice = "auto"
    """`auto` takes the fastest that is installed and agrees with PyTorch on the golden input, and
    says so in the log when one does not."""
    threads: int = 1
    """Of the engine, within one batch."""
    threads_alone: int | None = None
    """Of it, for an image that is alone; None: as many as for others."""


ENGINES: tuple[EngineName, ...] = get_args(EngineName)

FASTEST_FIRST: tuple[EngineName, ...] = ("onnxruntime", "openvino", "torch")
"""On a CPU, in single precision, at batch 1; `make bench` measures it. OpenVINO looks faster only
while it may compute in bfloat16, which is no longer the same network."""

Compiled = Callable[[Float32Array], tuple[Float32Array, ...]]
"""(1, ...) float32 to one array for each output; may be called from any thread at a time."""

# PyTorch's ONNX exporter imports `onnx`.
_NEEDED: dict[EngineName, tuple[str, ...]] = {
    "torch": (),
    "onnxruntime": ("onnxruntime", "onnx"),
    "openvino": ("openvino", "onnx"),
}
_OPSET = 17


class EngineError(Exception):
    """A runtime is missing or cannot execute the network; the message is one clear line."""


def candidates(execution: EngineConfig) -> tuple[EngineName, ...]:
    """Runtimes to try, in this order.

    `auto` means the fastest that is installed on a CPU, and PyTorch elsewhere: the other
    runtimes' builds for GPUs are other packages.

    Raises:
        EngineError: when the one asked for is not installed or does not run on the device.
    """
    choice, device = execution.engine, execution.device
    on_cpu = device.startswith("cpu")
    if choice == "auto":
        if not on_cpu:
            return ("torch",)
        return tuple(name for name in FASTEST_FIRST if is_installed(name))
    absent = [module for module in _NEEDED[choice] if not _is_importable(module)]
    if absent:
        raise EngineError(f"engine {choice} is not installed: pip install {' '.join(absent)}")
    if choice != "torch" and not on_cpu:
        raise EngineError(f"engine {choice} runs on the CPU, not on {device}; use engine torch")
    return (choice,)


def is_installed(name: EngineName) -> bool:
    return all(map(_is_importable, _NEEDED[name]))


def _is_importable(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


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
    return compile_each(name, module, example, [threads])[0]


def compile_each(
    name: EngineName, module: nn.Module, example: Float32Array, threads: Sequence[int]
) -> list[Compiled]:
    """As `compile_module`, for each number of threads; the module is converted once."""
    # Not left to the caller: the exporter gives a module the mode back that it had, and a wrapper
    # made a moment ago would drag the batch norms inside it into training.
    module.eval()
    if name == "torch":
        return [_eager(module)] * len(threads)
    try:
        graph = to_onnx(module, example)
        build = _onnxruntime if name == "onnxruntime" else _openvino
        return [build(graph, count) for count in threads]
    except Exception as error:  # each runtime raises what it likes; the caller falls back
        raise EngineError(f"engine {name} cannot run the network: {error}") from error


def limit_threads(threads: int) -> None:
    """Set for the whole process how many threads PyTorch may use; numpy's matrices get one.

    The LSTM's products are so small that threads would spend their time waiting for each other.
    """
    torch.set_num_threads(threads)
    threadpoolctl.threadpool_limits(1, user_api="blas")


def to_onnx(module: nn.Module, example: Float32Array) -> bytes:
    """`module` as an ONNX graph for inputs of the example's shape, weights inside."""
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
            input_names=["input"],
        )
    return buffer.getvalue()


def _eager(module: nn.Module) -> Compiled:
    device = next(module.parameters()).device

    def run(batch: Float32Array) -> tuple[Float32Array, ...]:
        with torch.no_grad():
            return tuple(part.cpu().numpy() for part in module(torch.from_numpy(batch).to(device)))

    return run


def _onnxruntime(graph: bytes, threads: int) -> Compiled:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Further threads wait busily between the steps of a call, and must not go on after it.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(batch: Float32Array) -> tuple[Float32Array, ...]:
        return tuple(session.run(None, {"input": batch}))

    return run


def _openvino(graph: bytes, threads: int) -> Compiled:
    import openvino

    core = openvino.Core()
    # Read as ONNX: OpenVINO's converter for PyTorch modules takes four times as long, and would
    # load a package that reports its use over the network.
    compiled = core.compile_model(
        core.read_model(graph),
        "CPU",
        {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            # Left to itself it computes in bfloat16 where the CPU can.
            "INFERENCE_PRECISION_HINT": "f32",
        },
    )

    def run(batch: Float32Array) -> tuple[Float32Array, ...]:
        # A request of its own: one that is shared would mix answers of concurrent calls.
        answer = compiled.create_infer_request().infer([batch])
        return tuple(np.array(answer[i]) for i in range(len(compiled.outputs)))

    return run
