"""Bodies that are answered early: what is not read of them keeps no connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import ClassVar

import pytest
from fastapi import FastAPI, Request
from served import connect, read_all, serving
from waiting import wait_until

from cxr_severity.api.app import create_app
from cxr_severity.api.manners import Drain, DrainBounds
from cxr_severity.api.protocol import BoundedProtocol
from cxr_severity.settings import Settings

DRAINED = 0.3
"""Seconds."""
HEAD = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"


class Counted(BoundedProtocol):
    """Its connections can be counted."""

    open: ClassVar[int] = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        Counted.open += 1

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        Counted.open -= 1


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    app = FastAPI()

    @app.post("/predict")
    async def early() -> str:
        return "early"

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    app.add_middleware(Drain, bounds=DrainBounds(1_000_000, DRAINED))
    with serving(app, Counted) as port:
        yield port


@pytest.mark.parametrize("sent", [b"", b"x", b"x" * 10_000])
def test_a_sender_that_falls_silent_after_it_is_let_go(port: int, sent: bytes) -> None:
    """Also where a byte came when nobody read any more, and stopped the time for the next head."""
    with connect(port) as connection:
        connection.sendall(HEAD)
        time.sleep(2 * DRAINED)
        connection.sendall(sent)
        assert read_all(connection).startswith(b"HTTP/1.1 200")
        wait_until(lambda: Counted.open == 0, 20)


def test_a_sender_that_goes_on_is_let_go(port: int) -> None:
    sent = 0
    with connect(port) as connection:
        connection.sendall(HEAD)
        time.sleep(2 * DRAINED)
        try:
            while sent < 900_000_000:
                connection.sendall(bytes(1_000_000))
                sent += 1_000_000
        except OSError:
            pass
        wait_until(lambda: Counted.open == 0, 20)
    assert sent < 500_000_000


def test_a_body_that_comes_whole_keeps_its_connection(port: int) -> None:
    """Answered early or not, the next request is answered on the same one."""
    last = b"POST /read HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"
    with connect(port) as connection:
        for path in (b"predict", b"read", b"predict"):
            connection.sendall(b"POST /%b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n" % path)
            time.sleep(DRAINED / 3)
            connection.sendall(b"abc")
        connection.sendall(last)
        assert read_all(connection).count(b"HTTP/1.1 200") == 4


@pytest.mark.parametrize("path", ["/predict/batch/", "/v1/predict/batch/", "/predict/batch//"])
def test_a_batch_of_any_length_is_led_on(
    path: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    weights = tmp_path_factory.mktemp("weights")
    app = create_app(Settings.of(weights=weights))
    with serving(app) as port, connect(port) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 60000000"
        connection.sendall(head.encode() + b"\r\n\r\n")
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 307"), answer
    assert b"/predict/batch\r\n" in answer
