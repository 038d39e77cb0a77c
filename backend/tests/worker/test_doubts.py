"""A proxy's 502, 503 or 504: of one film alone, or of the whole archive."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from waiting import wait_until

from cxr_severity.worker.dicomweb import Archive
from cxr_severity.worker.doubts import Doubts
from cxr_severity.worker.faults import DownError, PassingError
from cxr_severity.worker.items import Result
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.ledger_file import parked
from cxr_severity.worker.pace import Pace
from cxr_severity.worker.work import Work

from .films import film, place
from .pacs import FakePacs, running

THREE = Pace(first=0.001, longest=0.01, attempts=3)


@pytest.fixture
def pacs() -> Iterator[FakePacs]:
    with running(FakePacs()) as pacs:
        for number in range(3):
            pacs.add(place(number), film(number))
        yield pacs


def result(number: int) -> Result:
    return Result(place(number).instance, "sr", film(number))


def nothing(_: bytes, __: float) -> Sequence[Result]:
    return []


def failed(doubts: Doubts, films: str) -> list[bool | None]:
    """Each letter is a film."""
    return [doubts.failed(each) for each in films]


def test_one_is_known_by_the_others() -> None:
    doubts = Doubts()
    assert failed(doubts, "aba") == [False, False, False]
    assert failed(doubts, "a") == [None]  # only it was asked for: nobody knows
    doubts.passed("b")
    assert failed(doubts, "aca") == [True, False, True]
    doubts.passed("a")
    assert failed(doubts, "a") == [False]


def test_films_that_fail_in_turn_do_not_shield_each_other_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cxr_severity.worker.doubts._OFTEN", 2)
    doubts = Doubts()
    assert failed(doubts, "ababab") == [False, False, False, False, None, None]
    doubts.passed("c")
    assert failed(doubts, "dada") == [False, True, False, True]


@pytest.mark.parametrize("status", ["502", "503", "504"])
@pytest.mark.parametrize("last", [False, True])
def test_a_film_that_alone_gets_no_answer_is_parked(
    ledger: Ledger, path: Path, pacs: FakePacs, archive: Archive, status: str, last: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """And holds up no other, nor the end; also where it is asked for last, or is the only one."""
    caplog.set_level(logging.WARNING)
    pacs.statuses = {place(0).instance: status}
    for wave in ((1, 2), (0,)) if last else ((0, 1, 2),):
        ledger.found([place(number) for number in wave], time.time())
        work = Work(ledger, nothing, archive.fetch, {"pacs": archive}, pace=THREE)
        work.start()
        wait_until(lambda work=work: work.idle)  # type: ignore[misc]
        work.stop()
    (only,) = parked(path)
    assert (only.instance, only.reason) == (place(0).instance, f"http-{status}")
    assert ledger.counts()["judged"] == 2
    assert f"(film {only.number})" in caplog.text


def test_two_films_that_alone_get_no_answer_are_parked(
    ledger: Ledger, path: Path, pacs: FakePacs, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxr_severity.worker.doubts._OFTEN", 4)
    pacs.statuses = {place(number).instance: "504" for number in (0, 1)}
    ledger.found([place(0), place(1)], time.time())
    work = Work(ledger, nothing, archive.fetch, {"pacs": archive}, pace=THREE)
    work.start()
    wait_until(lambda: work.idle)
    work.stop()
    assert [each.reason for each in parked(path)] == ["http-504", "http-504"]


def test_a_film_of_which_no_result_gets_an_answer_is_parked(
    ledger: Ledger, path: Path, pacs: FakePacs, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its report and its picture alone wait, by the usual options."""
    monkeypatch.setattr("cxr_severity.worker.doubts._OFTEN", 4)
    pacs.always["store"] = "504"
    made = [Result(place(number).instance, "sr", film(number)) for number in (1, 2)]
    ledger.found([place(0)], time.time())
    work = Work(ledger, lambda *_: made, archive.fetch, {"pacs": archive}, pace=THREE)
    work.start()
    wait_until(lambda: work.idle)
    work.stop()
    assert [each.reason for each in parked(path)] == ["http-504"]


def test_a_result_that_alone_gets_no_answer_is_no_word_about_the_others(
    pacs: FakePacs, archive: Archive
) -> None:
    pacs.statuses = {place(7).instance: "504"}
    with pytest.raises(DownError, match="unreachable"):
        archive.store(place(7).study, result(7))
    archive.store(place(8).study, result(8))
    for _ in range(2):
        with pytest.raises(PassingError, match="http-504"):
            archive.store(place(7).study, result(7))


def test_an_archive_whose_every_film_gets_no_answer_is_down(
    pacs: FakePacs, archive: Archive
) -> None:
    """Though it still says what it has; and where it says nothing, one film is enough."""
    pacs.always["fetch"] = "503"
    for number in (0, 1, 2, 0, 1, 2):
        with pytest.raises(DownError, match="busy"):
            archive.fetch(place(number))
    pacs.always["search"] = "503"
    for _ in range(4):
        with pytest.raises(DownError, match="busy"):
            archive.fetch(place(2))


@pytest.mark.parametrize("status", ["401", "429"])
def test_what_is_said_of_the_worker_is_of_no_film(
    pacs: FakePacs, archive: Archive, status: str
) -> None:
    pacs.statuses = {place(0).instance: status}
    for number in (0, 1, 0, 0):
        if number:
            archive.fetch(place(number))
            continue
        with pytest.raises(DownError):
            archive.fetch(place(number))


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", (0, 0)),
        (" 17 ", (17, 17)),
        ("Wed, 21 Oct 2015 07:28:00 GMT", (0, 0)),
        ("soon", (0, 0)),
        ("-5", (0, 0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", (1e9, 1e12)),
    ],
)
def test_for_how_long_an_archive_asks_to_be_left_alone(
    pacs: FakePacs, archive: Archive, said: str, seconds: tuple[float, float]
) -> None:
    pacs.mishaps["search"], pacs.retry_after = ["503"], said
    with pytest.raises(DownError) as caught:
        list(archive.search({}))
    assert seconds[0] <= caught.value.after <= seconds[1]
