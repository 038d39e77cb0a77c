"""What a watcher says of the films that its search leaves out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from math import inf
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from waiting import wait_until

from cxr_severity.worker.dicomweb import Access, Archive
from cxr_severity.worker.faults import DownError, PassingError
from cxr_severity.worker.header import Wanted
from cxr_severity.worker.items import Place
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.pace import Pace
from cxr_severity.worker.watch import Watcher

from .films import CR, film, place
from .memory import film_of
from .pacs import FakePacs, running


@pytest.fixture
def pacs() -> Iterator[FakePacs]:
    with running(FakePacs()) as pacs:
        yield pacs


TODAY = datetime.now().astimezone()
LATER = f"{TODAY + timedelta(days=3):%Y%m%d}-"


def watched(folder: Path, wanted: Wanted, *dates: datetime, trouble: str = "ok") -> FakePacs:
    """An archive with a film of each date, after its first search; `trouble` precedes it."""
    with running(FakePacs()) as pacs:
        pacs.mishaps["search"] = [trouble]
        for number, date in enumerate(dates):
            pacs.add(place(number), film(number, StudyDate=f"{date:%Y%m%d}"))
        archive, ledger = Archive(pacs.url, Access(timeout=30), 25_000_000), Ledger(folder / "db")
        pace = Pace(first=0.001, longest=0.01)
        watcher = Watcher(archive, wanted, ledger, lambda: None, 0.01, pace)
        watcher.start()
        wait_until(watcher.swept.is_set)
        asked = len(pacs.asked)
        wait_until(lambda: len(pacs.asked) > asked + 8)  # further searches say nothing
        watcher.stop()
        archive.close()
        ledger.close()
    return pacs


@pytest.mark.parametrize(
    ("wanted", "ages", "level", "said"),
    [
        (Wanted(days=2), (9, 400), "WARNING", "no film is of a study dated {days}, though the archive holds others: --days or --date leaves them out"),  # noqa: E501
        (Wanted(dates=LATER), (0,), "WARNING", "no film is of a study dated {later}, though the archive holds others: --days or --date leaves them out"),  # noqa: E501
        (Wanted(days=2), (1, 9), "INFO", "the first search lists 1 instances of studies dated {days}; --days or --date leaves out all others"),  # noqa: E501
        (Wanted(days=2), (), "INFO", "the archive lists no such film, of any date"),
        (Wanted(), (9, 400), "INFO", "the first search lists 2 instances"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("trouble", ["ok", "500"])
def test_one_line_tells_what_a_range_of_dates_leaves_out(
    wanted: Wanted,
    ages: tuple[int, ...],
    level: str,
    said: str,
    trouble: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        watched(tmp_path, wanted, *(TODAY - timedelta(days=age) for age in ages), trouble=trouble)
    said = said.format(days=f"{TODAY - timedelta(days=2):%Y%m%d}-", later=LATER)
    about = ("the first search", "no film is", "the archive lists")
    lines = [
        (each.levelname, each.getMessage())
        for each in caplog.records
        if each.getMessage().startswith(about)
    ]
    assert lines == [(level, said)]


class _Odd:
    """An archive whose first search fails as nobody foresaw."""

    def __init__(self, error: Exception) -> None:
        self.errors = [error]

    def search(self, _: Mapping[str, str], /, **__: int) -> Iterable[Mapping[str, Any]]:
        if self.errors:
            raise self.errors.pop()
        return []


def test_a_fault_that_nobody_foresaw_does_not_end_the_search(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    archive, pace = _Odd(RuntimeError("Doe^Jane")), Pace(first=0.001, longest=0.01)
    watcher = Watcher(archive, Wanted(), ledger, lambda: None, 0.01, pace)
    watcher.start()
    wait_until(watcher.swept.is_set)
    assert not watcher.broken
    watcher.stop()
    assert not watcher.broken
    assert "the search failed (internal-RuntimeError); again in" in caplog.text
    assert "Doe" not in caplog.text


class _Cut:
    """An archive that lists one film, and fails at its next page."""

    def search(self, _: Mapping[str, str], /, **__: int) -> Iterable[Mapping[str, Any]]:
        uids = zip(("0020000D", "0020000E", "00080018"), ("1.1", "1.2", "1.3"), strict=True)
        yield {tag: {"Value": [uid]} for tag, uid in uids}
        raise PassingError("http-400")


def test_what_came_before_a_page_that_fails_is_not_forgotten(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    woken = Event()
    watcher = Watcher(_Cut(), Wanted(), ledger, woken.set, 60, Pace(first=0.001, longest=0.01))
    watcher.start()
    assert woken.wait(20)
    wait_until(lambda: "the search failed (http-400)" in caplog.text)
    watcher.stop()
    assert ledger.counts()["waiting"] == 1
    assert not watcher.swept.is_set()


class _Unwell:
    """An archive whose search for CR lists one film and fails, while that for DX lists another."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked: list[str] = []

    def search(self, query: Mapping[str, str], /, **_: int) -> Iterable[Mapping[str, Any]]:
        modality = query["Modality"]
        self.asked.append(modality)
        uids = ("1.1", "1.2", modality.replace("CR", "1.3").replace("DX", "1.4"))
        yield {
            tag: {"Value": [uid]}
            for tag, uid in zip(("0020000D", "0020000E", "00080018"), uids, strict=True)
        }
        if modality == "CR":
            raise self.error


def test_a_query_that_fails_holds_up_none_of_the_others(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    archive = _Unwell(PassingError("http-400"))
    watcher = Watcher(archive, Wanted(), ledger, lambda: None, 60, Pace(first=60))
    watcher.start()
    wait_until(lambda: "the search failed (http-400)" in caplog.text)
    watcher.stop()
    assert (archive.asked, ledger.counts()["waiting"]) == (["CR", "DX"], 2)
    assert not watcher.swept.is_set()


def test_an_archive_that_is_down_is_not_asked_for_the_rest(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    archive = _Unwell(DownError("busy"))
    watcher = Watcher(archive, Wanted(), ledger, lambda: None, 60, Pace(first=60))
    watcher.start()
    wait_until(lambda: "the search failed (busy)" in caplog.text)
    watcher.stop()
    assert (archive.asked, ledger.counts()["waiting"]) == (["CR"], 1)


@pytest.mark.parametrize(
    ("error", "given_up"), [(PassingError("http-400"), True), (DownError("busy"), False)]
)
def test_searches_that_fail_again_and_again_are_not_waited_for_for_ever(
    ledger: Ledger, error: Exception, given_up: bool
) -> None:
    archive, pace = _Unwell(error), Pace(first=0.001, longest=0.001, attempts=3)
    watcher = Watcher(archive, Wanted(), ledger, lambda: None, 0.01, pace)
    watcher.start()
    wait_until(lambda: archive.asked.count("CR") > 4)
    assert watcher.given_up == given_up
    watcher.stop()
    assert not watcher.swept.is_set()
    assert not watcher.broken


class _Narrow:
    """An archive that has nothing of these days, and no answer about all the others."""

    def __init__(self) -> None:
        self.limits: list[int] = []

    def search(self, query: Mapping[str, str], /, limit: int = 100) -> Iterable[Mapping[str, Any]]:
        if "StudyDate" not in query:
            self.limits.append(limit)
            raise PassingError("http-413")
        return []


def test_what_other_films_there_are_need_not_be_known(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    archive = _Narrow()
    with caplog.at_level(logging.INFO):
        watcher = Watcher(archive, Wanted(dates=LATER), ledger, lambda: None, 60, Pace())
        watcher.start()
        wait_until(lambda: "whether there are others is not known" in caplog.text)
        assert watcher.swept.is_set()
        watcher.stop()
    assert archive.limits == [1]
    assert "the search failed" not in caplog.text


def test_a_search_whose_thread_ended_is_broken(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watcher, "_run", lambda _: None)
    watcher = Watcher(_Odd(RuntimeError()), Wanted(), ledger, lambda: None, 0.01, Pace())
    watcher.start()
    wait_until(lambda: watcher.broken)


def test_what_an_archive_lists_as_of_another_class_is_not_fetched(
    ledger: Ledger, archive: Archive, pacs: FakePacs
) -> None:
    """Of the same modality, as detectors' raw data is; where it says nothing the film decides."""
    pacs.classes = {place(0).instance: CR, place(1).instance: f"{CR}.1.1"}
    for number in range(3):
        pacs.add(place(number), film(number))
    watcher = Watcher(archive, Wanted(), ledger, lambda: None, 60, Pace())
    watcher.start()
    wait_until(watcher.swept.is_set)
    watcher.stop()
    first = film_of(ledger, inf)
    assert {first.place, film_of(ledger, inf, (first.study,)).place} == {place(0), place(2)}
    assert ledger.counts()["waiting"] == 2


class _Double:
    """An archive that lists one film in two studies, as of another modality in each."""

    def __init__(self) -> None:
        self.searches = 0

    def search(self, query: Mapping[str, str], /, **_: int) -> Iterable[Mapping[str, Any]]:
        self.searches += 1
        uids = (f"1.{query['Modality']}".replace("CR", "1").replace("DX", "2"), "1.2", "1.3")
        tags = ("0020000D", "0020000E", "00080018")
        return [{tag: {"Value": [uid]} for tag, uid in zip(tags, uids, strict=True)}]


def test_a_film_that_lies_in_two_studies_is_not_moved_in_each_search(ledger: Ledger) -> None:
    archive = _Double()
    watcher = Watcher(archive, Wanted(), ledger, lambda: None, 0.01, Pace())
    watcher.start()
    wait_until(lambda: archive.searches > 6)
    watcher.stop()
    film = film_of(ledger, inf)
    assert (film.place, film.generation) == (Place("1.1", "1.2", "1.3"), 0)


def test_a_film_that_is_moved_before_it_is_fetched_is_fetched_where_it_lies(ledger: Ledger) -> None:
    lay, lies = place(1), Place("9.1", "9.2", place(1).instance)
    with running(FakePacs()) as pacs:
        archive = Archive(pacs.url, Access(timeout=30), 25_000_000)
        pacs.add(lay, film(1))
        watcher = Watcher(archive, Wanted(), ledger, lambda: None, 0.01, Pace())
        watcher.start()
        wait_until(lambda: ledger.counts()["waiting"] == 1)
        pacs.add(lies, film(1))
        with pytest.raises(PassingError, match="http-404"):
            archive.fetch(lay)
        ledger.park(film_of(ledger, inf), "http-404")
        wait_until(lambda: ledger.counts()["waiting"] == 1, 20)
        watcher.stop()
        assert archive.fetch(film_of(ledger, inf).place) == film(1)
        archive.close()
