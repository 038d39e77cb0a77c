"""The answer to a batch by itself: what is said when, and that all ends with its client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from threading import Event as Left

import anyio
import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from cxr_severity.api.batch.ahead import Ahead
from cxr_severity.api.batch.stream import Lines
from cxr_severity.api.body_memory import BodyMemory, Share
from cxr_severity.api.multipart import Begin, Data, End, Event

MEMORY = BodyMemory(10**9)

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
]


async def receive() -> Message:
    """Nothing more comes."""
    await anyio.sleep_forever()
    raise AssertionError


@pytest.mark.parametrize(
    ("after_body", "most_held", "order"),
    [(False, 100, "answered, read"), (True, 100, "read, answered"), (True, 1, "answered, read")],
)
async def test_before_a_proxy_that_asks_for_it_nothing_is_said_until_all_is_read(
    monkeypatch: pytest.MonkeyPatch, after_body: bool, most_held: int, order: str
) -> None:
    """Or until no more lines can be held."""
    monkeypatch.setattr("cxr_severity.api.batch.stream._MOST_HELD", most_held)
    happened: list[str] = []

    async def judge(number: int, data: bytes, begin: Callable[[], None]) -> bytes:
        begin()
        return b"{}"

    async def events() -> AsyncIterator[Event]:
        for _ in range(3):
            yield Begin("a")
            yield Data(b"x")
            yield End()
        await anyio.sleep(0.05)
        happened.append("read")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            happened.append("answered")

    lines = Lines(
        events(), judge, ahead=Ahead(receive), hands=1, max_bytes=10, max_items=10,
        share=Share(MEMORY), patience=1, language="en", headers={}, left=Left(),
        after_body=after_body,
    )  # fmt: skip
    with anyio.fail_after(5):
        await lines({"type": "http"}, receive, send)
    assert ", ".join(happened) == order


async def test_a_client_that_leaves_frees_everything() -> None:
    """It leaves while it sends, with images in all hands."""
    begun = 0
    left, unbegun = Left(), list[bytes]()

    async def judge(number: int, data: bytes, begin: Callable[[], None]) -> bytes:
        nonlocal begun
        begun += 1
        if not number:  # the second waits for a place
            begin()
        await anyio.sleep_forever()
        return b"{}"

    async def events() -> AsyncIterator[Event]:
        for content in (b"x", b"y", b"z"):
            yield Begin("a")
            yield Data(content)
        await anyio.sleep(0.05)
        raise ClientDisconnect

    async def send(message: Message) -> None:
        """Nobody reads."""

    lines = Lines(
        events(), judge, ahead=Ahead(receive), hands=4, max_bytes=10, max_items=10,
        share=Share(MEMORY), patience=1, language="en", headers={}, left=left,
        unbegun=unbegun.append,
    )  # fmt: skip
    with anyio.fail_after(5):
        await lines({"type": "http"}, receive, send)
    assert begun == 2
    assert left.is_set()
    assert unbegun == [b"y"]


@pytest.mark.parametrize("most_held", [1, 1_000])
async def test_a_client_that_does_not_read_is_let_go(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, most_held: int
) -> None:
    """Whether or not all lines can be held for it."""
    monkeypatch.setattr("cxr_severity.api.batch.stream._MOST_HELD", most_held)
    left = Left()

    async def judge(number: int, data: bytes, begin: Callable[[], None]) -> bytes:
        begin()
        return b"{}"

    async def events() -> AsyncIterator[Event]:
        for _ in range(5):
            yield Begin("a")
            yield Data(b"x")
            yield End()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await anyio.sleep_forever()

    lines = Lines(
        events(), judge, ahead=Ahead(receive), hands=2, max_bytes=10, max_items=10,
        share=Share(MEMORY), patience=0.1, language="en", headers={}, left=left,
    )  # fmt: skip
    with anyio.fail_after(5):
        await lines({"type": "http"}, receive, send)
    assert left.is_set()
    assert "did not read its batch for 0.1 s" in caplog.text
