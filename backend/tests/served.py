"""A service on a real socket, for what a test client in the process cannot show."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from cxr_severity.api.protocol import BoundedProtocol
from cxr_severity.api.server import behind


@contextmanager
def serving(
    app: FastAPI, protocol: type[BoundedProtocol] = BoundedProtocol, proxies: Sequence[str] = ()
) -> Iterator[int]:
    """Serve `app` on a free port of loopback, which is given."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        http=protocol,
        ws="none",
        log_config=None,
        log_level="error",
        **behind(list(proxies)),
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the server ended"
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def read_all(connection: socket.socket) -> bytes:
    """What the server sends until it closes the connection; fails on one that is reset."""
    received = b""
    while part := connection.recv(65_536):
        received += part
    return received
