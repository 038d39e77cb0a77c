"""What the worker remembers, in one SQLite file: films, their results, and where each must go.

Every step is one transaction, so that after a crash at any moment a film is either where it was or
one step further. Work that was done twice because of a crash leaves no trace: the UIDs of results
follow from the film's (`objects.seed`), so an archive takes the second for the first.

The file holds UIDs, and while they wait the films that were pushed and the results; nothing of a
patient is kept in it, nor in its journal, once everything about a film is delivered. It is readable
by its owner alone.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf
from pathlib import Path
from threading import RLock
from typing import Any

from cxr_severity.worker import due, intake
from cxr_severity.worker.faults import CannotStartError
from cxr_severity.worker.hold import hold
from cxr_severity.worker.items import Film, Parcel, Place, Result
from cxr_severity.worker.ledger_file import (
    State,
    counts,
    empty_journal,
    listed,
    open_file,
    writing,
)


class Ledger:
    """The worker's memory. All methods may be called from any thread.

    Raises:
        CannotStartError: the file is no ledger, cannot be written, or another worker has it.
    """

    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        # The lock is named after the file: through a link a second worker would lock another.
        path = Path(os.path.realpath(path))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._alone = hold(path)
            self._db = open_file(path)
            # What a process that was killed has deleted may still stand in the journal.
            self._unclean = True
        except (OSError, sqlite3.Error) as error:
            raise CannotStartError(f"the memory {path} cannot be used: {error}") from None

    def close(self) -> None:
        with self._lock:
            self._db.close()
            self._alone.close()

    # Films come in.

    def found(self, places: Iterable[Place], now: float) -> int:
        """Note films that an archive has; returns how many are new."""
        with self._writing() as db:
            return sum(intake.note(db, place, now) for place in places)

    def received(self, place: Place, data: bytes, now: float, most: float = inf) -> intake.Taken:
        """Take a film that was pushed, where no more than `most` bytes of films are kept then."""
        with self._writing() as db:
            taken = intake.take(db, place, data, now, most)
            self._unclean |= bool(taken.gone)
        return taken

    def refused(self, place: Place, reason: str, now: float) -> int | None:
        """Park a film of which nothing is kept; its number, or None where more of it is known."""
        with self._writing() as db:
            return intake.refuse(db, place, reason, now)

    def number(self, instance: str) -> int:
        """Of a film that is known."""
        return int(self._read("SELECT number FROM film WHERE instance = ?", instance)[0][0])

    def known(self, instance: str) -> bool:
        """Whether it is one of the worker's own results."""
        return bool(self._read("SELECT 1 FROM result WHERE instance = ?", instance))

    # Work goes out.

    def next_film(self, now: float, held: Collection[str]) -> Film | None:
        """The film that has been due longest, from a study that is not `held`; counts the attempt.

        Counted here and not on failure: a film that crashes the process must not do so for ever.
        """
        with self._writing() as db:
            return due.next_film(db, now, held)

    def next_parcel(
        self, now: float, held: Collection[str], destinations: Collection[str]
    ) -> Parcel | None:
        """As `next_film`, of the results that are due at one of the `destinations`."""
        with self._writing() as db:
            parcel = due.next_parcel(db, now, held, destinations)
        if parcel is None and self._unclean:
            self._overwrite()
        return parcel

    def body(self, film: Film) -> bytes | None:
        """What was pushed; None where the film must be fetched."""
        rows = self._read("SELECT data FROM body WHERE film = ?", film.number)
        return rows[0][0] if rows else None

    def next_due(self) -> float | None:
        """When the next item of any kind is due; None where nothing waits."""
        found = self._read(
            "SELECT min(due) FROM (SELECT due FROM film WHERE state = 'waiting'"
            " UNION ALL SELECT due FROM delivery WHERE state = 'waiting')"
        )
        first: float | None = found[0][0]
        return first

    def stuck(self, most: int) -> bool:
        """Whether films wait, results of over `most` bytes do, and these are all parked."""
        waits = "SELECT 1 FROM {} WHERE state = 'waiting' LIMIT 1"
        with self._lock:
            return (
                self.bytes_of_results() > most
                and not self._read(waits.format("delivery"))
                and bool(self._read(waits.format("film")))
            )

    def bytes_of_films(self) -> int:
        """Of films that were pushed and are not judged yet, parked ones too."""
        return int(self._read("SELECT coalesce(sum(length(data)), 0) FROM body")[0][0])

    def bytes_of_results(self) -> int:
        """Of results that are not delivered yet, parked ones too."""
        kept = self._read(
            "SELECT coalesce(sum(length(data)), 0) FROM result WHERE data IS NOT NULL"
        )
        return int(kept[0][0])

    # What came of it. False of a film that came again meanwhile: then nothing of this is noted, as
    # the film is to be judged as it came last.

    def judged(
        self, film: Film, results: Sequence[Result], destinations: Collection[str], now: float
    ) -> bool:
        """The film's results are made; the film itself is no longer needed."""
        with self._writing() as db:
            if _outdated(db, film):
                return False
            db.execute("DELETE FROM body WHERE film = ?", (film.number,))
            for result in results:
                db.execute(
                    "INSERT INTO result VALUES (?, ?, ?, ?)",
                    (result.instance, film.number, result.kind, result.data),
                )
                db.executemany(
                    "INSERT INTO delivery (result, destination, state, due)"
                    " VALUES (?, ?, 'waiting', ?)",
                    [(result.instance, name, now) for name in destinations],
                )
            self._set(db, film.number, "judged")
        return True

    def delivered(self, parcel: Parcel) -> bool:
        """The result lies at its destination; true where that was the film's last."""
        with self._writing() as db:
            self._set_delivery(db, parcel, "done")
            db.execute(
                "UPDATE result SET data = NULL WHERE instance = ? AND NOT EXISTS"
                " (SELECT 1 FROM delivery WHERE result = instance AND state != 'done')",
                (parcel.result.instance,),
            )
            left = db.execute(
                "SELECT 1 FROM delivery JOIN result ON result.instance = delivery.result"
                " WHERE film = ? AND state != 'done' LIMIT 1",
                (parcel.film,),
            ).fetchone()
            if left is None:
                self._set(db, parcel.film, "done")
            self._unclean = True
        if left is None:
            self._overwrite()
        return left is None

    def passed(self, film: Film, reason: str) -> bool:
        """The film is not for this worker."""
        with self._writing() as db:
            if _outdated(db, film):
                return False
            kept = db.execute("DELETE FROM body WHERE film = ?", (film.number,)).rowcount
            self._set(db, film.number, "passed", reason)
        if kept:
            self._overwrite()
        return True

    def park(self, item: Film | Parcel, reason: str) -> bool:
        """It is not tried again unless someone asks for it. Nothing of it is deleted."""
        with self._writing() as db:
            if _outdated(db, item):
                return False
            if isinstance(item, Parcel):
                self._set_delivery(db, item, "parked", reason)
                self._set(db, item.film, "parked", reason)
            else:
                self._set(db, item.number, "parked", reason)
        return True

    def postpone(self, item: Film | Parcel, due: float, reason: str, *, blame: bool) -> bool:
        """It is tried again at `due`; the attempt at hand counts only with `blame`."""
        attempts = item.attempts if blame else item.attempts - 1
        with self._writing() as db:
            if _outdated(db, item):
                return False
            if isinstance(item, Parcel):
                db.execute(
                    "UPDATE delivery SET attempts = ?, due = ?, reason = ?"
                    " WHERE result = ? AND destination = ?",
                    (attempts, due, reason, item.result.instance, item.destination),
                )
            else:
                db.execute(
                    "UPDATE film SET attempts = ?, due = ?, reason = ? WHERE number = ?",
                    (attempts, due, reason, item.number),
                )
        return True

    def park_strays(self, destinations: Collection[str]) -> int:
        """Park what is meant for destinations that are no longer configured; returns how many."""
        with self._writing() as db:
            films = db.execute(
                "SELECT DISTINCT film FROM delivery JOIN result ON result.instance = result"
                " WHERE state = 'waiting'"
                " AND destination NOT IN (SELECT value FROM json_each(?))",
                (listed(destinations),),
            ).fetchall()
            db.execute(
                "UPDATE delivery SET state = 'parked', reason = 'destination-not-named'"
                " WHERE state = 'waiting' AND destination NOT IN (SELECT value FROM json_each(?))",
                (listed(destinations),),
            )
            for (number,) in films:
                self._set(db, number, "parked", "destination-not-named")
        return len(films)

    def counts(self) -> Mapping[State, int]:
        """Films by state."""
        with self._lock:
            return counts(self._db)

    def _overwrite(self) -> None:
        """Leave nothing in the journal of what was deleted. Where another program reads the file
        or the disk is full, that is done later, once no result is due."""
        with self._lock:
            self._unclean = not empty_journal(self._db)

    @staticmethod
    def _set(db: sqlite3.Connection, number: int, state: State, reason: str = "") -> None:
        db.execute(
            "UPDATE film SET state = ?, reason = ? WHERE number = ?", (state, reason, number)
        )

    @staticmethod
    def _set_delivery(db: sqlite3.Connection, parcel: Parcel, state: str, reason: str = "") -> None:
        db.execute(
            "UPDATE delivery SET state = ?, reason = ? WHERE result = ? AND destination = ?",
            (state, reason, parcel.result.instance, parcel.destination),
        )

    def _read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, writing(self._db) as db:
            yield db


def _outdated(db: sqlite3.Connection, item: Film | Parcel) -> bool:
    """Whether it is a film that came again since it was taken up."""
    if isinstance(item, Parcel):
        return False
    now = db.execute("SELECT generation FROM film WHERE number = ?", (item.number,)).fetchone()
    return bool(now[0] != item.generation)
