"""The worker's loop, with an archive that has a bad day."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event, Lock, Thread

import pytest
from waiting import wait_until

from cxr_severity.worker.dicomweb import Access, Archive
from cxr_severity.worker.faults import LastingError, PassedOverError
from cxr_severity.worker.items import Place, Result
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.ledger_file import parked, retry
from cxr_severity.worker.logs import quiet_libraries
from cxr_severity.worker.pace import Pace
from cxr_severity.worker.work import Work

from .films import PATIENT, film, place
from .pacs import FakePacs, running

FILMS = {number: film(number) for number in range(6)}
QUICK = Pace(first=0.001, longest=0.01, attempts=50)


def echo(data: bytes, _: float) -> Sequence[Result]:
    """Two results that are films, which is all that an archive looks at."""
    number = next(number for number, each in FILMS.items() if each == data)
    return [
        Result(place(1000 + 2 * number + half).instance, kind, film(1000 + 2 * number + half))
        for half, kind in enumerate(("sr", "sc"))
    ]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        quiet_libraries()
        yield


@pytest.fixture
def pacs() -> Iterator[FakePacs]:
    with running(FakePacs()) as pacs:
        for number, data in FILMS.items():
            pacs.add(place(number), data)
        yield pacs


@pytest.fixture
def archive(pacs: FakePacs) -> Iterator[Archive]:
    archive = Archive(pacs.url, Access(timeout=1), 25_000_000)
    yield archive
    archive.close()


def finish(work: Work, threads: int = 1) -> None:
    work.start(threads)
    wait_until(lambda: work.idle or work.broken)
    work.stop()
    assert not work.broken


def test_through_a_bad_day_nothing_is_lost_and_nothing_is_there_twice(
    ledger: Ledger, pacs: FakePacs, archive: Archive
) -> None:
    pacs.mishaps["fetch"] = ["500", "half", "hang", "503", "drop", "garbage", "404"]
    pacs.mishaps["store"] = ["full", "half-stored", "500", "hang", "half", "503", "half-stored"]
    ledger.found([place(number) for number in FILMS], time.time())
    finish(Work(ledger, echo, archive.fetch, {"pacs": archive}, pace=QUICK), threads=2)
    assert ledger.counts()["done"] == len(FILMS)
    assert len(pacs.stored) == 2 * len(FILMS)
    assert max(pacs.times_stored.values()) > 1  # sent again, under the same UID


def test_what_never_works_is_parked_with_its_reason_and_can_be_tried_again(
    ledger: Ledger, path: Path, pacs: FakePacs, archive: Archive
) -> None:
    pacs.always["fetch"] = "500"
    ledger.found([place(1)], time.time())
    three = Pace(first=0.001, longest=0.01, attempts=3)
    finish(Work(ledger, echo, archive.fetch, {"pacs": archive}, pace=three))
    (only,) = parked(path)
    assert (only.reason, only.attempts) == ("http-500", 3)
    pacs.always.clear()
    retry(path)
    finish(Work(ledger, echo, archive.fetch, {"pacs": archive}, pace=three))
    assert (len(pacs.stored), parked(path)) == (2, [])


def test_a_film_that_the_archive_forbids_holds_up_no_other(
    ledger: Ledger, path: Path, pacs: FakePacs, archive: Archive
) -> None:
    pacs.forbidden = {place(0).instance}
    ledger.found([place(number) for number in FILMS], time.time())
    three = Pace(first=0.001, longest=0.01, attempts=3)
    finish(Work(ledger, echo, archive.fetch, {"pacs": archive}, pace=three))
    (only,) = parked(path)
    assert (only.instance, only.reason, only.attempts) == (place(0).instance, "not-allowed", 3)
    assert ledger.counts()["done"] == len(FILMS) - 1


def test_a_result_that_is_refused_does_not_hold_up_the_other(
    ledger: Ledger, path: Path, pacs: FakePacs, archive: Archive
) -> None:
    pacs.mishaps["store"] = ["bad-object"]
    ledger.found([place(1)], time.time())
    finish(Work(ledger, echo, archive.fetch, {"pacs": archive}, pace=QUICK))
    assert [(each.reason, each.destinations) for each in parked(path)] == [
        ("refused-a900", ("pacs",))
    ]
    assert len(pacs.stored) == 1


def test_an_archive_that_is_down_is_no_films_fault(
    ledger: Ledger, pacs: FakePacs, archive: Archive
) -> None:
    pacs.always["store"] = "503"
    ledger.found([place(1)], time.time())
    once = Pace(first=0.001, longest=0.01, attempts=1)
    work = Work(ledger, echo, archive.fetch, {"pacs": archive}, pace=once)
    work.start()
    wait_until(lambda: len(pacs.films) == 6 and ledger.counts()["judged"] == 1)
    time.sleep(0.2)  # dozens of refusals
    assert ledger.counts()["judged"] == 1
    pacs.always.clear()
    wait_until(lambda: work.idle)
    work.stop()
    assert len(pacs.stored) == 2


@pytest.mark.parametrize(
    ("error", "state"),
    [(LastingError("damaged-image"), "parked"), (PassedOverError("x"), "passed")],
)
def test_what_cannot_or_need_not_be_judged_is_asked_for_once(
    ledger: Ledger, pacs: FakePacs, archive: Archive, error: Exception, state: str
) -> None:
    calls = []

    def refuse(data: bytes, _: float) -> Sequence[Result]:
        calls.append(data)
        raise error

    ledger.found([place(1)], time.time())
    finish(Work(ledger, refuse, archive.fetch, {"pacs": archive}, pace=QUICK))
    assert (len(calls), dict(ledger.counts())[state]) == (1, 1)  # type: ignore[index]


def test_a_fault_of_ours_is_parked_and_says_nothing_of_the_patient(
    ledger: Ledger, path: Path, archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(data: bytes, _: float) -> Sequence[Result]:
        raise RuntimeError(PATIENT)

    caplog.set_level(logging.DEBUG)
    ledger.found([place(1)], time.time())
    three = Pace(first=0.001, longest=0.01, attempts=3)
    finish(Work(ledger, fail, archive.fetch, {"pacs": archive}, pace=three))
    assert [each.reason for each in parked(path)] == ["internal-RuntimeError"]
    assert "internal-RuntimeError" in caplog.text
    assert PATIENT not in caplog.text
    assert place(1).instance not in caplog.text


def test_a_film_that_ends_the_process_each_time_is_given_up(
    ledger: Ledger, path: Path, archive: Archive
) -> None:
    ledger.found([place(1)], time.time())
    three = Pace(first=0.001, longest=0.01, attempts=3)
    for _ in range(3):  # what a process leaves behind that is killed with the film in hand
        ledger.next_film(time.time(), ())
    finish(Work(ledger, echo, archive.fetch, {"pacs": archive}, pace=three))
    assert [each.reason for each in parked(path)] == ["given-up"]


def test_a_study_is_worked_on_by_one_thread_at_a_time(ledger: Ledger) -> None:
    busy, most, total = [0, 0], [0, 0], [0]
    lock, both = Lock(), Event()

    def watched(data: bytes, _: float) -> Sequence[Result]:
        study = int(data)
        with lock:
            busy[study] += 1
            most[study] = max(most[study], busy[study])
            total[0] = max(total[0], sum(busy))
            if sum(busy) == 2:
                both.set()
        both.wait(10)
        with lock:
            busy[study] -= 1
        return []

    for number in range(12):
        ledger.received(Place(str(number % 2), "s", str(number)), b"%d" % (number % 2), 0)
    work = Work(ledger, watched, None, {}, pace=QUICK)
    work.start(4)
    wait_until(lambda: work.idle)
    work.stop()
    assert (most, total) == ([1, 1], [2])


def test_stopping_finishes_what_is_in_hand_and_takes_nothing_new(ledger: Ledger) -> None:
    begun, go_on = Event(), Event()

    def slow(data: bytes, _: float) -> Sequence[Result]:
        begun.set()
        go_on.wait()
        return [Result("9.1", "sr", data)]

    for number in (1, 2):
        ledger.received(place(number), b"film", number)
    work = Work(ledger, slow, None, {"nowhere": _Nowhere()}, pace=QUICK)
    work.start()
    begun.wait()
    _later(work.stop, go_on)
    assert (ledger.counts()["judged"], ledger.counts()["waiting"]) == (1, 1)


def test_films_wait_while_too_many_results_do(
    ledger: Ledger, archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    ledger.found([place(1), place(2)], 0)
    work = Work(
        ledger, echo, archive.fetch, {"nowhere": _Nowhere()}, pace=Pace(60, 60, 9), most_waiting=100
    )
    work.start()
    wait_until(lambda: "no film is judged: too many results wait or are parked" in caplog.text)
    time.sleep(0.1)
    work.stop()
    assert (ledger.counts()["judged"], ledger.counts()["waiting"]) == (1, 1)
    assert caplog.text.count("no film is judged: too many results wait or are parked") == 1


def test_a_film_that_comes_again_while_it_is_judged_is_judged_as_it_came_last(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    seen = []

    def put_right_meanwhile(data: bytes, _: float) -> Sequence[Result]:
        seen.append(data)
        if data == b"cut":
            ledger.received(place(1), b"whole", time.time())
            raise LastingError("damaged-image")
        return [Result("9.1", "sr", data)]

    caplog.set_level(logging.INFO)
    ledger.received(place(1), b"cut", 0)
    finish(Work(ledger, put_right_meanwhile, None, {"somewhere": _Somewhere()}, pace=QUICK))
    assert (seen, ledger.counts()["done"]) == ([b"cut", b"whole"], 1)
    assert "film 1 came again meanwhile" in caplog.text
    assert "is parked" not in caplog.text


class _Somewhere:
    def store(self, study: str, result: Result) -> None: ...

    def close(self) -> None: ...


class _Nowhere:
    def store(self, study: str, result: Result) -> None:
        raise OSError(study, result.kind)

    def close(self) -> None:
        pass


def _later(stop: Callable[[], None], go_on: Event) -> None:
    """Ask for the end while a film is in hand, and only then let it be finished."""
    ending = Thread(target=stop)
    ending.start()
    time.sleep(0.05)
    assert ending.is_alive()
    go_on.set()
    ending.join()
