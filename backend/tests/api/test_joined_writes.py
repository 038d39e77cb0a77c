"""An answer's headers and body leave in one write, and what is sent in pieces is not held back."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from uvicorn.config import Config
from uvicorn.server import ServerState

from cxr_severity.api.app import create_app
from cxr_severity.api.joined_writes import AT_ONCE, JoinedWrites
from cxr_severity.api.protocol import BoundedProtocol
from cxr_severity.settings import Settings


class Below(asyncio.Transport):
    """Remembers what reaches the network, and in how many writes."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[bytes | str] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.done.append(bytes(data))

    def write_eof(self) -> None:
        self.done.append("eof")

    def can_write_eof(self) -> bool:
        return True

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ARG002
        return default

    def get_write_buffer_size(self) -> int:
        return 7


def joined(use: Callable[[JoinedWrites, Below], None]) -> tuple[list[bytes | str], Below]:
    """What has reached the network when `use` has returned, and where it goes on to."""

    async def run() -> tuple[list[bytes | str], Below]:
        below = Below()
        use(JoinedWrites(below, asyncio.get_running_loop()), below)
        at_once = list(below.done)
        await asyncio.sleep(0)
        return at_once, below

    return asyncio.run(run())


def test_writes_of_one_round_are_one() -> None:
    def use(transport: JoinedWrites, _: Below) -> None:
        transport.write(b"head")
        transport.write(b"body")
        assert transport.get_write_buffer_size() == 8 + 7

    at_once, below = joined(use)
    assert at_once == []
    assert below.done == [b"headbody"]


def test_a_large_body_leaves_at_once_with_its_head() -> None:
    def use(transport: JoinedWrites, _: Below) -> None:
        transport.write(b"head")
        transport.write(bytes(AT_ONCE))
        transport.write(b"more")

    at_once, below = joined(use)
    assert at_once == [b"head" + bytes(AT_ONCE)]
    assert below.done[1:] == [b"more"]


@pytest.mark.parametrize("end", ["close", "write_eof"])
def test_an_end_comes_after_what_was_written(end: str) -> None:
    def use(transport: JoinedWrites, _: Below) -> None:
        transport.write(b"last")
        getattr(transport, end)()

    at_once, _ = joined(use)
    assert at_once[0] == b"last"


def test_nothing_is_written_to_a_connection_that_was_lost() -> None:
    def lose(transport: JoinedWrites, below: Below) -> None:
        transport.write(b"late")
        below.closed = True

    def abort(transport: JoinedWrites, _: Below) -> None:
        transport.write(b"late")
        transport.abort()

    for use in (lose, abort):
        assert joined(use)[1].done == []


def asked(app: FastAPI, path: str) -> list[bytes | str]:
    """Each write of the answer, as our protocol has it done."""

    async def run() -> list[bytes | str]:
        config = Config(app, log_config=None)
        config.load()
        lifespan = config.lifespan_class(config)
        await lifespan.startup()
        below, loop = Below(), asyncio.get_running_loop()
        protocol = BoundedProtocol(config, ServerState(), lifespan.state, loop)
        protocol.connection_made(below)
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        protocol.data_received(request.encode())
        async with asyncio.timeout(30):
            while not below.closed:
                await asyncio.sleep(0.001)
        protocol.connection_lost(None)
        await lifespan.shutdown()
        return below.done

    return asyncio.run(run())


@pytest.mark.parametrize("path", ["/health/live", "/limits", "/models", "/openapi.json", "/v2"])
def test_head_and_body_of_an_answer_leave_together(path: str, tmp_path: Path) -> None:
    """So a killed process leaves all of an answer or nothing, and a proxy may ask another."""
    (only,) = asked(create_app(Settings.of(weights=tmp_path, page=Path("none"))), path)
    assert isinstance(only, bytes)
    head, _, body = only.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 ")
    assert f"content-length: {len(body)}".encode() in head
    assert json.loads(body)


def test_pieces_are_not_held_back() -> None:
    app = FastAPI()

    @app.get("/pieces")
    async def pieces() -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            for line in ("first", "second"):
                yield line
                await asyncio.sleep(0.01)

        return StreamingResponse(lines())

    found = [write for write in asked(app, "/pieces") if isinstance(write, bytes)]
    assert b"first" in found[0]
    assert b"second" not in found[0]
    assert b"second" in found[1]


def test_what_the_system_holds_nobody_has_taken() -> None:
    """A client that reads slowly is seen to read, long before there is room for more."""

    class Held(Below):
        def get_write_buffer_size(self) -> int:
            return 0

        def get_extra_info(self, name: str, default: Any = None) -> Any:
            return mine if name == "socket" else default

    with socket.create_server(("127.0.0.1", 0)) as server:
        theirs = socket.create_connection(server.getsockname())
        mine, _ = server.accept()
    with theirs, mine, closing(asyncio.new_event_loop()) as loop:
        mine.setblocking(False)
        writes = JoinedWrites(Held(), loop)
        with suppress(BlockingIOError):  # the system holds no more
            while True:
                writes._written += mine.send(bytes(AT_ONCE))
        before = writes._taken
        assert before < writes._written
        deadline = time.monotonic() + 10
        while writes._taken <= before and time.monotonic() < deadline:
            theirs.recv(AT_ONCE)
        assert writes._taken > before
