"""The runtimes that can execute a network fast: which there are, and how one is made."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import threadpoolctl

from cxr_severity.imaging.arrays import Float32Array

INPUT = "input"
"""What a graph calls its only input."""

EngineName = Literal["torch", "onnxruntime", "openvino"]
EngineChoice = Literal["auto", "torch", "onnxruntime", "openvino"]


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Where a version runs, and by what."""

    device: str = "cpu"
    """PyTorch's name of it."""
    engine: EngineChoice = "auto"
    """`auto` takes the fastest that is installed and answers the golden input as the manifest says,
    and says so in the log when one does not."""
    threads: int = 1
    """Threads of the engine within one batch."""
    threads_alone: int | None = None
    """Its threads for an image that is alone; None: as many as for others."""


ENGINES: tuple[EngineName, ...] = get_args(EngineName)

FASTEST_FIRST: tuple[EngineName, ...] = ("onnxruntime", "openvino", "torch")
"""On a CPU, in single precision, at batch 1; `make bench` measures it. OpenVINO looks faster only
while it may compute in bfloat16, which is no longer the same network."""

Compiled = Callable[[Float32Array], tuple[Float32Array, ...]]
"""(1, ...) float32 to one array for each output; may be called from any thread at a time."""

# The graphs are made by `onnx`.
_NEEDED: dict[EngineName, tuple[str, ...]] = {
    "torch": ("torch", "efficientnet_pytorch"),
    "onnxruntime": ("onnxruntime", "onnx"),
    "openvino": ("openvino", "onnx"),
}


class EngineError(Exception):
    """A runtime is missing or cannot execute the network; the message is one clear line."""


def candidates(execution: EngineConfig) -> tuple[EngineName, ...]:
    """Runtimes to try, in this order; one at least.

    `auto` means the fastest that is installed on a CPU, and PyTorch elsewhere: the other
    runtimes' builds for GPUs are other packages.

    Raises:
        EngineError: when the one asked for, or every one, is not installed, or the one asked for
            does not run on the device.
    """
    choice, device = execution.engine, execution.device
    on_cpu = device.startswith("cpu")
    if choice == "auto":
        if on_cpu:
            found = tuple(name for name in FASTEST_FIRST if is_installed(name))
            if not found:
                raise EngineError("no engine is installed: pip install onnxruntime onnx")
            return found
        choice = "torch"
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


def compile_graph(name: EngineName, graph: bytes, threads: Sequence[int]) -> list[Compiled]:
    """An ONNX graph of one input, on a runtime, once for each number of threads within a call.

    Raises:
        EngineError: when the runtime refuses the graph, or runs none: PyTorch.
    """
    if name == "torch":
        raise EngineError("engine torch runs networks, not graphs")
    build = _onnxruntime if name == "onnxruntime" else _openvino
    try:
        return [build(graph, count) for count in threads]
    except Exception as error:  # each runtime raises what it likes; the caller falls back
        raise EngineError(f"engine {name} cannot run the network: {error}") from error


def limit_threads() -> None:
    """Have numpy's matrices, in the whole process, use one thread: the products are so small that
    threads would spend their time waiting for each other."""
    threadpoolctl.threadpool_limits(1, user_api="blas")


def _onnxruntime(graph: bytes, threads: int) -> Compiled:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Further threads wait busily between the steps of a call, and must not go on after it.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(batch: Float32Array) -> tuple[Float32Array, ...]:
        return tuple(session.run(None, {INPUT: batch}))

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
