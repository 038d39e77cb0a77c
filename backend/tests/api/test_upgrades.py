"""An upgrade that is offered changes nothing: the service speaks one protocol."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request
from served import connect, read_all, serving

OFFERS = {
    # curl --http2 and Java's HttpClient, with every request
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
    "websocket": b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
}
LAST = b"GET /echo?last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
SMUGGLED = b"GET /echo?smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    app = FastAPI()

    @app.api_route("/echo", methods=["GET", "POST"])
    async def echo(request: Request) -> dict[str, str]:
        body = await request.body()
        return {"query": request.url.query, "body": body.decode()}

    with serving(app) as port:
        yield port


def told(answer: bytes) -> list[dict[str, str]]:
    parts = answer.split(b"HTTP/1.1 200 OK\r\n")
    assert parts[0] == b""
    return [json.loads(part.partition(b"\r\n\r\n")[2]) for part in parts[1:]]


@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("pieces", [1, 2, 1000])
@pytest.mark.parametrize("offer", OFFERS)
def test_a_body_beside_an_offer_is_the_requests_own(
    port: int, offer: str, pieces: int, framing: str
) -> None:
    """In the packet of its head, in the next one, and byte by byte; also one that looks like a
    request. What follows it on the connection is the next."""
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\n" + OFFERS[offer]
    if framing == "length":
        head += b"Content-Length: %d\r\n\r\n" % len(SMUGGLED)
        body = SMUGGLED
    else:
        head += b"Transfer-Encoding: chunked\r\n\r\n"
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)
    sent = {1: [head + body + LAST], 2: [head, body + LAST]}.get(pieces)
    with connect(port) as connection:
        for piece in sent or [bytes([byte]) for byte in head + body + LAST]:
            connection.sendall(piece)
            time.sleep(0.05 if sent else 0.0005)
        answers = told(read_all(connection))
    assert answers == [
        {"query": "", "body": SMUGGLED.decode()},
        {"query": "last", "body": ""},
    ]


@pytest.mark.parametrize("offer", OFFERS)
def test_without_a_body_it_is_answered_and_the_connection_goes_on(port: int, offer: str) -> None:
    with connect(port) as connection:
        connection.sendall(b"GET /echo?a HTTP/1.1\r\nHost: x\r\n" + OFFERS[offer] + b"\r\n" + LAST)
        assert [one["query"] for one in told(read_all(connection))] == ["a", "last"]


def test_a_close_beside_an_offer_is_obeyed(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(
            b"GET /echo?a HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\n\r\n"
        )
        assert [one["query"] for one in told(read_all(connection))] == ["a"]
