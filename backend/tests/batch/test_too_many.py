"""A batch of more films than it may hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from threading import Event as Left

import anyio
import pytest
from starlette.types import Message

from cxr_severity.api.batch.ahead import Ahead
from cxr_severity.api.batch.stream import Lines
from cxr_severity.api.body_memory import BodyMemory, Share
from cxr_severity.api.multipart import Begin, Data, End, Event


@pytest.mark.anyio
async def test_a_film_too_many_is_not_kept_until_the_others_are_judged() -> None:
    memory, finish = BodyMemory(10**9), anyio.Event()
    share = Share(memory)

    async def sent() -> AsyncIterator[Event]:
        for name, size in (("a", 1_000), ("b", 2_000), ("c", 40_000)):
            yield Begin(name)
            yield Data(b"x" * size)
            yield End()

    async def judge(_: int, __: bytes, begin: Callable[[], None]) -> bytes:
        begin()
        await finish.wait()
        return b"{}"

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    lines = Lines(
        sent(), judge, ahead=Ahead(receive), hands=2, max_bytes=10**6, max_items=2, share=share,
        patience=60, language="en", headers={}, left=Left(),
    )  # fmt: skip
    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(lines, {"type": "http"}, receive, send)
            while not any(b"too-many-images" in one.get("body", b"") for one in said):
                await anyio.sleep(0.01)
            assert memory.held == 3_000, "the two that are being judged"
            finish.set()
    assert memory.held == 0
