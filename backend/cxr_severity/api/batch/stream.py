"""The answer to a batch: a line as each image is ready, from as many workers as there are
places."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from threading import Event

import anyio
import anyio.lowlevel
from anyio import to_thread
from anyio.streams.memory import MemoryObjectReceiveStream
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from cxr_severity.api.batch.ahead import Ahead
from cxr_severity.api.batch.arriving import Item
from cxr_severity.api.batch.intake import take_in
from cxr_severity.api.body_memory import Share
from cxr_severity.api.errors import ApiError, response_of
from cxr_severity.api.failures import FORESEEN, problem_of
from cxr_severity.api.multipart import Event as FormEvent
from cxr_severity.texts.language import Language

logger = logging.getLogger(__name__)

NDJSON = "application/x-ndjson"
EMPTY = "The archive holds no image."
_MOST_HELD = 32_000_000
"""How many bytes of lines may wait for a client that sends without reading."""

Judge = Callable[[int, bytes, Callable[[], None]], Awaitable[bytes]]
"""Number of the item and its bytes to the JSON of its prediction; calls the third when the item's
turn has come."""


class Lines(Response):
    """Reads the rest of the request while it answers. When the client leaves, all of it ends."""

    media_type = NDJSON

    def __init__(
        self,
        events: AsyncIterator[FormEvent],
        judge: Judge,
        *,
        ahead: Ahead,
        hands: int,
        max_bytes: int,
        max_items: int,
        share: Share,
        patience: float,
        language: Language,
        headers: dict[str, str],
        left: Event,
        after_body: bool = False,
        unbegun: Callable[[bytes], None] = lambda _: None,
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`ahead`: what `events` are read from. `hands`: how many images are worked on at a time;
        each has one more on its way, so that at most twice as many are in memory, as far as
        `share` lets them. `patience`: seconds that a client may not read. `left` is set when the
        client leaves, and `unbegun` then gets, in a thread, each image whose turn had not come.
        `after_body`: nothing is said before all is read, as far as lines can be held. `count` hears
        the code of each problem."""
        super().__init__(headers=headers)
        del self.headers["content-length"]
        self._events = events
        self._judge = judge
        self._ahead = ahead
        self._left = left
        self._unbegun = unbegun
        self._waiting: dict[int, bytes] = {}
        self._after_body = after_body
        self._may_answer = anyio.Event()
        self._count = count
        self._hands = hands
        self._max_bytes = max_bytes
        self._max_items = max_items
        self._patience = patience
        self._language = language
        self._refusal: ApiError | None = None
        self._share = share
        self._held = self._share.part()
        """Of lines."""
        self._held.whole = True
        self._room = anyio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        lines_in, lines_out = anyio.create_memory_object_stream[bytes](math.inf)
        items_in, items_out = anyio.create_memory_object_stream[tuple[int, Item]](0)
        count = 0

        async def put(item: Item) -> None:
            nonlocal count
            if count >= self._max_items:
                if item.part is not None:
                    item.part.give_back()
                raise ApiError(
                    "too-many-images", "A batch holds at most {count} images.",
                    count=self._max_items,
                )  # fmt: skip
            number, count = count, count + 1
            if isinstance(item.content, bytes):
                self._waiting[number] = item.content
            await items_in.send((number, item))

        async def say_line(line: bytes) -> None:
            while self._held.size > (0 if self._share.full else _MOST_HELD):
                self._may_answer.set()
                await self._room.wait()
            self._held.add(len(line))
            await lines_in.send(line)

        async def read() -> None:
            async with items_in:
                try:
                    await take_in(self._events, put, self._max_bytes, self._share)
                except* ClientDisconnect:
                    group.cancel_scope.cancel()
                except* ApiError as errors:
                    self._share.drop_unfinished()
                    if count:
                        await say_line(self._error(count, "", _first(errors)))
                    else:
                        self._refusal = _first(errors)
                if not count and self._refusal is None:
                    self._refusal = ApiError("missing-field", EMPTY)
                self._may_answer.set()

        async def work(items: MemoryObjectReceiveStream[tuple[int, Item]]) -> None:
            async with items:
                async for number, item in items:
                    try:
                        line = await self._line(number, item)
                    except ClientDisconnect:
                        return  # and all of this is being cancelled
                    if item.part is not None:
                        item.part.give_back()
                    del item
                    await say_line(line)

        async def all_work() -> None:
            async with lines_in, anyio.create_task_group() as hands:
                hands.start_soon(read)
                with items_out:
                    for _ in range(self._hands):
                        hands.start_soon(work, items_out.clone())

        async def watch() -> None:
            await self._ahead.listen()
            group.cancel_scope.cancel()

        async def patient(message: Message) -> None:
            with anyio.move_on_after(self._patience) as waited:
                await send(message)
            if waited.cancelled_caught:
                logger.warning("a client did not read its batch for %g s", self._patience)
                group.cancel_scope.cancel()
                await anyio.lowlevel.checkpoint()

        try:
            async with anyio.create_task_group() as group:
                group.start_soon(all_work)
                group.start_soon(watch)
                try:
                    await self._say(lines_out, scope, receive, patient)
                except BaseException:
                    # At once: what is in a thread goes on while the rest is being cancelled.
                    self._left.set()
                    raise
                group.cancel_scope.cancel()
        finally:
            self._share.close()
            if self._waiting:
                with anyio.CancelScope(shield=True):
                    await to_thread.run_sync(self._give_up_waiting)

    async def _say(
        self, lines: MemoryObjectReceiveStream[bytes], scope: Scope, receive: Receive, send: Send
    ) -> None:
        async with lines:
            # Nothing is said before the first line is known: what is no batch at all is a problem.
            line = await anext(lines, None)
            if line is None and self._refusal is not None:
                await response_of(self._refusal, self._language)(scope, receive, send)
                return
            if self._after_body:
                await self._may_answer.wait()
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            while line is not None:
                self._held.add(-len(line))
                room, self._room = self._room, anyio.Event()
                room.set()
                await send({"type": "http.response.body", "body": line, "more_body": True})
                line = await anext(lines, None)
            await send({"type": "http.response.body", "body": b""})

    def _give_up_waiting(self) -> None:
        for data in self._waiting.values():
            self._unbegun(data)

    async def _line(self, number: int, item: Item) -> bytes:
        if not isinstance(item.content, bytes):
            return self._error(number, item.name, item.content)

        def begin() -> None:
            self._waiting.pop(number, None)

        try:
            result = await self._judge(number, item.content, begin)
        except ClientDisconnect:
            raise
        except FORESEEN as refusal:
            begin()
            return self._error(number, item.name, refusal)
        except Exception as failure:
            begin()
            logger.exception("an image of a batch failed")
            return self._error(number, item.name, failure)
        head = json.dumps({"index": number, "name": item.name})[:-1].encode()
        return head + b', "result": ' + result + b"}\n"

    def _error(self, number: int, name: str, error: Exception) -> bytes:
        body, _ = problem_of(error, self._language)
        self._count(body.code)
        said = body.body()
        del said["request_id"]  # all lines are of one request, which its header names
        line = {"index": number, "name": name, "error": said}
        return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _first(errors: BaseExceptionGroup[ApiError]) -> ApiError:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
