"""Requests that wait are joined into batches; each gets its own answer, nobody waits in vain."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import numpy as np
import pytest
from waiting import wait_until

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.assessment import Target
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.runtime import Inference
from cxr_severity.service.batching import Batcher


class Recorder:
    """In a predictor's place: answers with what it was sent, and notes each batch."""

    def __init__(self) -> None:
        self.batches: list[list[float]] = []
        self.wanted: list[Target | None] = []
        self.alone: list[bool] = []
        self.go = threading.Event()
        self.go.set()
        self.busy = threading.Event()

    def infer(
        self, batch: Float32Array, wanted: Sequence[Target | None], *, alone: bool = False
    ) -> list[Inference]:
        self.alone.append(alone)
        self.busy.set()
        assert self.go.wait(30)
        values = [float(image.flat[0]) for image in batch]
        self.batches.append(values)
        self.wanted += wanted
        if -1 in values:
            raise ValueError("cannot read this")
        empty = np.zeros(0, np.float32)
        return [Inference(np.full(3, v, np.float32), empty, empty, None, 0, 0) for v in values]


def predictor(recorder: Recorder) -> Predictor:
    return cast(Predictor, recorder)


def image(value: float) -> Float32Array:
    return np.full((1, 3, 2, 2), value, np.float32)


def test_what_waits_is_joined_in_order_and_each_gets_its_own() -> None:
    recorder = Recorder()
    with Batcher(lanes=1, size=3, budget=0) as batcher:
        recorder.go.clear()

        def submit(value: float) -> float:
            with batcher.ticket() as ticket:
                answer = ticket.submit(predictor(recorder), image(value), "mild")
            return float(answer.result(30).logits[0])

        with ThreadPoolExecutor(8) as pool:
            first = pool.submit(submit, 0)
            assert recorder.busy.wait(30)
            others = []
            for value in range(1, 6):
                others.append(pool.submit(submit, value))
                wait_until(lambda expected=value: len(batcher._waiting) == expected)  # type: ignore[misc]
            recorder.go.set()
            assert [f.result(30) for f in (first, *others)] == [0, 1, 2, 3, 4, 5]
    assert recorder.batches == [[0], [1, 2, 3], [4, 5]]


def test_versions_are_not_mixed() -> None:
    one, other = Recorder(), Recorder()
    with Batcher(lanes=1, size=8, budget=0) as batcher:
        one.go.clear()
        with ThreadPoolExecutor(4) as pool:

            def submit(recorder: Recorder, value: float) -> float:
                with batcher.ticket() as ticket:
                    answer = ticket.submit(predictor(recorder), image(value), None)
                return float(answer.result(30).logits[0])

            futures = [pool.submit(submit, one, 0)]
            assert one.busy.wait(30)
            for i, recorder in enumerate((other, one, other), start=1):
                futures.append(pool.submit(submit, recorder, i))
                wait_until(lambda expected=i: len(batcher._waiting) == expected)  # type: ignore[misc]
            one.go.set()
            assert [f.result(30) for f in futures] == [0, 1, 2, 3]
    assert one.batches == [[0], [2]]
    assert other.batches == [[1, 3]]


def test_a_failure_reaches_all_of_its_batch_and_no_other() -> None:
    recorder = Recorder()
    with Batcher(lanes=1, size=8, budget=0) as batcher:
        with batcher.ticket() as ticket, pytest.raises(ValueError, match="cannot read this"):
            ticket.submit(predictor(recorder), image(-1), None).result(30)
        with batcher.ticket() as ticket:
            assert ticket.submit(predictor(recorder), image(2), None).result(30).logits[0] == 2


def test_nobody_waits_for_company_that_is_not_on_its_way() -> None:
    recorder = Recorder()
    with Batcher(lanes=1, size=8, budget=3600) as batcher, batcher.ticket() as ticket:
        assert ticket.submit(predictor(recorder), image(1), None).result(30).logits[0] == 1


def test_company_that_is_on_its_way_is_waited_for() -> None:
    recorder = Recorder()
    with Batcher(lanes=1, size=8, budget=3600) as batcher:
        with batcher.ticket() as late:
            with batcher.ticket() as early:
                first = early.submit(predictor(recorder), image(1), None)
            second = late.submit(predictor(recorder), image(2), None)
        assert [first.result(30).logits[0], second.result(30).logits[0]] == [1, 2]
    assert recorder.batches == [[1, 2]]


def test_company_that_gives_up_is_not_waited_for() -> None:
    recorder = Recorder()
    with Batcher(lanes=1, size=8, budget=3600) as batcher:
        with batcher.ticket():
            with batcher.ticket() as early:
                first = early.submit(predictor(recorder), image(1), None)
            assert not first.done()
        assert first.result(30).logits[0] == 1


def test_the_budget_bounds_the_wait() -> None:
    recorder = Recorder()
    with Batcher(lanes=1, size=8, budget=0.01) as batcher, batcher.ticket():
        with batcher.ticket() as early:
            first = early.submit(predictor(recorder), image(1), None)
        assert first.result(30).logits[0] == 1


def test_what_was_submitted_is_finished_on_exit() -> None:
    recorder = Recorder()
    batcher = Batcher(lanes=2, size=1, budget=0)
    with batcher, batcher.ticket() as a, batcher.ticket() as b, batcher.ticket() as c:
        answers = [t.submit(predictor(recorder), image(7), None) for t in (a, b, c)]
    assert all(answer.done() for answer in answers)
    with batcher.ticket() as ticket, pytest.raises(RuntimeError, match="closed"):
        ticket.submit(predictor(recorder), image(1), None)


def test_a_ticket_is_good_for_one_image() -> None:
    recorder = Recorder()
    with Batcher(lanes=1, size=1, budget=0) as batcher:
        ticket = batcher.ticket()
        with pytest.raises(RuntimeError, match="one image"):
            ticket.submit(predictor(recorder), image(1), None)
        with ticket:
            ticket.submit(predictor(recorder), image(1), None)
            with pytest.raises(RuntimeError, match="one image"):
                ticket.submit(predictor(recorder), image(1), None)


def test_the_engine_hears_whether_another_request_is_worked_on() -> None:
    recorder = Recorder()
    with Batcher(lanes=1, size=3, budget=0) as batcher:
        with batcher.ticket() as ticket:
            ticket.submit(predictor(recorder), image(1), None).result(30)
        with batcher.ticket(), batcher.ticket() as ticket:  # one whose image is being decoded
            ticket.submit(predictor(recorder), image(2), None).result(30)
        with batcher.ticket() as drawn:
            drawn.submit(predictor(recorder), image(3), None).result(30)
            with batcher.ticket() as ticket:  # while the other's pictures are drawn
                ticket.submit(predictor(recorder), image(4), None).result(30)
        with batcher.ticket() as ticket:
            ticket.submit(predictor(recorder), image(5), None).result(30)
    assert recorder.alone == [True, False, True, False, True]
