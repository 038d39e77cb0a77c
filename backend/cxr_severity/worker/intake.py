"""How films come into the ledger. Each function is a part of one of its transactions."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

from cxr_severity.worker.items import Place


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a film that was pushed."""

    what: Literal["kept", "has-results", "no-room"]
    gone: tuple[int, ...] = ()
    """Numbers of the parked films that are kept no longer, for its sake."""


def note(db: sqlite3.Connection, place: Place, now: float) -> bool:
    """Have a film wait; false where it is known to lie there, or has its results.

    One that has none and lies elsewhere by now, as where a person has put it into another study, is
    as good as one that came again: where it was there is nothing left to fetch, its results must
    name the study that it is in, and it may have been put right.
    """
    return bool(
        db.execute(
            "INSERT INTO film (instance, study, series, state, due, since)"
            " VALUES (?, ?, ?, 'waiting', ?, ?)"
            " ON CONFLICT (instance) DO UPDATE SET study = excluded.study,"
            "  series = excluded.series, state = 'waiting', attempts = 0, due = excluded.due,"
            "  reason = '', generation = generation + 1"
            "  WHERE (film.study, film.series) != (excluded.study, excluded.series)"
            "  AND NOT EXISTS (SELECT 1 FROM result WHERE film = number)",
            (place.instance, place.study, place.series, now, now),
        ).rowcount
    )


def take(db: sqlite3.Connection, place: Place, data: bytes, now: float, most: float) -> Taken:
    """Keep a film that was pushed, unless it has its results already.

    A film that has none, because it waits, is in hand, is parked or was passed over, is judged by
    what came now: it may have been put right.
    """
    if db.execute(
        "SELECT 1 FROM film JOIN result ON film = number WHERE film.instance = ? LIMIT 1",
        (place.instance,),
    ).fetchone():
        return Taken("has-results")
    gone = _make_room(db, place, len(data), most)
    if gone is None:
        return Taken("no-room")
    if not note(db, place, now):
        db.execute(
            "UPDATE film SET state = 'waiting', attempts = 0, due = ?, study = ?, series = ?,"
            " generation = generation + 1 WHERE instance = ?",
            (now, place.study, place.series, place.instance),
        )
    db.execute(
        "INSERT OR REPLACE INTO body SELECT number, ? FROM film WHERE instance = ?",
        (data, place.instance),
    )
    return Taken("kept", tuple(gone))


def refuse(db: sqlite3.Connection, place: Place, reason: str, now: float) -> int | None:
    """Park a film of which nothing is kept; returns its number.

    Returns:
        None where it is known with more than that: it has results, or is kept as it came before.
    """
    found = db.execute(
        "INSERT INTO film (instance, study, series, state, reason, due, since)"
        " VALUES (?, ?, ?, 'parked', ?, ?, ?)"
        " ON CONFLICT (instance) DO UPDATE SET state = 'parked', reason = excluded.reason"
        "  WHERE number NOT IN (SELECT film FROM body UNION SELECT film FROM result)"
        " RETURNING number",
        (place.instance, place.study, place.series, reason, now, now),
    ).fetchone()
    return None if found is None else int(found[0])


def _make_room(db: sqlite3.Connection, place: Place, size: int, most: float) -> list[int] | None:
    """Make room for `size` bytes of a film, in place of what is kept of it, of `most` for all.

    Where too many are kept, films that are parked make room, the oldest first: else the worker
    would take none any more once enough are parked.

    Returns:
        Numbers of the films that are kept no longer; None where there is no room.
    """
    kept = db.execute(
        "SELECT film, length(data), state = 'parked' FROM body JOIN film ON number = film"
        " WHERE instance != ? ORDER BY film",
        (place.instance,),
    ).fetchall()
    over = sum(length for _, length, _ in kept) + size - most
    if over > sum(length for _, length, idle in kept if idle):
        return None
    gone = []
    for number, length, idle in kept:
        if over > 0 and idle:
            db.execute("DELETE FROM body WHERE film = ?", (number,))
            over -= length
            gone.append(int(number))
    return gone
