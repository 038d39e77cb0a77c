"""Bodies while they arrive: how slowly they may come, and how much memory they may take together.

For bodies that are read whole, `UploadPace`; a batch is paced by its `StreamPace` and holds its
`Share` of the same memory.
"""

from __future__ import annotations

from time import monotonic

from anyio import fail_after
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.body_memory import BodyMemory, Share
from cxr_severity.api.errors import ApiError
from cxr_severity.api.upload import streamed

GRACE = 10.0
"""Seconds that every body has before its rate counts, and that a pause may last."""
_LEAST_WAIT = 0.2


class UploadPace:
    """Drops senders that are slower than `rate`, in bytes a second, and the latest ones once all
    bodies that wait or are worked on exceed `memory` together; a single body never does.

    So a slow sender needs no place among those that are worked on, and holds only what it sent.
    """

    def __init__(
        self, app: ASGIApp, *, rate: float, memory: BodyMemory, grace: float = GRACE
    ) -> None:
        self._app = app
        self._rate = rate
        self._memory = memory
        self._grace = grace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or streamed(scope["path"]):
            await self._app(scope, receive, send)
            return
        start: float | None = None
        received = 0
        whole = False

        async def paced() -> Message:
            nonlocal start, received, whole
            if whole:  # what is left to come is the client's leave
                return await receive()
            start = monotonic() if start is None else start
            due = start + self._grace + received / self._rate
            try:
                with fail_after(max(due - monotonic(), _LEAST_WAIT)):
                    message = await receive()
            except TimeoutError as error:
                raise _too_slow(self._rate) from error
            size = len(message.get("body", b""))
            received += size
            self._memory.add(size)
            whole = not message.get("more_body", False)
            if not whole and monotonic() > start + self._grace + received / self._rate:
                raise _too_slow(self._rate)
            if self._memory.refuses(received):
                raise ApiError(
                    "busy", "All places are taken. Try again shortly.", {"Retry-After": "1"}
                )
            return message

        try:
            await self._app(scope, paced, send)
        finally:
            self._memory.add(-received)


class StreamPace:
    """Drops a sender that falls behind `rate`, in bytes a second, by `patience` seconds, of those
    in which it is waited for: not while what it sent is worked on. Haste is no credit for later.
    A file that goes on while others wait for memory has `patience` seconds to come whole.
    """

    def __init__(self, receive: Receive, share: Share, *, rate: float, patience: float) -> None:
        self._receive = receive
        self._share = share
        self._rate = rate
        self._patience = patience
        self._behind = 0.0

    async def receive(self) -> Message:
        """As the server's.

        Raises:
            ApiError: `upload-too-slow`.
        """
        start = monotonic()
        left = self._patience - self._behind
        if (turn := self._share.turn) is not None:
            left = min(left, turn + self._patience - start)
        try:
            with fail_after(left):
                message = await self._receive()
        except TimeoutError as error:
            raise _too_slow(self._rate) from error
        paid = len(message.get("body", b"")) / self._rate
        self._behind = max(0.0, self._behind + monotonic() - start - paid)
        if self._behind > self._patience:
            raise _too_slow(self._rate)
        return message


def _too_slow(rate: float) -> ApiError:
    return ApiError(
        "upload-too-slow",
        "The upload came more slowly than {rate} bytes a second.",
        rate=f"{rate:g}",
    )
