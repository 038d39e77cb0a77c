"""Looking for new films in an archive, again and again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from threading import Event, Thread
from typing import Any, Protocol

from cxr_severity.worker.dicomweb import class_of, modality_of, place_of
from cxr_severity.worker.faults import DownError, WorkerError
from cxr_severity.worker.header import Wanted
from cxr_severity.worker.items import Place
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.pace import Pace
from cxr_severity.worker.work import LOG, LONGEST_PAUSE

_BATCH = 100
_PATIENCE = 5.0
"""Seconds that stopping waits for a search; nothing is lost if it is cut off."""
_MANY = 10_000
"""Instances in one search from which on a narrower one is recommended."""
_OF_NO_SEARCH = DownError, sqlite3.Error
"""What fails for all searches alike, and through no fault of theirs."""


class Search(Protocol):
    def search(
        self, query: Mapping[str, str], /, *, limit: int = ...
    ) -> Iterable[Mapping[str, Any]]: ...


class Watcher:
    """A thread that searches every `every` seconds, and calls `wake` where it found something."""

    def __init__(
        self,
        archive: Search,
        wanted: Wanted,
        ledger: Ledger,
        wake: Callable[[], None],
        every: float,
        pace: Pace,
    ) -> None:
        self._archive = archive
        self._wanted = wanted
        self._ledger = ledger
        self._wake = wake
        self._every = every
        self._pace = pace
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="watcher", daemon=True)
        self.swept = Event()
        """Set once a search came to its end."""
        self.given_up = False
        """Whether as many searches in a row failed as films are tried; they go on all the same. An
        archive that is down, and a memory that cannot be written, do not count."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(_PATIENCE)

    @property
    def broken(self) -> bool:
        """Whether the thread ended without being told to, which is a fault of this program."""
        return not self._stopping.is_set() and not self._thread.is_alive()

    def _run(self) -> None:
        failures = blamed = 0
        while not self._stopping.is_set():
            try:
                seen = self._sweep()
                if seen is not None and not self.swept.is_set():
                    self.swept.set()
                    self._tell(seen)
            except Exception as error:  # noqa: BLE001 - whatever an archive says, it is asked again
                failures += 1
                blamed += not isinstance(error, _OF_NO_SEARCH)
                self.given_up = blamed >= self._pace.attempts
                wait = self._pace.wait(failures, LONGEST_PAUSE)
                after = error.after if isinstance(error, DownError) else 0
                wait = max(wait, min(after, LONGEST_PAUSE))
                LOG.warning("the search failed (%s); again in %.1f s", _code(error), wait)
            else:
                failures = blamed = 0
                self.given_up, wait = False, self._every
            self._stopping.wait(wait)

    def _sweep(self) -> int | None:
        """How many instances the archive lists; None where the search was broken off.

        One query that fails holds up none of the others: what it failed by is raised after them.
        """
        seen = new = 0
        failed: Exception | None = None
        # A film that lies in two studies has not been moved from one to the other, twice. Hashes of
        # 64 bits, other ones in each process, as an archive may list millions.
        listed = set[int]()
        # What this search finds came in now: it is in time, though midnight pass meanwhile.
        now = datetime.now().astimezone()
        for query in self._wanted.queries(now):
            batch: list[Place] = []
            try:
                for said in self._archive.search(query):
                    if self._stopping.is_set():
                        return None
                    seen += 1
                    place = place_of(said)
                    # Some archives ignore a key; to fetch all that they then list would be costly.
                    if place is None or hash(place.instance) in listed or not self._fits(said):
                        continue
                    listed.add(hash(place.instance))
                    batch.append(place)
                    if len(batch) == _BATCH:
                        new += self._note(batch, now)
            except _OF_NO_SEARCH:
                raise
            except Exception as error:  # noqa: BLE001 - raised in the end
                failed = failed or error
            finally:
                # A page that fails may do so each time: what came before it must not wait for that.
                # One that is told to stop may find the memory closed.
                if batch and not self._stopping.is_set():
                    new += self._note(batch, now)
        if new:
            LOG.info("%d new films", new)
        if failed is not None:
            raise failed
        if seen > _MANY:
            LOG.warning("each search lists %d instances; --days or --date would narrow it", seen)
        return seen

    def _fits(self, said: Mapping[str, Any]) -> bool:
        fits = self._wanted.modality_fits(modality_of(said))
        return fits and self._wanted.class_fits(class_of(said))

    def _tell(self, seen: int) -> None:
        """Say once what a range of dates leaves out, which otherwise looks as if nothing came."""
        dates = self._wanted.range(datetime.now().astimezone())
        if not dates:
            LOG.info("the first search lists %d instances", seen)
        elif seen:
            LOG.info(
                "the first search lists %d instances of studies dated %s;"
                " --days or --date leaves out all others", seen, dates,
            )  # fmt: skip
        elif (others := self._others()) is None:
            LOG.info("no film is of a study dated %s; whether there are others is not known", dates)
        elif others:
            LOG.warning(
                "no film is of a study dated %s, though the archive holds others:"
                " --days or --date leaves them out", dates,
            )  # fmt: skip
        else:
            LOG.info("the archive lists no such film, of any date")

    def _others(self) -> bool | None:
        """Whether films would be found without a range of dates; None where that is not answered,
        as where the archive has no answer for so wide a question."""
        anytime = replace(self._wanted, dates="", days=None)
        queries = anytime.queries(datetime.now().astimezone())
        try:
            return any(True for query in queries for _ in self._archive.search(query, limit=1))
        except WorkerError:
            return None

    def _note(self, batch: list[Place], now: datetime) -> int:
        new = self._ledger.found(batch, now.timestamp())
        batch.clear()
        if new:
            self._wake()
        return new


def _code(error: Exception) -> str:
    """Without the text of what nobody foresaw, which may hold a patient's data."""
    if isinstance(error, WorkerError):
        return error.code
    if isinstance(error, sqlite3.Error):
        return "memory-not-writable"
    return f"internal-{type(error).__name__}"
