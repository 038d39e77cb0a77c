"""Films that wait for long, and a clock that is set back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from waiting import wait_until

from cxr_severity.worker.faults import DownError
from cxr_severity.worker.header import Wanted
from cxr_severity.worker.items import Result
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.ledger_file import retry
from cxr_severity.worker.pace import LONGEST_WAIT, Pace
from cxr_severity.worker.watch import Watcher
from cxr_severity.worker.work import Work

from .memory import FIRST, REPORT, SECOND, film_of, parcel_of

HOUR = 3600


def test_a_film_is_judged_as_of_when_it_came_in(ledger: Ledger, path: Path) -> None:
    """Though it was parked over a weekend, and sent again."""
    friday = time.time() - 3 * 24 * HOUR
    ledger.received(FIRST, b"film", friday)
    ledger.found([SECOND], friday + 1)
    for _ in range(2):
        ledger.park(film_of(ledger, friday + 2), "http-500")
    ledger.received(FIRST, b"film", time.time())
    assert retry(path) == 1
    came: list[float] = []

    def assess(_: bytes, since: float) -> Sequence[Result]:
        came.append(since)
        return []

    work = Work(ledger, assess, lambda _: b"film", {})
    work.start()
    wait_until(lambda: work.idle)
    work.stop()
    assert sorted(came) == [friday, friday + 1]


class _Slow:
    """An archive whose search goes on past midnight, as it were."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def search(self, _: Mapping[str, str], /, **__: int) -> Iterable[Mapping[str, Any]]:
        self.asked.append(time.time())
        time.sleep(0.05)
        uids = zip(("0020000D", "0020000E", "00080018"), ("1.1", "1.2", "1.3"), strict=True)
        yield {tag: {"Value": [uid]} for tag, uid in uids}


def test_a_film_came_in_when_the_search_for_it_began(ledger: Ledger) -> None:
    archive = _Slow()
    watcher = Watcher(archive, Wanted(), ledger, lambda: None, 60, Pace())
    watcher.start()
    wait_until(watcher.swept.is_set)
    watcher.stop()
    assert film_of(ledger, time.time()).since <= archive.asked[0]


def test_what_was_noted_while_the_clock_was_ahead_is_due_when_it_is_set_back(
    ledger: Ledger,
) -> None:
    ledger.found([FIRST], 2 * HOUR)
    ledger.found([SECOND], 1)
    film = film_of(ledger, HOUR)
    assert film.place == SECOND
    ledger.judged(film, [REPORT], ["here"], 2 * HOUR)
    assert parcel_of(ledger, "here", HOUR).result == REPORT
    assert film_of(ledger, HOUR, held=("2.1",)).place == FIRST
    assert ledger.next_due() == HOUR


def test_the_longest_wait_is_still_waited_for(ledger: Ledger) -> None:
    ledger.found([FIRST, SECOND], 1)
    ledger.postpone(film_of(ledger), 10 + LONGEST_WAIT, "http-500", blame=True)
    ledger.judged(film_of(ledger), [REPORT], ["here"], 10 + LONGEST_WAIT)
    assert ledger.next_film(10, ()) is None
    assert ledger.next_parcel(10, (), ["here"]) is None


def test_a_peer_that_was_down_is_asked_again_though_the_clock_is_set_back(
    ledger: Ledger, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead, real = [float(HOUR)], time.time
    monkeypatch.setattr(time, "time", lambda: real() + ahead[0])

    class Down:
        def store(self, _: str, __: Result) -> None:
            if ahead[0]:
                raise DownError("busy")

        def close(self) -> None: ...

    ledger.received(FIRST, b"film", time.time())
    second = Pace(first=1, longest=1)
    work = Work(ledger, lambda *_: [REPORT], None, {"here": Down()}, pace=second)
    work.start()
    wait_until(lambda: "here is busy; it is asked again" in caplog.text)
    ahead[0] = 0
    wait_until(lambda: work.idle, 20)
    work.stop()
    assert ledger.counts()["done"] == 1
