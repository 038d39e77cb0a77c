"""The ledger's file: its tables, and what its owner may see and change in it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cxr_severity.worker.faults import CannotStartError

State = Literal["waiting", "judged", "done", "passed", "parked"]
STATES: tuple[State, ...] = ("waiting", "judged", "done", "passed", "parked")

_LAYOUT = 2
_BUSY_MS = 10_000
_SCHEMA = """
CREATE TABLE film (
  number INTEGER PRIMARY KEY,
  instance TEXT NOT NULL UNIQUE,
  study TEXT NOT NULL,
  series TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'judged', 'done', 'passed', 'parked')),
  attempts INTEGER NOT NULL DEFAULT 0,
  due REAL NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  since REAL NOT NULL,
  generation INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX film_due ON film (state, due);
CREATE TABLE body (film INTEGER PRIMARY KEY REFERENCES film, data BLOB NOT NULL) STRICT;
CREATE TABLE result (
  instance TEXT PRIMARY KEY,
  film INTEGER NOT NULL REFERENCES film,
  kind TEXT NOT NULL,
  data BLOB
) STRICT;
CREATE INDEX result_film ON result (film);
CREATE INDEX result_kept ON result (film) WHERE data IS NOT NULL;
CREATE TABLE delivery (
  result TEXT NOT NULL REFERENCES result,
  destination TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'parked')),
  attempts INTEGER NOT NULL DEFAULT 0,
  due REAL NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (result, destination)
) STRICT;
CREATE INDEX delivery_due ON delivery (state, due);
"""
"""Times are seconds since 1970. A film's `generation` counts how often it came again; a result's
`data` is NULL once it lies at every destination."""
_SINCE_LAYOUT = {1: "ALTER TABLE film ADD COLUMN generation INTEGER NOT NULL DEFAULT 0"}
"""What makes the next layout of each one."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A film that waits for a person."""

    number: int
    instance: str
    study: str
    attempts: int
    since: float
    reason: str
    destinations: tuple[str, ...]
    """Where its results could not be brought; empty where there are none yet."""


def open_file(path: Path, *, alone: bool = False) -> sqlite3.Connection:
    """The file's connection, its tables made where it is new and brought up where it is old;
    `alone` keeps every other one away, and needs no file that they share.

    Raises:
        CannotStartError: the file is of a layout that is not known.
        sqlite3.Error, OSError: it cannot be used.
    """
    path.touch(mode=0o600)
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        _set_up(db, path, alone)
    except BaseException:  # one that is left open may keep the next away
        db.close()
        raise
    return db


def _set_up(db: sqlite3.Connection, path: Path, alone: bool) -> None:
    db.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    if alone:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute("PRAGMA journal_mode = WAL")
    # What a sender was told is kept must be on the disk, also when the power fails.
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    # Deleted films and results are overwritten, and not only marked as free.
    db.execute("PRAGMA secure_delete = ON")
    # Nothing is written where there is no need: a full disk must not hide what is parked.
    if _layout(db) != _LAYOUT:
        _bring_up(db, path)


def _layout(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _bring_up(db: sqlite3.Connection, path: Path) -> None:
    """Make the tables, or what an older layout lacks of them; raises as `open_file` does."""
    with writing(db):
        layout = _layout(db)  # once more: another process may have done it meanwhile
        if not layout and not db.execute("SELECT 1 FROM sqlite_master").fetchone():
            for statement in _SCHEMA.split(";\n"):
                db.execute(statement)
        elif layout not in (*_SINCE_LAYOUT, _LAYOUT):
            raise CannotStartError(f"the memory {path} was made by another version; name a new one")
        else:
            for older in range(layout, _LAYOUT):
                db.execute(_SINCE_LAYOUT[older])
        db.execute(f"PRAGMA user_version = {_LAYOUT}")


def empty_journal(db: sqlite3.Connection, patience_ms: int = 0) -> bool:
    """Bring what the write-ahead log holds into the file, and cut the log to nothing.

    `secure_delete` overwrites in the file alone; the log keeps each page as it was before, too,
    until other changes come to lie over it.

    Returns:
        Whether that was done: not while another program reads older pages or writes, nor where the
        disk is full.
    """
    db.execute(f"PRAGMA busy_timeout = {patience_ms}")
    try:
        return not db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error:  # nothing is lost: the log stays as it is
        return False
    finally:
        db.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction: all of it or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # SQLite has ended it by itself where the disk is full
            db.execute("ROLLBACK")
        raise


def counts(db: sqlite3.Connection) -> dict[State, int]:
    """Films by state."""
    found = dict.fromkeys(STATES, 0)
    found.update(db.execute("SELECT state, count(*) FROM film GROUP BY state"))
    return found


def parked(path: Path) -> Sequence[Parked]:
    """The films that wait for a person, the oldest first. May be asked while a worker runs.

    Raises:
        CannotStartError: there is no ledger, or it cannot be read.
    """
    with _existing(path) as db:
        rows = db.execute(
            "SELECT number, instance, study, max(film.attempts, coalesce((SELECT max(attempts) FROM"
            "  delivery JOIN result ON result.instance = result WHERE film = number), 0)),"
            " since, reason,"
            " (SELECT json_group_array(DISTINCT destination) FROM delivery JOIN result"
            "  ON result.instance = result WHERE film = number AND delivery.state = 'parked')"
            " FROM film WHERE state = 'parked' ORDER BY number"
        ).fetchall()
    return [
        Parked(number, instance, study, attempts, since, reason, tuple(json.loads(names)))
        for number, instance, study, attempts, since, reason, names in rows
    ]


def totals(path: Path) -> dict[State, int]:
    """Films by state. May be asked while a worker runs.

    Raises:
        CannotStartError: there is no ledger, or it cannot be read.
    """
    with _existing(path) as db:
        return counts(db)


def retry(path: Path, numbers: Collection[int] = ()) -> int:
    """Have the parked films of these numbers, or all, tried again; returns how many.

    A film that was passed over is one only by its number: its header may have been put right. A
    worker that runs takes them up by itself.

    Raises:
        CannotStartError: there is no ledger, or it cannot be written.
    """
    now = time.time()
    with _existing(path) as db, writing(db):
        chosen = _parked(db, numbers)
        chosen += [
            number
            for (number,) in db.execute(
                "SELECT number FROM film WHERE state = 'passed'"
                " AND number IN (SELECT value FROM json_each(?))"
                " AND number NOT IN (SELECT film FROM result)",
                (listed(numbers),),
            )
        ]
        for number in chosen:
            again = db.execute(
                "UPDATE delivery SET state = 'waiting', attempts = 0, due = ?"
                " WHERE state = 'parked'"
                " AND result IN (SELECT instance FROM result WHERE film = ?)",
                (now, number),
            ).rowcount
            db.execute(
                "UPDATE film SET state = ?, attempts = 0, due = ? WHERE number = ?",
                ("judged" if again else "waiting", now, number),
            )
    return len(chosen)


def forget(path: Path, numbers: Collection[int] = ()) -> int:
    """Give up the parked films of these numbers, or all; returns how many.

    What is kept of them is overwritten; results that still wait for another destination go there. A
    film whose results lie nowhere then is as good as one that was passed over. May be asked while a
    worker runs.

    Raises:
        CannotStartError: there is no ledger, or it cannot be written.
    """
    with _existing(path) as db:
        with writing(db):
            chosen = _parked(db, numbers)
            for number in chosen:
                db.execute("DELETE FROM body WHERE film = ?", (number,))
                db.execute(
                    "DELETE FROM delivery WHERE state = 'parked'"
                    " AND result IN (SELECT instance FROM result WHERE film = ?)",
                    (number,),
                )
                # What lies nowhere and goes nowhere is no result: its film may come again.
                db.execute(
                    "DELETE FROM result WHERE film = ? AND NOT EXISTS"
                    " (SELECT 1 FROM delivery WHERE result = instance)",
                    (number,),
                )
                db.execute(
                    "UPDATE result SET data = NULL WHERE film = ? AND NOT EXISTS"
                    " (SELECT 1 FROM delivery WHERE result = instance AND state = 'waiting')",
                    (number,),
                )
                db.execute(
                    "UPDATE film SET reason = 'forgotten', state = CASE WHEN EXISTS"
                    " (SELECT 1 FROM result WHERE film = number AND data IS NOT NULL)"
                    " THEN 'judged' ELSE 'passed' END WHERE number = ?",
                    (number,),
                )
        empty_journal(db, _BUSY_MS)
    return len(chosen)


def _parked(db: sqlite3.Connection, numbers: Collection[int]) -> list[int]:
    """Of these numbers, or of all."""
    found = db.execute("SELECT number FROM film WHERE state = 'parked' ORDER BY number")
    return [number for (number,) in found if not numbers or number in numbers]


def listed(values: Collection[str] | Collection[int]) -> str:
    """A list as SQLite's `json_each` takes it."""
    return json.dumps(list(values))


@contextmanager
def _existing(path: Path) -> Iterator[sqlite3.Connection]:
    """What fails of it is a CannotStartError."""
    if not path.exists():
        raise CannotStartError(f"there is no memory {path}")
    try:
        with closing(_opened(path)) as db:
            yield db
    except (OSError, sqlite3.Error) as error:
        raise CannotStartError(f"the memory {path} cannot be used: {error}") from None


def _opened(path: Path) -> sqlite3.Connection:
    with suppress(sqlite3.OperationalError):
        return open_file(path)
    # A full disk has no room for what those share who use it (`-shm`), unless a worker has it.
    return open_file(path, alone=True)
