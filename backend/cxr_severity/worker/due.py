"""What is taken up next. Each function is a part of one of the ledger's transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Literal

from cxr_severity.worker.items import Film, Parcel, Place, Result
from cxr_severity.worker.ledger_file import listed
from cxr_severity.worker.pace import LONGEST_WAIT


def next_film(db: sqlite3.Connection, now: float, held: Collection[str]) -> Film | None:
    """The film that has been due longest, from a study that is not `held`; counts the attempt."""
    _set_forward(db, "film", now)
    row = db.execute(
        "SELECT number, study, series, instance, attempts + 1, since, generation FROM film"
        " WHERE state = 'waiting' AND due <= ?"
        " AND study NOT IN (SELECT value FROM json_each(?))"
        " ORDER BY due, number LIMIT 1",
        (now, listed(held)),
    ).fetchone()
    if row is None:
        return None
    db.execute("UPDATE film SET attempts = ? WHERE number = ?", (row[4], row[0]))
    return Film(row[0], Place(*row[1:4]), *row[4:])


def next_parcel(
    db: sqlite3.Connection, now: float, held: Collection[str], destinations: Collection[str]
) -> Parcel | None:
    """As `next_film`, of the results that are due at one of the `destinations`."""
    _set_forward(db, "delivery", now)
    # Without its data: where many are due at once, SQLite sorts whatever is chosen here.
    row = db.execute(
        "SELECT film.number, film.study, result.instance, kind, destination,"
        " delivery.attempts + 1 FROM delivery"
        " JOIN result ON result.instance = delivery.result JOIN film ON number = film"
        " WHERE delivery.state = 'waiting' AND delivery.due <= ?"
        " AND destination IN (SELECT value FROM json_each(?))"
        " AND study NOT IN (SELECT value FROM json_each(?))"
        " ORDER BY delivery.due, number, kind DESC LIMIT 1",
        (now, listed(destinations), listed(held)),
    ).fetchone()
    if row is None:
        return None
    number, study, instance, kind, destination, attempts = row
    db.execute(
        "UPDATE delivery SET attempts = ? WHERE result = ? AND destination = ?",
        (attempts, instance, destination),
    )
    (data,) = db.execute("SELECT data FROM result WHERE instance = ?", (instance,)).fetchone()
    return Parcel(number, study, Result(instance, kind, data), destination, attempts)


def _set_forward(db: sqlite3.Connection, table: Literal["film", "delivery"], now: float) -> None:
    """Have due now what is due after the longest wait that there is: the clock was set back since,
    and nobody would know why nothing is done until it has caught up."""
    db.execute(
        f"UPDATE {table} SET due = ? WHERE state = 'waiting' AND due > ?",  # noqa: S608 - of two
        (now, now + LONGEST_WAIT),
    )
