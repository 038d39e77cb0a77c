"""`python -m bench.traced SPANS`: the service as it is, its steps wrapped in timers.

When it ends, the spans are written to the file SPANS. A request that is to be followed brings its
number in `X-Request-ID`.
"""

from __future__ import annotations

import importlib
import signal
import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from bench.spans import Recorder
from cxr_severity import cli

STEPS = (
    # Where a function stands, its name there, and the step of the budget.
    ("cxr_severity.api.multipart", "Parts.feed", "parse"),
    ("cxr_severity.api.protocol", "BoundedProtocol.data_received", "receive"),
    ("cxr_severity.service.pipeline", "sha256", "hash"),
    ("cxr_severity.service.decoding.processes", "DecodeProcesses.decode", "decode"),
    ("cxr_severity.model.predictor", "to_grid", "resize"),
    ("cxr_severity.model.predictor", "normalise", "normalise"),
    ("cxr_severity.model.predictor", "Predictor.infer", "head"),
    ("cxr_severity.model.predictor", "Predictor.lungs", "lungs"),
    ("cxr_severity.model.predictor", "Predictor.conclude", "conclude"),
    ("cxr_severity.model.conclude", "lungs_of_cells", "lungs"),
    ("cxr_severity.model.conclude", "opacity_of", "zones and opacity"),
    ("cxr_severity.model.conclude", "zone_outlines", "zones and opacity"),
    ("cxr_severity.model.gate", "Gate.__call__", "gate"),
    ("cxr_severity.service.pipeline", "input_statistics", "statistics"),
    ("cxr_severity.service.pipeline", "backdrop", "draw"),
    ("cxr_severity.service.pipeline", "overlay_image", "draw"),
    ("cxr_severity.imaging.pictures.render", "_overlay_strip", "draw"),
    ("cxr_severity.imaging.pictures.render", "encode_jpeg_yuv_planes", "encode"),
    ("cxr_severity.service.pipeline", "resize_map", "draw"),
    ("cxr_severity.service.pipeline", "heatmap_png", "encode"),
    ("cxr_severity.interop.bodies.prediction", "Prediction.build", "serialise"),
    ("cxr_severity.interop.bodies.prediction", "Prediction.as_json", "serialise"),
    ("cxr_severity.api.access.audit", "Judgement.end_with", "metrics and audit"),
    ("cxr_severity.api.access.audit", "_write", "metrics and audit"),
)
GRADIENT = {
    "SequenceHead": ("cxr_severity.model.networks.bilstm", "BiLstm.backward"),
    "CellKernel": ("cxr_severity.model.networks.cells_kernel", "CellKernel.cam"),
}
SEND, ROUTE, WAIT, WORK = "send", "route", "wait", "work"
"""`work` is all that a request's own thread does; the steps are inside."""


def find(module: str, name: str) -> tuple[Any, str, Any]:
    """Owner, last name and the function itself.

    Raises:
        ImportError, AttributeError: there is none; the service was changed.
    """
    owner: Any = importlib.import_module(module)
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    return owner, last, owner.__dict__[last]


def wrap(recorder: Recorder) -> None:
    """Put timers around the steps. Once in a process."""
    for module, name, step in (*STEPS, *((*where, "gradient") for where in GRADIENT.values())):
        owner, last, function = find(module, name)
        if isinstance(function, classmethod):
            setattr(owner, last, classmethod(recorder.timed(step, function.__func__)))
        else:
            setattr(owner, last, recorder.timed(step, function))
    _wrap_engines(recorder)
    _wrap_waits(recorder)
    _wrap_threads(recorder)
    _wrap_application(recorder)


def _wrap_engines(recorder: Recorder) -> None:
    passes, last, compile_graph = find("cxr_severity.model.passes", "compile_graph")

    def compiled(*args: Any, **options: Any) -> list[Any]:
        return [recorder.timed("network", run) for run in compile_graph(*args, **options)]

    setattr(passes, last, compiled)


def _wrap_waits(recorder: Recorder) -> None:
    result = Future.result

    def waited(self: Future[Any], timeout: float | None = None) -> Any:
        if self.done() or not recorder.requests:
            return result(self, timeout)
        with recorder.span(WAIT):
            return result(self, timeout)

    Future.result = waited  # type: ignore[method-assign]


def _wrap_threads(recorder: Recorder) -> None:
    """Other threads work for the request that hands them something."""
    from cxr_severity.service import batching, pipeline

    submit = pipeline._beside.submit

    def beside(function: Any, *args: Any) -> Future[Any]:
        requests = recorder.requests

        def call() -> Any:
            with recorder.working_for(requests), recorder.span("hand over"):
                return function(*args)

        return submit(call)

    pipeline._beside.submit = beside  # type: ignore[assignment,method-assign]

    asked: dict[int, tuple[int, ...]] = {}
    hand_in, run = batching.Ticket.submit, batching._run

    def handed_in(self: Any, *args: Any) -> Any:
        future = hand_in(self, *args)
        asked[id(future)] = recorder.requests
        return future

    def in_batch(batch: Any, **options: Any) -> None:
        numbers = [n for item in batch for n in asked.pop(id(item.inference), ())]
        with recorder.working_for(tuple(numbers)), recorder.span("hand over"):
            run(batch, **options)

    batching.Ticket.submit = handed_in  # type: ignore[assignment,method-assign]
    batching._run = in_batch


def _wrap_application(recorder: Recorder) -> None:
    from fastapi import FastAPI

    predict, last, to_thread = find("cxr_severity.api.routes.predict", "to_thread")

    class Threads:
        @staticmethod
        async def run_sync(function: Any, *args: Any, **options: Any) -> Any:
            timed = recorder.timed(WORK, function)
            return await to_thread.run_sync(timed, *args, **options)

    setattr(predict, last, Threads)
    application = recorder.stepped(ROUTE, FastAPI.__call__)

    async def answered(self: Any, scope: Any, receive: Any, send: Any) -> None:
        number = dict(scope.get("headers", ())).get(b"x-request-id", b"")
        requests = (int(number),) if number.isdigit() else ()
        with recorder.working_for(requests):
            await application(self, scope, receive, recorder.stepped(SEND, send))

    FastAPI.__call__ = answered  # type: ignore[method-assign]


def main() -> int:
    recorder = Recorder()
    wrap(recorder)
    # uvicorn repeats the signal that stopped it, once it has put this back.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        return cli.main(["serve"])
    finally:
        recorder.write(Path(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
