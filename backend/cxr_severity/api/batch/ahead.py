"""Hearing that a client leaves while nothing more of its request is read."""

from __future__ import annotations

import anyio
from starlette.types import Message, Receive

_LEFT = "http.disconnect"


class Ahead:
    """Receives one message ahead of whoever reads: the last images of a batch may wait for long
    after the last byte came, and nobody would hear that their client left."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._message: Message = {}
        self._came = anyio.Event()
        self._taken = anyio.Event()

    async def receive(self) -> Message:
        """As the server's; something must be in `listen` meanwhile."""
        await self._came.wait()
        message = self._message
        if message["type"] != _LEFT:
            self._came = anyio.Event()
            self._taken.set()
        return message

    async def listen(self) -> None:
        """Ends when the client has left."""
        while True:
            self._message = await self._receive()
            self._came.set()
            if self._message["type"] == _LEFT:
                return
            await self._taken.wait()
            self._taken = anyio.Event()
