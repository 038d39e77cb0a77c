"""Where each millisecond of an answer goes, of CPU and of wall time, alone and under load.

The service runs with timers around its steps (`bench.traced`). What it must add up to is measured
apart from them: wall time by the client's clock, CPU by the kernel's count for the process.
"""

from __future__ import annotations

import itertools
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.client import Client, multipart
from bench.inputs import radiograph
from bench.server import Server, service
from bench.spans import Span, read
from bench.traced import ROUTE, SEND, WAIT, WORK

PATH = "/predict?force=true"
RECEIVE, PARSE, FOR_A_THREAD, FOR_OTHERS, FOR_A_CORE = (
    "receive", "parse", "waiting for a thread", "waiting for a batch or a helper",
    "waiting for a core or Python's lock",
)  # fmt: skip
BACK, LOOP, POOL, OTHER = "hand back", "event loop", "network, further threads", "other"
_NAMES = {ROUTE: "route and middleware", WORK: OTHER, "hand over": "hand over"}
ORDER = (
    RECEIVE, PARSE, "route and middleware", "hash", "decode", "resize", "normalise", "network",
    POOL, "head", "gradient", "lungs", "gate", "zones and opacity", "conclude", "statistics",
    "draw", "encode", "serialise", "metrics and audit", SEND, LOOP, "hand over", BACK,
    FOR_A_THREAD, FOR_OTHERS, FOR_A_CORE, OTHER,
)  # fmt: skip
Rows = dict[str, float]
"""Milliseconds of an answer by step."""


@dataclass
class Phase:
    """What clients and kernel saw while `clients` clients sent; seconds."""

    clients: int
    begin: float = 0.0
    end: float = 0.0
    answers: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Of each request that was answered with 200, when it was sent and when its answer was read."""
    cpu: float = 0.0
    """Of the whole process, by the kernel."""
    threads: dict[int, float] = field(default_factory=dict)
    """CPU of each thread that lived through it."""


def measure(weights: Path, clients: Sequence[int], seconds: float) -> dict[str, Any]:
    """The budget for each number of clients, of an explained 1024 x 1024 PNG."""
    body = multipart(radiograph(1024, "png"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "spans.json"
        with service(weights, command=("-m", "bench.traced", str(file))) as server:
            _follow(server, body, max(clients), 0.5, first=0)
            phases = [
                _follow(server, body, count, seconds, first=1_000_000 * (i + 1))
                for i, count in enumerate(clients)
            ]
            main = server.pid
        spans = read(file)
    return {"phases": [budget(phase, spans, main) for phase in phases]}


def _follow(server: Server, body: bytes, clients: int, seconds: float, first: int) -> Phase:
    phase = Phase(clients)
    lock, stop = threading.Lock(), threading.Event()
    numbers = iter(range(first, first + 1_000_000))

    def work() -> None:
        client = Client(server, PATH)
        while not stop.is_set():
            with lock:
                number = next(numbers)
            begin = perf_counter()
            status, _, wait = client.send(body, {"X-Request-ID": str(number)})
            if status == 200:
                phase.answers[number] = (begin, perf_counter())
            else:
                stop.wait(wait or 0.1)
        client.close()

    before = server.thread_cpu()
    phase.begin, cpu = perf_counter(), server.cpu_seconds()
    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    stop.wait(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    phase.end, phase.cpu = perf_counter(), server.cpu_seconds() - cpu
    after = server.thread_cpu()
    phase.threads = {thread: spent - before.get(thread, 0.0) for thread, spent in after.items()}
    return phase


def budget(phase: Phase, spans: Iterable[Span], main: int) -> dict[str, Any]:
    """Milliseconds of an answer by step, and how much of the whole they explain.

    Args:
        spans: of the process, also from before and after the phase.
        main: the thread of the event loop.
    """
    kept = [span for span in spans if phase.begin <= span.begin <= phase.end]
    count = max(1, len(phase.answers))
    cpu = {name: spent * 1e3 / count for name, spent in cpu_rows(phase, kept, main).items()}
    wall: Rows = defaultdict(float)
    by_request: dict[int, list[Span]] = defaultdict(list)
    for span in kept:
        for number in span.requests:
            by_request[number].append(span)
    for number, (begin, end) in phase.answers.items():
        for name, spent in wall_rows(by_request[number], begin, end).items():
            wall[name] += spent * 1e3 / count
    whole_wall = sum(end - begin for begin, end in phase.answers.values()) * 1e3 / count
    whole_cpu = phase.cpu * 1e3 / count
    return {
        "clients": phase.clients,
        "answers": len(phase.answers),
        "cpu_ms": _rounded(cpu),
        "wall_ms": _rounded(wall),
        "whole_cpu_ms": round(whole_cpu, 2),
        "whole_wall_ms": round(whole_wall, 2),
        "explained_cpu": round((sum(cpu.values()) - cpu.get(OTHER, 0)) / whole_cpu, 3),
        "explained_wall": round((sum(wall.values()) - wall.get(OTHER, 0)) / whole_wall, 3),
    }


def cpu_rows(phase: Phase, spans: Iterable[Span], main: int) -> Rows:
    """Seconds of CPU by step, of all answers; what threads did outside all steps is a step too."""
    rows: Rows = defaultdict(float)
    within: dict[int, float] = defaultdict(float)
    for span in spans:
        rows[_NAMES.get(span.name, span.name)] += span.cpu
        within[span.thread] += span.cpu
    rows["hand over"] += rows.pop(WAIT, 0.0)
    for thread, spent in phase.threads.items():
        if thread == main:
            rows[LOOP] += spent - within.get(thread, 0.0)
        elif thread in within:
            rows["hand over"] += spent - within[thread]
        else:
            rows[POOL] += spent
    return rows


def wall_rows(spans: list[Span], begin: float, end: float) -> Rows:
    """Seconds of wall time by step, of one request from `begin` to `end`: the way that its answer
    took, without what other threads did meanwhile."""
    rows: Rows = defaultdict(float)
    works = [span for span in spans if span.name == WORK]
    sends = [span for span in spans if span.name == SEND]
    if len(works) != 1 or not sends:
        rows[OTHER] += end - begin
        return rows
    (work,) = works
    parsed = [span for span in spans if span.name == PARSE]
    received = max((span.end for span in parsed), default=begin)
    rows[PARSE] = sum(span.wall for span in parsed)
    rows[RECEIVE] = received - begin - rows[PARSE]
    rows[FOR_A_THREAD] = work.begin - received
    first = min(span.begin for span in sends)
    rows[BACK] = max(0.0, first - work.end)
    rows[SEND] = end - max(first, work.end)
    elsewhere = [span for span in spans if span.thread != work.thread and span.name != ROUTE]
    for span in spans:
        if span.thread != work.thread or not work.begin <= span.begin <= work.end:
            continue
        if span.name == WAIT:
            for name, spent in waited_for(span, elsewhere).items():
                rows[name] += spent
        else:
            spent = min(span.wall, span.cpu)
            rows[_NAMES.get(span.name, span.name)] += spent
            rows[FOR_A_CORE] += span.wall - spent
    return rows


def waited_for(wait: Span, elsewhere: Iterable[Span]) -> Rows:
    """What others did for the request while it waited: of spans that overlap the one that began
    last, as it is the innermost."""
    rows: Rows = defaultdict(float)
    meanwhile = [
        span
        for span in elsewhere
        if span.name != WAIT and span.begin < wait.end and span.end > wait.begin
    ]
    edges = {wait.begin, wait.end}
    for span in meanwhile:
        edges |= {max(span.begin, wait.begin), min(span.end, wait.end)}
    ordered = sorted(edges)
    for low, high in itertools.pairwise(ordered):
        active = [span for span in meanwhile if span.begin <= low and span.end >= high]
        if active:
            name = max(active, key=lambda span: (span.begin, -span.end)).name
            rows[_NAMES.get(name, name)] += high - low
        else:
            rows[FOR_OTHERS] += high - low
    return rows


def _rounded(rows: Rows) -> Rows:
    return {name: round(rows[name], 2) for name in ORDER if round(rows.get(name, 0.0), 2)}
