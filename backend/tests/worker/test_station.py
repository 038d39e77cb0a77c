"""What a worker keeps of films that are pushed, and what it parks while it runs."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from socketserver import BaseServer

import pytest
from waiting import wait_until

from cxr_severity.worker import station
from cxr_severity.worker.faults import CannotStartError
from cxr_severity.worker.items import Result
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.ledger_file import parked, retry
from cxr_severity.worker.receive import (
    OF_ANOTHER,
    OUT_OF_RESOURCES,
    SUCCESS,
    Listening,
    Receiver,
)
from cxr_severity.worker.work import Work

from .films import film, place


def test_what_is_too_large_waits_for_a_person(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, whole = tmp_path / "memory.db", film(1)
    kept = whole[: len(whole) // 2]  # no more than the limit is
    ledger = Ledger(path)
    take, refuse = station.keeper(ledger, lambda: None, 10**9), station.refuser(ledger)
    for number, data in ((1, kept), (1, kept), (2, b"")):
        refuse(place(number).instance, data)
    assert "film 1 is parked: file-too-large" in caplog.text
    assert [(each.reason, each.study, each.attempts) for each in parked(path)] == [
        ("file-too-large", place(1).study, 0),
        ("file-too-large", "", 0),
    ]
    # One that is small enough by now is judged, and is not given up for one that is not.
    assert take(place(1).instance, whole) == SUCCESS
    refuse(place(1).instance, whole)
    assert dict(ledger.counts())["waiting"] == 1
    known = ledger.next_film(time.time(), ())
    assert known is not None
    ledger.judged(known, [Result("9.1", "sr", b"report")], ["here"], 1)
    refuse(place(1).instance, whole)
    assert [each.number for each in parked(path)] == [2]
    ledger.close()


def test_a_film_that_comes_again_is_said_once_it_has_its_results(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    take = station.keeper(ledger, lambda: None, 100_000_000)
    for _ in range(2):
        assert take(place(1).instance, film(1)) == SUCCESS
    assert caplog.text == ""
    known = ledger.next_film(time.time(), ())
    assert known is not None
    ledger.judged(known, [Result("9.1", "sr", b"report")], ["here"], 1)
    assert take(place(1).instance, film(1, BodyPartExamined="THORAX")) == SUCCESS
    assert "film 1 came again; it has its results" in caplog.text
    assert place(1).instance not in caplog.text
    assert ledger.counts()["waiting"] == 0


def test_parked_films_never_turn_away_new_ones(ledger: Ledger) -> None:
    take = station.keeper(ledger, lambda: None, 3 * len(film(1)))
    for number in range(9):
        assert take(place(number).instance, called(number)) == SUCCESS
        known = ledger.next_film(time.time(), ())
        assert known is not None
        ledger.park(known, "rejected:lungs-not-found")
    for number in range(10, 13):
        assert take(place(number).instance, called(number)) == SUCCESS
    assert take(place(14).instance, called(14)) == OUT_OF_RESOURCES


def called(number: int) -> bytes:
    """Always of one size."""
    return film(1, SOPInstanceUID=place(number).instance)


def test_a_film_of_another_name_than_its_command_says_is_turned_away(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    take = station.keeper(ledger, lambda: None, 10**9)
    assert take(place(2).instance, film(1)) == OF_ANOTHER
    assert "is of another SOP Instance UID than its command" in caplog.text
    assert place(2).instance not in caplog.text
    assert (ledger.next_due(), ledger.known(place(2).instance)) == (None, False)
    for number, silent in ((3, film(3, SOPInstanceUID=None)), (4, film(4)[:300])):
        assert take(place(number).instance, silent) == SUCCESS  # parked with the reason


class _Idle:
    broken = False

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def close(self) -> None: ...

    def store(self, study: str, result: Result) -> None: ...


def test_what_is_tried_again_for_a_destination_that_nobody_names_is_parked_again(
    ledger: Ledger, path: Path
) -> None:
    ledger.found([place(1)], 0)
    known = ledger.next_film(1, ())
    assert known is not None
    ledger.judged(known, [Result("9.1", "sr", b"report")], ["old"], 1)
    work = Work(ledger, lambda *_: [], None, {"new": _Idle()})
    tried: list[int] = []

    def finished() -> bool:
        if not tried:
            tried.append(retry(path))
            assert parked(path) == []
        return bool(parked(path))

    assert station.run(
        ledger, work, _Idle(), {"new": _Idle()},
        ready="", threads=1, progress=0.1, finished=finished,
    )  # fmt: skip
    assert (tried, parked(path)[0].reason) == ([1], "destination-not-named")


class _Gone(_Idle):
    broken = True


def test_a_feed_whose_thread_ended_ends_the_worker(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """And does not leave it there for ever, as if it watched."""
    work = Work(ledger, lambda *_: [], None, {})
    assert not station.run(
        ledger, work, _Gone(), {}, ready="", threads=1, progress=9, finished=lambda: False
    )
    assert "a thread of the worker broke" in caplog.text


class _Unable(_Idle):
    def start(self) -> None:
        raise CannotStartError("the port is taken")


def test_where_the_feed_cannot_start_no_film_is_taken_up(ledger: Ledger) -> None:
    """A supervisor starts it again and again, and each time would cost a film an attempt."""
    work = Work(ledger, lambda *_: [], None, {})
    with pytest.raises(CannotStartError):
        station.run(
            ledger, work, _Unable(), {}, ready="", threads=1, progress=9, finished=lambda: False
        )
    assert not work._threads


def test_a_port_that_listens_no_more_is_a_broken_feed() -> None:
    receiver = Receiver(Listening("CXR", "127.0.0.1", 0), lambda *_: SUCCESS, 1000)
    receiver.start()
    assert not receiver.broken
    server = receiver._server
    assert server is not None
    BaseServer.shutdown(server)
    wait_until(lambda: receiver.broken)
    receiver.stop()
    assert not receiver.broken
