"""A destination that takes what is sent and never answers."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from waiting import wait_until

from cxr_severity.worker.faults import SilentError
from cxr_severity.worker.items import Result
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.ledger_file import parked
from cxr_severity.worker.pace import Pace
from cxr_severity.worker.pauses import Pauses
from cxr_severity.worker.work import Work

from .films import place
from .test_work import FILMS, QUICK, echo, finish


def test_a_destination_that_does_not_answer_takes_nobody_elses_time(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    silent, well = _Silent(0.1), _Well()
    for number in FILMS:
        ledger.received(place(number), FILMS[number], number)
    work = Work(ledger, echo, None, {"ill": silent, "well": well}, pace=QUICK)
    work.start()
    wait_until(lambda: len(well.stored) == 2 * len(FILMS))
    tried = len(silent.asked)
    work.stop()
    # Else one film's results are tried until they are parked, 50 times each, before the next is.
    assert tried < 50
    # No shorter than twice what it took not to answer; longer where the machine is busy.
    waits = re.findall(r"ill is silent: asked again in (\d+\.\d) s", caplog.text)
    assert waits
    assert min(map(float, waits)) >= 2 * 0.1


def test_a_result_that_nobody_can_answer_is_parked_and_the_others_go_on(
    ledger: Ledger, path: Path
) -> None:
    poison = echo(FILMS[0], 0)[0].instance
    some = _Silent(0.01, poison)
    for number in FILMS:
        ledger.received(place(number), FILMS[number], number)
    finish(Work(ledger, echo, None, {"some": some}, pace=Pace(0.001, 0.01, attempts=3)))
    assert [(each.reason, each.attempts) for each in parked(path)] == [("timed-out", 3)]
    assert ledger.counts()["done"] == len(FILMS) - 1
    assert some.asked.count(poison) == 3


class _Silent:
    """It answers nothing, or not to what is `named`."""

    def __init__(self, seconds: float, named: str = "") -> None:
        self.asked: list[str] = []
        self._seconds, self._named = seconds, named

    def store(self, study: str, result: Result) -> None:  # noqa: ARG002
        self.asked.append(result.instance)
        if self._named in ("", result.instance):
            time.sleep(self._seconds)
            raise SilentError("timed-out")

    def close(self) -> None: ...


class _Well:
    def __init__(self) -> None:
        self.stored: list[str] = []

    def store(self, study: str, result: Result) -> None:  # noqa: ARG002
        self.stored.append(result.instance)

    def close(self) -> None: ...


def test_a_pause_is_made_no_shorter_by_another_thread() -> None:
    pauses = Pauses(QUICK)
    assert pauses.add("peer", 60, took=30) == 60
    assert pauses.add("peer", 60) < 1
    assert pauses.left()[0] > 30
