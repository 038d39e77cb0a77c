"""The worker's loop: takes what is due from the ledger, does it, and writes down what came of it.

Two kinds of work: to judge a film, and to bring one result to one destination. Results go first,
so that few of them wait. A study is worked on by one thread at a time. A peer that is down is left
alone for a while and no film is blamed for it; what fails otherwise is tried again after longer and
longer waits and parked in the end.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Condition, Thread
from typing import Protocol

from cxr_severity.worker.faults import (
    DownError,
    LastingError,
    PassedOverError,
    PassingError,
)
from cxr_severity.worker.items import Film, Parcel, Place, Result
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.pace import Pace

LOG = logging.getLogger("cxr_severity.worker")

LONGEST_PAUSE = 60.0
"""Most seconds for which a peer that is down is left alone."""
_GLANCE = 2.0
"""Seconds between looks into the ledger while nothing is due: another process may have had parked
films tried again."""
_SOURCE = ""


class Destination(Protocol):
    def store(self, study: str, result: Result) -> None:
        """Raises:
        DownError, PassingError, LastingError: it is not stored.
        """

    def close(self) -> None: ...


Fetch = Callable[[Place], bytes]
Assess = Callable[[bytes], Sequence[Result]]
"""From a film's file to its results.

Raises:
    PassedOverError: the film is not for this worker.
    LastingError: it cannot be judged.
"""


class Work:
    """Threads that work through a ledger until they are told to stop.

    `most_waiting` bounds the bytes of results that wait for their destinations: beyond, no further
    film is judged. `fetch` is None where films are pushed.
    """

    def __init__(
        self,
        ledger: Ledger,
        assess: Assess,
        fetch: Fetch | None,
        destinations: Mapping[str, Destination],
        *,
        pace: Pace = Pace(),  # noqa: B008 - frozen
        most_waiting: int = 1_000_000_000,
    ) -> None:
        self._ledger = ledger
        self._assess = assess
        self._fetch = fetch
        self._destinations = destinations
        self._pace = pace
        self._most_waiting = most_waiting
        self._changed = Condition()
        self._stopping = False
        self._held: set[str] = set()
        self._asleep_until: dict[str, float] = {}
        self._downs: dict[str, int] = {}
        self._full = False
        self._threads: list[Thread] = []

    def start(self, threads: int = 1) -> None:
        self._threads = [
            Thread(target=self._run, name=f"worker-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look into the ledger now: something was added."""
        with self._changed:
            self._changed.notify_all()

    def stop(self) -> None:
        """Take nothing new, and return when what is in hand is done and written down."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    @property
    def idle(self) -> bool:
        """Whether nothing waits, now or later, and nothing is in hand."""
        with self._changed:
            return not self._held and self._ledger.next_due() is None

    @property
    def stuck(self) -> bool:
        """Whether films wait and none can be judged before a person acts: parked results take all
        the room that there is."""
        with self._changed:
            return not self._held and self._ledger.stuck(self._most_waiting)

    @property
    def broken(self) -> bool:
        """Whether a thread ended without being told to, which is a fault of this program."""
        return not self._stopping and not all(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        while True:
            try:
                with self._taken() as item:
                    if item is None:
                        return
                    self._do(item)
            except sqlite3.Error as error:
                # The disk is full, or gone. Nothing is lost: what is in hand was not written down.
                LOG.error("the memory cannot be written: %s", error)
                self._rest(_GLANCE)

    @contextmanager
    def _taken(self) -> Iterator[Film | Parcel | None]:
        """The next item, as soon as one is due; None once it is time to stop."""
        with self._changed:
            while True:
                if self._stopping:
                    item = None
                    break
                if (item := self._next()) is not None:
                    self._held.add(_study(item))
                    break
                self._changed.wait(self._until_due())
        try:
            yield item
        finally:
            if item is not None:
                with self._changed:
                    self._held.discard(_study(item))
                    self._changed.notify_all()

    def _next(self) -> Film | Parcel | None:
        now = time.time()
        awake = [name for name in self._destinations if self._asleep_until.get(name, 0) <= now]
        parcel = self._ledger.next_parcel(now, self._held, awake)
        if parcel is not None:
            return parcel
        if self._asleep_until.get(_SOURCE, 0) > now:
            return None
        full = self._ledger.bytes_of_results() > self._most_waiting
        if full and not self._full:
            LOG.warning("no film is judged: too many results wait or are parked")
        self._full = full
        return None if full else self._ledger.next_film(now, self._held)

    def _until_due(self) -> float:
        """Seconds until something more may be due; any other change wakes the threads."""
        now = time.time()
        times = [self._ledger.next_due() or 0, *self._asleep_until.values()]
        return min(_GLANCE, min((each - now for each in times if each > now), default=_GLANCE))

    def _rest(self, seconds: float) -> None:
        with self._changed:
            if not self._stopping:
                self._changed.wait(seconds)

    def _do(self, item: Film | Parcel) -> None:
        peer = item.destination if isinstance(item, Parcel) else _SOURCE
        if item.attempts > self._pace.attempts:
            # Every attempt ended the process, or the last one's end was not written down.
            self._park(item, "given-up")
            return
        try:
            self._judge(item) if isinstance(item, Film) else self._deliver(item)
        except PassedOverError as reason:
            assert isinstance(item, Film)  # noqa: S101 - a result is never passed over
            if self._ledger.passed(item, reason.code):
                LOG.info("film %d is passed over: %s", item.number, reason.code)
            else:
                _say_that_it_came_again(item)
        except DownError as reason:
            self._pause(item, peer, reason)
            return
        except LastingError as reason:
            self._park(item, reason.code)
        except PassingError as reason:
            self._again(item, reason.code)
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001 - one film must not end the others' work
            # Neither its text nor its place: a library may have put a patient's data into it.
            self._again(item, f"internal-{type(error).__name__}")
        with self._changed:
            self._downs.pop(peer, None)

    def _judge(self, film: Film) -> None:
        data = self._ledger.body(film)
        if data is None:
            if self._fetch is None:
                raise LastingError("film-not-kept")
            data = self._fetch(film.place)
        results = self._assess(data)
        if self._ledger.judged(film, results, self._destinations, time.time()):
            LOG.debug("film %d is judged", film.number)
        else:
            _say_that_it_came_again(film)

    def _deliver(self, parcel: Parcel) -> None:
        self._destinations[parcel.destination].store(parcel.study, parcel.result)
        last = self._ledger.delivered(parcel)
        LOG.debug("%s is stored", _called(parcel))
        if last:
            LOG.info("film %d is done", parcel.film)

    def _pause(self, item: Film | Parcel, peer: str, reason: DownError) -> None:
        """Leave the whole peer alone for a while; the item is not blamed."""
        with self._changed:
            self._downs[peer] = self._downs.get(peer, 0) + 1
            own = self._pace.wait(self._downs[peer], LONGEST_PAUSE)
            wait = max(own, min(reason.after, LONGEST_PAUSE))
            until = time.time() + wait
            self._asleep_until[peer] = until
        self._ledger.postpone(item, until, reason.code, blame=False)
        LOG.warning(
            "%s is %s; it is asked again in %.1f s", peer or "the archive", reason.code, wait
        )

    def _again(self, item: Film | Parcel, code: str) -> None:
        if item.attempts >= self._pace.attempts:
            self._park(item, code)
            return
        wait = self._pace.wait(item.attempts)
        if not self._ledger.postpone(item, time.time() + wait, code, blame=True):
            _say_that_it_came_again(item)
            return
        LOG.warning(
            "%s failed (%s), attempt %d of %d; again in %.1f s",
            _called(item), code, item.attempts, self._pace.attempts, wait,
        )  # fmt: skip

    def _park(self, item: Film | Parcel, code: str) -> None:
        if self._ledger.park(item, code):
            LOG.error("%s is parked: %s", _called(item), code)
        else:
            _say_that_it_came_again(item)


def _say_that_it_came_again(item: Film | Parcel) -> None:
    LOG.info("%s came again meanwhile; it is judged as it came last", _called(item))


def _study(item: Film | Parcel) -> str:
    return item.study if isinstance(item, Parcel) else item.place.study


def _called(item: Film | Parcel) -> str:
    if isinstance(item, Parcel):
        return f"film {item.film}: {item.result.kind.upper()} to {item.destination}"
    return f"film {item.number}"
