"""The worker's loop: takes what is due from the ledger, does it, and writes down what came of it.

Two kinds of work: to judge a film, and to bring one result to one destination. Results go first,
so that few of them wait. A study is worked on by one thread at a time. A peer that is down is left
alone for a while and no film is blamed for it, nor for a memory that cannot be written; what fails
otherwise is tried again after longer and longer waits and parked in the end. A peer that does not
answer in time is left alone, too, lest it take all the time that the others have; what was asked of
it is blamed all the same, as it may be what nobody can answer.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Condition, Thread

from cxr_severity.worker.faults import (
    DownError,
    LastingError,
    PassedOverError,
    PassingError,
    SilentError,
)
from cxr_severity.worker.header import check_place
from cxr_severity.worker.items import Film, Parcel, Result
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.pace import Pace
from cxr_severity.worker.parts import Assess, Destination, Fetch
from cxr_severity.worker.pauses import Pauses

LOG = logging.getLogger("cxr_severity.worker")

LONGEST_PAUSE = 60.0
"""Most seconds for which a peer that is down is left alone."""
_GLANCE = 2.0
"""Seconds between looks into the ledger while nothing is due: another process may have had parked
films tried again."""
_SOURCE = ""
_OF_THE_ITEM = sqlite3.IntegrityError, sqlite3.DataError
"""What the memory says of an item that it cannot take, however much room there is."""


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
        self._pauses = Pauses(pace)
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
        failures = 0
        while True:
            try:
                with self._taken() as item:
                    if item is None:
                        return
                    failures = 0
                    try:
                        self._do(item)
                    except sqlite3.Error as error:
                        self._put_off(item, error)
            except sqlite3.Error as error:  # it cannot even be noted what is taken up
                failures += 1
                wait = self._pace.wait(failures)
                LOG.error("the memory cannot be written; again in %.1f s: %s", wait, error)
                self._rest(wait)

    @contextmanager
    def _taken(self) -> Iterator[Film | Parcel | None]:
        """The next item, as soon as one is due; None once it is time to stop."""
        with self._changed:
            while True:
                if self._stopping:
                    item = None
                    break
                if (item := self._next()) is not None:
                    self._held.add(item.study)
                    break
                self._changed.wait(self._until_due())
        try:
            yield item
        finally:
            if item is not None:
                with self._changed:
                    self._held.discard(item.study)
                    self._changed.notify_all()

    def _next(self) -> Film | Parcel | None:
        now = time.time()
        awake = [name for name in self._destinations if self._pauses.over(name)]
        parcel = self._ledger.next_parcel(now, self._held, awake)
        if parcel is not None:
            return parcel
        if not self._pauses.over(_SOURCE):
            return None
        full = self._ledger.bytes_of_results() > self._most_waiting
        if full and not self._full:
            LOG.warning("no film is judged: too many results wait or are parked")
        self._full = full
        return None if full else self._ledger.next_film(now, self._held)

    def _until_due(self) -> float:
        """Seconds until something more may be due; any other change wakes the threads."""
        due = (self._ledger.next_due() or 0) - time.time()
        return min(_GLANCE, *self._pauses.left(), due if due > 0 else _GLANCE)

    def _rest(self, seconds: float) -> None:
        """Whatever changes meanwhile, unless it is time to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, seconds)

    def _do(self, item: Film | Parcel) -> None:
        peer, began = _peer(item), time.monotonic()
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
            wait = self._leave_alone(peer, began, reason.after)
            self._ledger.postpone(item, time.time() + wait, reason.code, blame=False)
            LOG.warning(
                "%s is %s; it is asked again in %.1f s (%s)",
                peer or "the archive", reason.code, wait, item.called,
            )  # fmt: skip
            return
        except LastingError as reason:
            self._park(item, reason.code)
        except PassingError as reason:
            self._again(item, reason.code)
            if isinstance(reason, SilentError):
                wait = self._leave_alone(peer, began)
                LOG.warning("%s is silent: asked again in %.1f s", peer or "the archive", wait)
                return
        except Exception as error:  # one film must not end the others' work
            if isinstance(error, sqlite3.Error) and not isinstance(error, _OF_THE_ITEM):
                raise
            # Neither its text nor its place: a library may have put a patient's data into it.
            self._again(item, f"internal-{type(error).__name__}")
        with self._changed:
            self._pauses.end(peer)

    def _judge(self, film: Film) -> None:
        data = self._ledger.body(film)
        if data is None:
            if self._fetch is None:
                raise LastingError("film-not-kept")
            data = self._fetch(film.place)
        check_place(data, film.place)
        results = []
        for each in self._assess(data, film.since):
            if isinstance(each, Result):
                results.append(each)
            else:
                LOG.warning("%s has no %s: %s", film.called, each.kind.upper(), each.reason)
        if self._ledger.judged(film, results, self._destinations, time.time()):
            LOG.debug("film %d is judged", film.number)
        else:
            _say_that_it_came_again(film)

    def _deliver(self, parcel: Parcel) -> None:
        self._destinations[parcel.destination].store(parcel.study, parcel.result)
        last = self._ledger.delivered(parcel)
        LOG.debug("%s is stored", parcel.called)
        if last:
            LOG.info("film %d is done", parcel.film)

    def _leave_alone(self, peer: str, began: float, after: float = 0) -> float:
        """As `_pause`, of one that did not do what it was asked for since `began`."""
        # Films come after results: whoever gives them takes nobody else's time.
        took = 0 if peer == _SOURCE else time.monotonic() - began
        return self._pause(peer, LONGEST_PAUSE, after, took)

    def _pause(self, peer: str, longest: float, after: float = 0, took: float = 0) -> float:
        """Leave the whole peer alone for a while (`Pauses.add`); returns for how many seconds."""
        with self._changed:
            return self._pauses.add(peer, longest, after, took)

    def _put_off(self, item: Film | Parcel, error: sqlite3.Error) -> None:
        """What came of the item cannot be written down: the disk is full, or gone. Nothing is lost,
        and the item is not blamed; nor is more made or sent that could not be written either.

        There may be room for a few bytes, and not for results. Where there is none at all the item
        stays in hand: each time that it was taken up anew would count as an attempt.
        """
        wait = self._pause(_peer(item), self._pace.longest)
        due = time.time() + wait
        while True:
            LOG.error(
                "the memory cannot be written; %s again in %.1f s: %s", item.called, wait, error
            )
            try:
                self._ledger.postpone(item, due, "memory-not-writable", blame=False)
                return
            except sqlite3.Error as still:
                error = still
            if self._stopping:
                return
            self._rest(wait)
            wait = min(2 * wait, self._pace.longest)

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
            item.called, code, item.attempts, self._pace.attempts, wait,
        )  # fmt: skip

    def _park(self, item: Film | Parcel, code: str) -> None:
        if self._ledger.park(item, code):
            LOG.error("%s is parked: %s", item.called, code)
        else:
            _say_that_it_came_again(item)


def _say_that_it_came_again(item: Film | Parcel) -> None:
    LOG.info("%s came again meanwhile; it is judged as it came last", item.called)


def _peer(item: Film | Parcel) -> str:
    return item.destination if isinstance(item, Parcel) else _SOURCE
