"""How many requests are admitted, and how one is dropped when its client leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Event

import anyio
from fastapi import Request
from starlette.requests import ClientDisconnect

from cxr_severity.api.errors import ApiError


class Admission:
    """A bounded number of places for requests that wait or are worked on."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.taken = 0

    def check(self) -> None:
        """Raises ApiError: `busy`, with `Retry-After`, when all places are taken."""
        if self.taken >= self.places:
            raise ApiError("busy", "All places are taken. Try again shortly.", {"Retry-After": "1"})

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place. For the event loop alone: it does not lock.

        Raises:
            ApiError: as `check` does.
        """
        self.check()
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

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
