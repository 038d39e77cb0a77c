"""How many requests are admitted, and how one is dropped when its client leaves."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from threading import Event

import anyio
from anyio import to_thread
from fastapi import Request
from starlette.requests import ClientDisconnect

from cxr_severity.api.errors import ApiError
from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.assessment import Target
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.runtime import Inference
from cxr_severity.service.pipeline import Submit

_AT_MOST = 60
"""Seconds that nobody is asked to wait longer for, whatever was measured."""
_SHARE = 0.1
"""Of the last request in what is known of how long they take."""


class Admission:
    """A bounded number of places for requests that wait or are worked on.

    Args:
        workers: requests that are worked on at the same time.
        queue: requests that may wait beside them.
        clock: seconds.
    """

    def __init__(
        self, workers: int, queue: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.places = workers + queue
        self.taken = 0
        self._workers = workers
        self._clock = clock
        self._work: float | None = None

    @property
    def retry_after(self) -> int:
        """Whole seconds until all who have a place now will have been answered, as far as the time
        that requests took lately can say; at least 1."""
        turns = self.taken / self._workers
        return min(_AT_MOST, max(1, math.ceil(turns * (self._work or 0))))

    def check(self) -> None:
        """Raises ApiError: `busy`, with `Retry-After`, when all places are taken."""
        if self.taken >= self.places:
            raise ApiError(
                "busy",
                "All places are taken. Try again shortly.",
                {"Retry-After": str(self.retry_after)},
            )

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place. For the event loop alone: it does not lock.

        Raises:
            ApiError: as `check` does.
        """
        self.check()
        self.taken += 1
        begun, turns = self._clock(), max(1, self.taken / self._workers)
        try:
            yield
        finally:
            self.taken -= 1
            # Who is the last of three turns waits for two before its own.
            work = (self._clock() - begun) / turns
            known = work if self._work is None else self._work
            self._work = known + _SHARE * (work - known)

    @asynccontextmanager
    async def place_when_free(self) -> AsyncIterator[None]:
        """As `place`, for whoever may wait: the images of a batch, which give way to requests."""
        while self.taken >= self.places:
            await anyio.sleep(0.01)
        with self.place():
            yield


@asynccontextmanager
async def while_connected(request: Request) -> AsyncIterator[Event]:
    """Cancel what is inside as soon as the client leaves; the request's body must be read.

    A thread that is already running is not stopped by that: it can watch the event, which is then
    set, and stop by itself.

    Raises:
        ClientDisconnect: when the client left.
    """
    left = Event()
    with anyio.CancelScope() as scope:

        async def watch() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            left.set()
            scope.cancel()

        watcher = asyncio.create_task(watch())
        try:
            yield left
        finally:
            watcher.cancel()
    if scope.cancelled_caught:
        raise ClientDisconnect


@asynccontextmanager
async def queued(unbegun: Callable[[], None]) -> AsyncIterator[Callable[[], None]]:
    """Around the wait of a film for its turn; gives what is to be called when that has come. Where
    the wait is cancelled before, `unbegun` is called, in a thread."""
    begun = Event()
    try:
        yield begun.set
    except anyio.get_cancelled_exc_class():
        if not begun.is_set():
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(unbegun)
        raise


def check_waiting(left: Event) -> None:
    """Raises ClientDisconnect: nobody waits for the answer any more."""
    if left.is_set():
        raise ClientDisconnect


def unless_left(left: Event, submit: Submit) -> Submit:
    """Does no work for a client that left while its image was decoded."""

    def checked(
        predictor: Predictor, image: Float32Array, target: Target | None
    ) -> Future[Inference]:
        check_waiting(left)
        return submit(predictor, image, target)

    return checked
