"""What holds of every connection: its heads are checked and refusals told of, and clients that are
old, or do not read, are served or let go."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse
from refused import assert_refused
from served import connect, read_all, serving

from cxr_severity.api.access.tracing import MarkFilter
from cxr_severity.api.app import create_app
from cxr_severity.api.connections import Connections
from cxr_severity.api.protocol import MAX_HEAD_BYTES, BoundedProtocol
from cxr_severity.settings import Settings


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A service without a model: nothing here comes as far as one."""
    weights = tmp_path_factory.mktemp("weights")
    with serving(create_app(Settings.of(weights=weights, page=Path("none")))) as port:
        yield port


@pytest.mark.parametrize("host", [b"x", b"x:80", b"", b"[::1]:8000", b"a_b.c-d", b"10.0.0.1:"])
def test_hosts_that_are_none_of_ours_are_none_of_our_business(port: int, host: bytes) -> None:
    with connect(port) as connection:
        connection.sendall(
            b"GET /health/live HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n" % host
        )
        assert read_all(connection).startswith(b"HTTP/1.1 200")


def test_transfer_codings_beside_chunks_are_refused(port: int) -> None:
    for lines in (
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
    ):
        with connect(port) as connection:
            connection.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n0\r\n\r\n")
            assert_refused(read_all(connection), 501, "unsupported-transfer-coding")


def test_what_is_refused_is_counted_and_logged(port: int, caplog: pytest.LogCaptureFixture) -> None:
    def metrics() -> str:
        with connect(port) as connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return read_all(connection).decode()

    def counted(text: str) -> tuple[float, float]:
        lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("cxr_"))
        request = 'cxr_http_requests_total{method="other",route="other",status="431"}'
        return (
            float(lines.get(request, 0)),
            float(lines['cxr_problems_total{code="headers-too-large"}']),
        )

    caplog.handler.addFilter(MarkFilter())
    before = counted(metrics())
    with caplog.at_level("INFO", "cxr_severity.api.protocol"), connect(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Request-ID: mine\r\n")
        connection.sendall(b"X-Long: " + b"y" * MAX_HEAD_BYTES + b"\r\n\r\n")
        read_all(connection)
    assert counted(metrics()) == (before[0] + 1, before[1] + 1)
    (record,) = [one for one in caplog.records if one.name == "cxr_severity.api.protocol"]
    assert "431 headers-too-large" in record.getMessage()
    assert record.__dict__["request_id"] == "mine"


def test_older_clients_are_answered_until_the_connection_ends() -> None:
    """HTTP/1.0 knows no chunks."""
    app = FastAPI()

    @app.get("/lines")
    async def lines() -> StreamingResponse:
        return StreamingResponse(iter(["one\n", "two\n"]))

    with serving(app) as port, connect(port) as connection:
        connection.sendall(b"GET /lines HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        head, _, body = read_all(connection).partition(b"\r\n\r\n")
    assert body == b"one\ntwo\n"
    assert b"transfer-encoding" not in head.lower()
    assert b"connection: close" in head.lower()


@pytest.mark.parametrize("close", [False, True])
def test_a_client_that_does_not_read_is_let_go(close: bool) -> None:
    app = FastAPI()
    app.state.connections = Connections(patience=0.5)
    lost = threading.Event()

    class Watched(BoundedProtocol):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            lost.set()

    @app.get("/large")
    async def large() -> Response:
        return Response(bytes(30_000_000))

    with serving(app, Watched) as port, connect(port) as connection:
        connection.sendall(
            b"GET /large HTTP/1.1\r\nHost: x\r\n"
            + (b"Connection: close\r\n" if close else b"")
            + b"\r\n"
        )
        assert lost.wait(20)
