"""The write-ahead log of a worker's memory: nothing of a patient is left in it either."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cxr_severity.worker.items import Place, Result
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.ledger_file import forget

from .memory import FIRST, SECOND, film_of, parcel_of

PATIENT = b"Doe^Jane"
FILM = PATIENT * 10_000
REPORTS = [Result("9.1", "sr", PATIENT * 5000), Result("9.2", "sc", PATIENT * 5000)]


def kept(path: Path) -> bool:
    """Whether anything of the patient is in the memory's files."""
    return any(PATIENT in each.read_bytes() for each in path.parent.iterdir())


def deliver(ledger: Ledger, _: Path) -> None:
    ledger.judged(film_of(ledger), REPORTS, ["here"], 2)
    assert [ledger.delivered(parcel_of(ledger, "here")) for _ in REPORTS] == [False, True]


def pass_over(ledger: Ledger, _: Path) -> None:
    ledger.passed(film_of(ledger), "other-view")


def give_up(ledger: Ledger, path: Path) -> None:
    ledger.park(film_of(ledger), "damaged-image")
    assert forget(path) == 1


@pytest.mark.parametrize("end", [deliver, pass_over, give_up])
def test_nothing_of_a_film_is_left_in_the_journal(
    ledger: Ledger, path: Path, end: Callable[[Ledger, Path], None]
) -> None:
    ledger.received(FIRST, FILM, 1)
    assert kept(path)
    end(ledger, path)
    assert not kept(path)


def test_who_reads_meanwhile_delays_that_and_stops_nobody(ledger: Ledger, path: Path) -> None:
    ledger.received(FIRST, FILM, 1)
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM body").fetchall()
        begun = time.monotonic()
        deliver(ledger, path)
        assert ledger.next_parcel(10, (), ["here"]) is None
        assert time.monotonic() - begun < 9  # does not wait for the reader
        assert kept(path)
    assert ledger.next_parcel(10, (), ["here"]) is None
    assert not kept(path)


def test_a_result_that_is_delivered_leaves_nothing_though_another_is_parked(
    ledger: Ledger, path: Path
) -> None:
    ledger.found([FIRST], 1)
    ledger.judged(film_of(ledger), [REPORTS[0], Result("9.2", "sc", b"parked")], ["here"], 2)
    assert ledger.delivered(parcel_of(ledger, "here")) is False
    ledger.park(parcel_of(ledger, "here"), "kind-not-taken")
    assert ledger.next_parcel(10, (), ["here"]) is None
    assert not kept(path)


def test_a_parked_film_that_made_room_leaves_nothing(ledger: Ledger, path: Path) -> None:
    ledger.received(FIRST, FILM, 1)
    ledger.park(film_of(ledger), "damaged-image")
    assert ledger.received(SECOND, bytes(len(FILM)), 2, len(FILM)).gone == (1,)
    assert ledger.next_parcel(10, (), []) is None
    assert not kept(path)


def test_what_a_killed_worker_left_in_the_journal_goes_with_the_next_start(
    ledger: Ledger, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr("cxr_severity.worker.ledger.empty_journal", lambda _: False)
        ledger.received(FIRST, FILM, 1)
        deliver(ledger, path)
    after = tmp_path / "after" / path.name
    after.parent.mkdir()
    for each in (path, path.with_name(f"{path.name}-wal")):
        shutil.copy(each, after.parent)
    assert kept(after)
    again = Ledger(after)
    assert again.next_parcel(10, (), ["here"]) is None
    assert not kept(after)
    again.close()


def test_a_film_that_was_never_kept_costs_no_rewriting(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most films that `watch` finds in an archive are passed over."""
    ledger.next_parcel(10, (), [])
    emptied: list[sqlite3.Connection] = []
    monkeypatch.setattr("cxr_severity.worker.ledger.empty_journal", emptied.append)
    ledger.found([Place("1", "2", str(number)) for number in range(5)], 1)
    for _ in range(5):
        ledger.passed(film_of(ledger), "other-view")
    ledger.next_parcel(10, (), [])
    assert emptied == []
