"""The budget: timers that do not count twice, and sums that are the whole."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from time import sleep

import pytest
from bench.budget import (
    FOR_A_CORE,
    FOR_A_THREAD,
    FOR_OTHERS,
    Phase,
    budget,
    cpu_rows,
    measure,
    wall_rows,
)
from bench.spans import Recorder, Span, read
from bench.traced import GRADIENT, STEPS, find
from support import WEIGHTS_FOLDER

MAIN, WORKER, LANE, POOL = 1, 2, 3, 4


def span(
    name: str, thread: int, begin: float, end: float, *, wall: float | None = None, cpu: float = 0.0
) -> Span:
    return Span(name, thread, (7,), begin, end, end - begin if wall is None else wall, cpu)


def request() -> list[Span]:
    """One answer from 0 to 20 seconds: read until 2, taken up at 3, worked on until 15, sent at 16.

    The lane works for it from 6 to 10, while it waits from 7 to 11.
    """
    return [
        span("parse", MAIN, 1, 2, cpu=0.9),
        span("route", MAIN, 0.5, 2, wall=0.5, cpu=0.5),
        span("work", WORKER, 3, 15, wall=1, cpu=1),
        span("decode", WORKER, 4, 7, cpu=2.5),
        span("wait", WORKER, 7, 11),
        span("draw", WORKER, 11, 15, cpu=4),
        span("hand over", LANE, 5.9, 10, wall=0, cpu=0),
        span("network", LANE, 6, 9, cpu=3),
        span("head", LANE, 6, 10, wall=1, cpu=1),
        span("send", MAIN, 16, 17, cpu=0.2),
    ]


def test_every_step_is_where_the_budget_looks_for_it() -> None:
    for module, name, _ in (*STEPS, *((*where, "gradient") for where in GRADIENT.values())):
        assert callable(find(module, name)[0].__dict__[name.split(".")[-1]]) or isinstance(
            find(module, name)[2], classmethod
        )


def test_a_span_leaves_out_those_inside_it(tmp_path: Path) -> None:
    recorder = Recorder()

    def inner() -> None:
        sleep(0.02)

    timed = recorder.timed("inner", inner)

    def outer() -> None:
        timed()
        timed()

    with recorder.working_for((3,)):
        recorder.timed("outer", outer)()
    first, second, around = recorder.spans
    assert [first.name, second.name, around.name] == ["inner", "inner", "outer"]
    assert first.requests == (3,)
    whole = around.end - around.begin
    assert around.wall + first.wall + second.wall == pytest.approx(whole)
    assert around.wall <= whole - 0.04
    recorder.write(tmp_path / "spans.json")
    assert read(tmp_path / "spans.json") == recorder.spans


def test_of_a_coroutine_only_its_steps_are_counted() -> None:
    recorder = Recorder()

    async def waits(value: int) -> int:
        await asyncio.sleep(0.05)
        try:
            await asyncio.wait_for(asyncio.Event().wait(), 0.01)
        except TimeoutError:
            return value
        raise AssertionError

    assert asyncio.run(recorder.stepped("step", waits)(5)) == 5
    steps = [span for span in recorder.spans if span.name == "step"]
    assert len(steps) >= 3
    # Its waits of 60 ms are in none of them.
    assert max(b.begin - a.end for a, b in itertools.pairwise(steps)) >= 0.04


def test_a_failing_step_is_counted_and_fails() -> None:
    recorder = Recorder()

    async def fails() -> None:
        await asyncio.sleep(0)
        raise KeyError("x")

    with pytest.raises(KeyError):
        asyncio.run(recorder.stepped("step", fails)())
    assert len(recorder.spans) == 2


def test_wall_time_follows_the_one_way_of_an_answer() -> None:
    rows = wall_rows(request(), 0, 20)
    assert sum(rows.values()) == pytest.approx(20)
    assert rows["receive"] == 1
    assert rows["parse"] == 1
    assert rows[FOR_A_THREAD] == 1
    assert rows["decode"] == 2.5
    assert rows[FOR_A_CORE] == 0.5
    assert rows["network"] == 2, "only what was waited for"
    assert rows["head"] == 1
    assert rows[FOR_OTHERS] == 1
    assert rows["draw"] == 4
    assert rows["hand back"] == 1
    assert rows["send"] == 4
    assert rows["other"] == 1


def test_a_request_without_its_spans_is_not_explained() -> None:
    assert wall_rows([], 0, 20) == {"other": 20}


def test_cpu_is_that_of_all_threads() -> None:
    phase = Phase(1, 0, 20, {7: (0.0, 20.0)}, cpu=20.0)
    phase.threads = {MAIN: 2.6, WORKER: 8.0, LANE: 4.25, POOL: 3.0}
    rows = cpu_rows(phase, request(), MAIN)
    assert sum(rows.values()) == pytest.approx(sum(phase.threads.values()))
    assert rows["event loop"] == pytest.approx(1.0)
    assert rows["hand over"] == pytest.approx(0.75)
    assert rows["network, further threads"] == 3.0
    assert rows["other"] == 1


def test_the_budget_says_how_much_it_explains() -> None:
    phase = Phase(1, 0, 20, {7: (0.0, 20.0)}, cpu=18.0)
    phase.threads = {MAIN: 2.6, WORKER: 8.0, LANE: 4.25, POOL: 3.0}
    found = budget(phase, [*request(), span("decode", WORKER, 30, 40, cpu=9)], MAIN)
    assert found["answers"] == 1
    assert found["cpu_ms"]["decode"] == 2500
    assert found["whole_wall_ms"] == 20_000
    assert found["explained_wall"] == 0.95
    assert found["explained_cpu"] == round((17.85 - 1) / 18, 3)


def test_every_step_of_a_real_answer_is_seen() -> None:
    """A step that moved elsewhere would else be taken for `other`, and nobody told."""
    (phase,) = measure(WEIGHTS_FOLDER, [1], 1.0)["phases"]
    missing = {step for _, _, step in STEPS} - set(phase["cpu_ms"])
    assert not missing
    assert {"network", "gradient"} <= set(phase["cpu_ms"])
