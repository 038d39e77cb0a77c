"""A memory that cannot be written, as on a full disk: nothing is lost and no film is blamed."""

from __future__ import annotations

import resource
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from waiting import wait_until

from cxr_severity.worker.faults import CannotStartError
from cxr_severity.worker.items import Result
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.ledger_file import forget, parked, retry, totals
from cxr_severity.worker.pace import Pace
from cxr_severity.worker.work import Work

from .films import place


class Here:
    def store(self, study: str, result: Result) -> None: ...

    def close(self) -> None: ...


def report(data: bytes, _: float) -> Sequence[Result]:
    return [Result("9.1", "sr", data)]


def most_pages(ledger: Ledger, pages: int) -> None:
    """As if the disk had room for so many."""
    with ledger._lock:
        ledger._db.execute(f"PRAGMA max_page_count = {pages}")


class Unwritable:
    """Has these methods of a ledger fail while `on`."""

    def __init__(self, ledger: Ledger, methods: Sequence[str], patch: pytest.MonkeyPatch) -> None:
        self.on = True
        for name in methods:
            patch.setattr(ledger, name, self._failing(getattr(ledger, name)))

    def _failing(self, method: Any) -> Any:
        def failing(*values: Any, **named: Any) -> Any:
            if self.on:
                raise sqlite3.OperationalError("database or disk is full")
            return method(*values, **named)

        return failing


def test_results_that_the_disk_has_no_room_for_are_no_films_fault(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    ledger.received(place(1), b"film", 0)
    most_pages(ledger, ledger._db.execute("PRAGMA page_count").fetchone()[0])
    tries = []

    def large(data: bytes, _: float) -> Sequence[Result]:
        tries.append(data)
        return [Result("9.1", "sr", bytes(1_000_000))]

    twice = Pace(first=0.001, longest=0.01, attempts=2)
    work = Work(ledger, large, None, {"here": Here()}, pace=twice)
    work.start()
    wait_until(lambda: len(tries) > 5, 20)
    assert ledger.counts()["waiting"] == 1
    assert "the memory cannot be written; film 1 again in 0.0 s: database or disk is full" in (
        caplog.text
    )
    most_pages(ledger, 1_000_000)
    wait_until(lambda: work.idle)
    work.stop()
    assert ledger.counts()["done"] == 1


def test_no_further_film_is_judged_in_vain(ledger: Ledger) -> None:
    for number in range(5):
        ledger.received(place(number), b"film", 0)
    most_pages(ledger, ledger._db.execute("PRAGMA page_count").fetchone()[0])
    tries = []

    def large(data: bytes, _: float) -> Sequence[Result]:
        tries.append(data)
        return [Result("9.1", "sr", bytes(1_000_000))]

    work = Work(ledger, large, None, {"here": Here()}, pace=Pace(60, 60, 9))
    work.start()
    wait_until(lambda: bool(tries))
    time.sleep(0.2)
    work.stop()
    assert len(tries) == 1


@pytest.mark.parametrize(
    "methods", [("judged", "postpone"), ("delivered", "postpone"), ("next_film",), ("next_parcel",)]
)
def test_where_nothing_can_be_written_the_waits_grow_and_no_attempt_counts(
    ledger: Ledger, path: Path, methods: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.uniform", lambda *ends: ends[1])
    ledger.received(place(1), b"film", 0)
    once = Pace(first=0.01, longest=0.1, attempts=1)
    work = Work(ledger, report, None, {"here": Here()}, pace=once)
    unwritable, rests = Unwritable(ledger, methods, monkeypatch), list[float]()

    def rest(seconds: float) -> None:
        rests.append(seconds)
        unwritable.on = len(rests) < 5

    monkeypatch.setattr(work, "_rest", rest)
    work.start()
    wait_until(lambda: work.idle, 20)
    work.stop()
    assert (ledger.counts()["done"], parked(path)) == (1, [])
    assert rests == pytest.approx([0.01, 0.02, 0.04, 0.08, 0.1])


def test_who_waits_for_a_full_disk_can_be_stopped(
    ledger: Ledger, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.received(place(1), b"film", 0)
    Unwritable(ledger, ("judged", "postpone"), monkeypatch)
    work = Work(ledger, report, None, {"here": Here()}, pace=Pace(first=600))
    work.start()
    wait_until(lambda: "the memory cannot be written" in caplog.text)
    work.wake()  # that something changed is no room on the disk
    ending = Thread(target=work.stop, daemon=True)
    ending.start()
    ending.join(30)
    assert not ending.is_alive()
    assert ledger.counts()["waiting"] == 1


def test_what_the_memory_cannot_take_of_a_film_is_the_films_own(ledger: Ledger, path: Path) -> None:
    """Else it would be tried for ever, as if there were no room."""
    ledger.received(place(1), b"film", 0)
    twice = Pace(first=0.001, longest=0.01, attempts=2)
    work = Work(ledger, lambda *_: [*report(b"1", 0)] * 2, None, {"here": Here()}, pace=twice)
    work.start()
    wait_until(lambda: work.idle, 20)
    work.stop()
    assert [(each.reason, each.attempts) for each in parked(path)] == [
        ("internal-IntegrityError", 2)
    ]


@contextmanager
def no_room() -> Iterator[None]:
    """No file of this process grows, as on a disk that is full to its last byte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_start_without_room_blames_no_other_worker(ledger: Ledger, path: Path) -> None:
    ledger.close()
    with no_room(), pytest.raises(CannotStartError, match="cannot be used: disk I/O error"):
        Ledger(path)


@pytest.mark.parametrize("running", [True, False])
def test_what_is_parked_is_told_without_room(ledger: Ledger, path: Path, running: bool) -> None:
    ledger.refused(place(1), "file-too-large", 1)
    if not running:
        ledger.close()
    with no_room():
        assert [each.reason for each in parked(path)] == ["file-too-large"]
        assert totals(path)["parked"] == 1


@pytest.mark.parametrize("command", [retry, forget])
@pytest.mark.parametrize("running", [True, False])
def test_a_change_without_room_is_one_line(
    ledger: Ledger, path: Path, running: bool, command: Callable[[Path], int]
) -> None:
    ledger.refused(place(1), "file-too-large", 1)
    if not running:
        ledger.close()
    with no_room(), pytest.raises(CannotStartError, match="cannot be used: "):
        command(path)
    assert command(path) == 1
