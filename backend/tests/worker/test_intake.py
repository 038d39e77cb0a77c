"""What the worker keeps of films that are pushed, and of those that come again."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxr_severity.worker.intake import Taken
from cxr_severity.worker.items import Place
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.ledger_file import forget

from .memory import FIRST, REPORT, SECOND, film_of

THIRD = Place("3.1", "3.2", "3.3")
MOVED = Place("9.1", "9.2", FIRST.instance)


def test_what_was_pushed_is_kept_until_it_is_judged(ledger: Ledger) -> None:
    assert ledger.received(FIRST, b"film", 1).what == "kept"
    assert ledger.received(FIRST, b"put right", 2).what == "kept"
    film = film_of(ledger)
    assert ledger.body(film) == b"put right"
    ledger.judged(film, [REPORT], ["here"], 3)
    assert ledger.received(FIRST, b"again", 4).what == "has-results"
    assert ledger.body(film) is None


@pytest.mark.parametrize("end", ["park", "passed"])
def test_a_film_without_results_that_is_sent_again_gets_another_chance(
    ledger: Ledger, end: str
) -> None:
    ledger.received(FIRST, b"cut", 1)
    getattr(ledger, end)(film_of(ledger), "damaged-image")
    assert ledger.received(FIRST, b"whole", 2).what == "kept"
    film = film_of(ledger)
    assert (film.attempts, ledger.body(film)) == (1, b"whole")


@pytest.mark.parametrize("end", ["judged", "passed", "park", "postpone"])
def test_what_came_of_a_film_counts_no_longer_once_it_came_again(ledger: Ledger, end: str) -> None:
    ledger.received(FIRST, b"cut", 1)
    old = film_of(ledger)
    assert ledger.received(FIRST, b"whole", 2).what == "kept"
    assert not {
        "judged": lambda: ledger.judged(old, [REPORT], ["here"], 3),
        "passed": lambda: ledger.passed(old, "other-view"),
        "park": lambda: ledger.park(old, "damaged-image"),
        "postpone": lambda: ledger.postpone(old, 1e9, "internal-OSError", blame=True),
    }[end]()
    film = film_of(ledger)
    assert (film.attempts, ledger.body(film)) == (1, b"whole")
    assert ledger.judged(film, [REPORT], ["here"], 4)
    assert ledger.counts()["judged"] == 1


def test_parked_films_make_room_for_new_ones_and_waiting_ones_do_not(ledger: Ledger) -> None:
    for place in (FIRST, SECOND, THIRD):
        assert ledger.received(place, bytes(40), 1, 120) == Taken("kept")
    for _ in range(2):
        ledger.park(film_of(ledger), "damaged-image")
    fourth = Place("4.1", "4.2", "4.3")
    assert ledger.received(fourth, bytes(81), 1, 120).what == "no-room"
    assert ledger.bytes_of_films() == 120
    assert ledger.received(fourth, bytes(40), 1, 120) == Taken("kept", (1,))
    assert ledger.bytes_of_films() == 120
    assert ledger.received(Place("5.1", "5.2", "5.3"), bytes(41), 1, 120).what == "no-room"


def test_a_film_that_is_not_kept_takes_nobodys_room(ledger: Ledger) -> None:
    ledger.received(FIRST, bytes(60), 1, 100)
    ledger.park(film_of(ledger), "damaged-image")
    ledger.received(SECOND, bytes(40), 1, 100)
    ledger.judged(film_of(ledger), [REPORT], ["here"], 2)
    assert ledger.received(SECOND, bytes(60), 3, 100) == Taken("has-results")
    assert ledger.bytes_of_films() == 60


def test_a_film_that_comes_again_takes_its_own_room(ledger: Ledger) -> None:
    ledger.received(FIRST, bytes(40), 1, 100)
    ledger.park(film_of(ledger), "damaged-image")
    ledger.received(SECOND, bytes(60), 1, 100)
    assert ledger.received(SECOND, bytes(60), 2, 100) == Taken("kept")
    assert ledger.received(FIRST, bytes(41), 3, 100).what == "no-room"
    assert ledger.received(FIRST, bytes(40), 3, 100) == Taken("kept")
    assert ledger.counts()["waiting"] == 2


@pytest.mark.parametrize("end", ["wait", "postpone", "park", "passed", "forget"])
def test_a_film_that_is_moved_before_it_is_judged_is_judged_where_it_lies(
    ledger: Ledger, path: Path, end: str
) -> None:
    ledger.found([FIRST], 1)
    if end != "wait":
        old = film_of(ledger)
        if end == "postpone":
            ledger.postpone(old, 1e9, "http-404", blame=True)
        elif end == "passed":
            ledger.passed(old, "other-date")
        else:
            ledger.park(old, "http-404")
    if end == "forget":
        assert forget(path) == 1
    assert ledger.found([FIRST], 2) == 0, "it lies where it lay"
    assert ledger.found([MOVED], 3) == 1
    film = film_of(ledger)
    assert (film.place, film.attempts, film.since) == (MOVED, 1, 1)
    assert ledger.found([MOVED], 4) == 0


def test_a_film_that_is_moved_while_it_is_judged_is_judged_once_more(ledger: Ledger) -> None:
    ledger.found([FIRST], 1)
    old = film_of(ledger)
    ledger.found([MOVED], 2)
    assert not ledger.judged(old, [REPORT], ["here"], 3), "they would lie in a study that is gone"
    film = film_of(ledger)
    assert film.place == MOVED
    assert ledger.judged(film, [REPORT], ["here"], 4)


def test_a_film_that_has_its_results_is_not_judged_where_it_is_moved(ledger: Ledger) -> None:
    ledger.found([FIRST], 1)
    ledger.judged(film_of(ledger), [REPORT], ["here"], 2)
    assert ledger.found([MOVED], 3) == 0
    assert ledger.counts()["judged"] == 1
