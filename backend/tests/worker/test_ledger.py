"""What the worker remembers: every step happens once, and none is lost."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from cxr_severity.worker.faults import CannotStartError
from cxr_severity.worker.items import Place, Result
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.ledger_file import forget, parked, retry, totals

from .memory import CAPTURE, FIRST, REPORT, SAME_STUDY, SECOND, film_of, parcel_of


def test_a_film_is_new_once(ledger: Ledger) -> None:
    assert ledger.found([FIRST, SECOND, FIRST], 1) == 2
    assert ledger.found([SECOND], 2) == 0
    assert ledger.counts()["waiting"] == 2


def test_films_are_taken_in_the_order_they_came_and_never_two_of_a_study(ledger: Ledger) -> None:
    ledger.found([FIRST, SAME_STUDY, SECOND], 1)
    first = film_of(ledger)
    assert first.place == FIRST
    assert film_of(ledger, held=("1.1",)).place == SECOND
    assert ledger.next_film(10, ("1.1", "2.1")) is None


def test_nothing_is_taken_before_it_is_due(ledger: Ledger) -> None:
    ledger.found([FIRST], 5)
    assert ledger.next_film(4.9, ()) is None
    assert ledger.next_due() == 5
    assert film_of(ledger, 5).attempts == 1


def test_what_has_been_due_longest_goes_first(ledger: Ledger) -> None:
    ledger.found([FIRST, SECOND], 1)
    ledger.postpone(film_of(ledger), 5, "http-500", blame=True)
    second = film_of(ledger)
    assert second.place == SECOND
    ledger.judged(second, [REPORT, CAPTURE], ["here"], 2)
    ledger.postpone(parcel_of(ledger, "here"), 6, "http-500", blame=True)
    assert parcel_of(ledger, "here").result == CAPTURE


def test_an_attempt_counts_although_the_process_ends(path: Path) -> None:
    ledger = Ledger(path)
    ledger.found([FIRST], 1)
    film_of(ledger)
    ledger.close()
    again = Ledger(path)
    assert film_of(again).attempts == 2
    again.close()


def test_a_postponed_film_waits_and_is_blamed_or_not(ledger: Ledger) -> None:
    ledger.found([FIRST], 1)
    ledger.postpone(film_of(ledger), 20, "http-500", blame=True)
    assert ledger.next_film(19, ()) is None
    second = film_of(ledger, 20)
    assert second.attempts == 2
    ledger.postpone(second, 30, "unreachable", blame=False)
    assert film_of(ledger, 30).attempts == 2


def test_a_film_is_done_when_every_result_lies_at_every_destination(ledger: Ledger) -> None:
    ledger.found([FIRST], 1)
    ledger.judged(film_of(ledger), [REPORT, CAPTURE], ["here", "there"], 2)
    ends = []
    for destination in ("here", "here", "there", "there"):
        parcel = parcel_of(ledger, destination)
        assert parcel.study == "1.1"
        ends.append((parcel.result, ledger.delivered(parcel)))
    assert ends == [(REPORT, False), (CAPTURE, False), (REPORT, False), (CAPTURE, True)]
    assert ledger.counts()["done"] == 1
    assert ledger.next_due() is None


def test_nothing_is_kept_of_a_film_that_is_done_but_its_uids(ledger: Ledger, path: Path) -> None:
    ledger.received(FIRST, b"DICM Doe^Jane", 1)
    ledger.judged(film_of(ledger), [Result("9.1", "sr", b"also of Doe^Jane")], ["here"], 2)
    assert ledger.bytes_of_films() == 0
    assert ledger.bytes_of_results() == 16
    ledger.delivered(parcel_of(ledger, "here"))
    assert ledger.bytes_of_results() == 0
    assert ledger.known("9.1")
    assert not ledger.known("1.3")
    ledger.close()
    assert b"Doe^Jane" not in path.read_bytes()
    assert b"9.1" in path.read_bytes()


def test_a_destination_that_is_not_asked_for_waits(ledger: Ledger) -> None:
    ledger.found([FIRST], 1)
    ledger.judged(film_of(ledger), [REPORT], ["down", "up"], 2)
    assert parcel_of(ledger, "up").destination == "up"
    assert ledger.next_parcel(10, ("1.1",), ["up", "down"]) is None


def test_a_film_that_was_passed_over_is_tried_again_by_its_number_alone(
    ledger: Ledger, path: Path
) -> None:
    ledger.found([FIRST], 1)
    ledger.passed(film_of(ledger), "declared-not-chest")
    assert retry(path) == retry(path, [2]) == 0
    assert retry(path, [1]) == 1
    assert film_of(ledger, 1e12).place == FIRST


def test_a_result_is_kept_only_until_it_lies_everywhere_itself(ledger: Ledger) -> None:
    ledger.found([FIRST], 1)
    ledger.judged(film_of(ledger), [REPORT, CAPTURE], ["here"], 2)
    ledger.park(parcel_of(ledger, "here"), "kind-not-taken")
    ledger.delivered(parcel_of(ledger, "here"))
    assert ledger.bytes_of_results() == len(REPORT.data)
    assert ledger.counts()["parked"] == 1


def test_what_is_forgotten_is_overwritten_and_what_still_waits_goes_on(
    ledger: Ledger, path: Path
) -> None:
    ledger.received(FIRST, b"film", 1)
    ledger.found([SECOND], 2)
    ledger.park(film_of(ledger), "rejected:lungs-not-found")
    ledger.judged(film_of(ledger), [REPORT, CAPTURE], ["here", "there"], 2)
    ledger.park(parcel_of(ledger, "there"), "kind-not-taken")
    assert forget(path, [3]) == 0
    assert forget(path) == 2
    assert (ledger.bytes_of_films(), parked(path)) == (0, [])
    assert ledger.counts()["judged"] == 1
    for destination in ("here", "here", "there"):
        ledger.delivered(parcel_of(ledger, destination))
    assert (ledger.bytes_of_results(), ledger.next_due()) == (0, None)
    assert (totals(path)["done"], totals(path)["passed"]) == (1, 1)


@pytest.mark.parametrize("again", ["sent", "moved", "retried"])
def test_a_film_is_judged_anew_whose_results_were_forgotten_before_they_lay_anywhere(
    ledger: Ledger, path: Path, again: str
) -> None:
    ledger.found([FIRST], 1)
    ledger.judged(film_of(ledger), [REPORT, CAPTURE], ["old"], 2)
    ledger.park_strays(["new"])
    assert forget(path) == 1
    if again == "sent":
        assert ledger.received(FIRST, b"film", 3).what == "kept"
    elif again == "moved":
        assert ledger.found([Place("3.1", "3.2", FIRST.instance)], 3) == 1
    else:
        assert retry(path, [1]) == 1
    ledger.judged(film_of(ledger, 1e12), [REPORT, CAPTURE], ["new"], 4)
    assert [ledger.delivered(parcel_of(ledger, "new")) for _ in range(2)] == [False, True]


def test_a_film_that_has_a_result_somewhere_keeps_it_when_the_other_is_forgotten(
    ledger: Ledger, path: Path
) -> None:
    ledger.found([FIRST], 1)
    ledger.judged(film_of(ledger), [REPORT, CAPTURE], ["here"], 2)
    ledger.delivered(parcel_of(ledger, "here"))
    ledger.park(parcel_of(ledger, "here"), "kind-not-taken")
    assert forget(path) == 1
    assert ledger.received(FIRST, b"film", 3).what == "has-results"
    assert (ledger.known(REPORT.instance), ledger.bytes_of_results()) == (True, 0)


def test_parked_results_are_listed_and_tried_again_where_they_failed(
    ledger: Ledger, path: Path
) -> None:
    ledger.found([FIRST, SECOND], 1)
    ledger.judged(film_of(ledger), [REPORT], ["here", "there"], 2)
    ledger.park(film_of(ledger), "http-404")
    assert ledger.delivered(parcel_of(ledger, "here")) is False
    ledger.park(parcel_of(ledger, "there"), "refused-a900")
    one, two = parked(path)
    assert (one.number, one.reason, one.destinations) == (1, "refused-a900", ("there",))
    assert (two.instance, two.reason, two.destinations) == ("2.3", "http-404", ())
    assert retry(path, [one.number]) == 1
    assert ledger.next_parcel(1e12, (), ["here"]) is None
    assert ledger.delivered(parcel_of(ledger, "there", 1e12)) is True
    assert retry(path) == 1
    assert film_of(ledger, 1e12).attempts == 1
    assert totals(path)["done"] == 1


def test_results_for_a_destination_that_is_no_longer_named_are_parked(ledger: Ledger) -> None:
    ledger.found([FIRST], 1)
    ledger.judged(film_of(ledger), [REPORT], ["old", "new"], 2)
    assert ledger.park_strays(["new"]) == 1
    assert ledger.park_strays(["new"]) == 0
    assert ledger.delivered(parcel_of(ledger, "new")) is False
    assert ledger.counts()["parked"] == 1


def test_a_step_that_fails_half_way_leaves_nothing(ledger: Ledger) -> None:
    ledger.received(FIRST, b"film", 1)
    film = film_of(ledger)
    with pytest.raises(sqlite3.IntegrityError):
        ledger.judged(film, [REPORT, REPORT], ["here"], 2)
    assert ledger.body(film) == b"film"
    assert not ledger.known(REPORT.instance)
    assert ledger.counts()["waiting"] == 1


def test_one_worker_at_a_time(ledger: Ledger, path: Path) -> None:
    with pytest.raises(CannotStartError, match="another worker uses"):
        Ledger(path)


def test_one_worker_at_a_time_by_whatever_path(ledger: Ledger, path: Path, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(path)
    (tmp_path / "folder").symlink_to(path.parent)
    for other in (tmp_path / "link.db", tmp_path / "folder" / path.name):
        with pytest.raises(CannotStartError, match="another worker uses"):
            Ledger(other)


def test_to_look_at_what_is_parked_writes_nothing(ledger: Ledger, path: Path) -> None:
    """The disk may be full, or a worker at work on something long."""
    ledger.found([FIRST], 1)
    log = path.with_name(f"{path.name}-wal")
    size = log.stat().st_size
    ledger._db.execute("BEGIN IMMEDIATE")
    try:
        assert (parked(path), totals(path)["waiting"]) == ([], 1)
    finally:
        ledger._db.execute("ROLLBACK")
    assert log.stat().st_size == size


def test_results_are_put_in_order_without_their_data(ledger: Ledger) -> None:
    """All of them may be due at once, as after `--retry`."""
    ledger.found([FIRST], 1)
    ledger.judged(film_of(ledger), [REPORT, CAPTURE], ["here"], 2)
    said: list[str] = []
    ledger._db.set_trace_callback(said.append)
    assert parcel_of(ledger, "here").result == REPORT
    ledger._db.set_trace_callback(None)
    read: set[tuple[str | None, str | None]] = set()

    def note(_: int, table: str | None, column: str | None, *__: str | None) -> int:
        read.add((table, column))
        return sqlite3.SQLITE_OK

    ledger._db.set_authorizer(note)
    plans = [
        str(ledger._db.execute(f"EXPLAIN QUERY PLAN {each}").fetchall())
        for each in said
        if "ORDER BY" in each
    ]
    ledger._db.set_authorizer(None)
    assert "TEMP B-TREE" in "".join(plans)
    assert ("result", "kind") in read
    assert ("result", "data") not in read


def test_a_memory_of_another_layout_is_not_touched(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(CannotStartError, match="another version"):
        Ledger(path)


def test_a_memory_of_the_first_layout_is_kept(path: Path) -> None:
    old = Ledger(path)
    old.received(FIRST, b"film", 1)
    old.close()
    with sqlite3.connect(path) as db:  # as it was before films had generations
        db.execute("ALTER TABLE film DROP COLUMN generation")
        db.execute("PRAGMA user_version = 1")
    db.close()
    for _ in range(2):
        kept = Ledger(path)
        film = film_of(kept)
        assert (film.place, film.generation, kept.body(film)) == (FIRST, 0, b"film")
        kept.close()


def test_a_file_that_is_no_memory_is_one_line(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"something else entirely, and long enough" * 100)
    with pytest.raises(CannotStartError, match="cannot be used"):
        Ledger(path)
    with pytest.raises(CannotStartError, match="there is no memory"):
        parked(path.with_name("none.db"))


def test_the_file_is_its_owners_alone(ledger: Ledger, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
