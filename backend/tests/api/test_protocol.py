"""What comes before a request: bounded in bytes and seconds, and refused as a problem."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import anyio.to_thread
import pytest
from fastapi import FastAPI, Request
from refused import assert_refused
from served import connect, read_all, serving
from waiting import wait_until

from cxr_severity.api.app import create_app
from cxr_severity.api.protocol import MAX_HEAD_BYTES, READ_AHEAD, BoundedProtocol
from cxr_severity.settings import Settings

CHUNKED = b"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
EXPECT = b"Content-Type: image/png\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"


class Hasty(BoundedProtocol):
    head_seconds: ClassVar[float] = 1.0


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A service without a model: nothing here comes as far as one."""
    weights = tmp_path_factory.mktemp("weights")
    with serving(create_app(Settings.of(weights=weights, page=Path("none"))), Hasty) as port:
        yield port


@pytest.fixture(scope="module")
def patient() -> Iterator[int]:
    """One that does not lose its patience within a test, and answers no body before its end."""
    app = FastAPI()

    @app.post("/predict")
    async def read(request: Request) -> int:
        return len(await request.body())

    with serving(app) as port:
        yield port


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),  # TLS to a plain port
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\n\r\n",  # RFC 9112, 3.2: without a host
        b"GET /health/live HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: a b\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: x/y\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: x:port\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        CHUNKED + b"not a size\r\n",
    ],
)
def test_what_is_not_http_is_told_so(port: int, request_: bytes) -> None:
    with connect(port) as connection:
        connection.sendall(request_)
        assert_refused(read_all(connection), 400, "malformed-request")


@pytest.mark.parametrize("target", [b"http://x", b"HTTP://x:1?a=/", b"http://x/"])
def test_a_url_without_a_path_is_the_root(port: int, target: bytes) -> None:
    with connect(port) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.0\r\n\r\n")
        assert b"malformed-request" not in read_all(connection)


def test_http_1_0_is_told_of_no_status_that_it_does_not_know(patient: int) -> None:
    """RFC 9110, 15.2: it would take 100 for the answer."""
    head = b"POST /predict HTTP/1.%d\r\nHost: x\r\nConnection: close\r\n" + EXPECT
    for minor, status in ((0, b"200"), (1, b"100")):
        with connect(patient) as connection:
            connection.sendall(head % minor)
            assert read_all(connection).split()[1] == status


def test_it_is_told_in_the_callers_language(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(
            b"GET / HTTP/1.1\r\nAccept-Language: ms\r\nHost: x\r\nbad header\r\n\r\n"
        )
        body = json.loads(read_all(connection).partition(b"\r\n\r\n")[2])
        assert body["title"] == "Permintaan tidak dapat dibaca"


@pytest.mark.parametrize(
    ("path", "named"),
    [(b"/v2", True), (b"/v1/v2/models/m?x", True), (b"/v2x", False), (b"/models?/v2", False)],
)
def test_clients_of_the_inference_protocol_can_read_it(port: int, path: bytes, named: bool) -> None:
    with connect(port) as connection:
        connection.sendall(b"GET %b HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n" % path)
        answer = read_all(connection)
    assert_refused(answer, 400, "malformed-request")
    body = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert body.get("error") == (body["detail"] if named else None)


@pytest.mark.parametrize(
    "start",
    [
        b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Long: ",
        b"GET /health/live?",
        b"GET /health/live HTTP/1.1\r\n",
        CHUNKED + b"1\r\nx\r\n0\r\nX-Trailer: ",
        CHUNKED + b"1;extension=",
    ],
)
def test_headers_without_end_are_refused(patient: int, start: bytes) -> None:
    """They never end, so the answer can only come from the bound in bytes."""
    line = b"X-More: " + b"y" * 1000 + b"\r\n" if start.endswith(b"1.1\r\n") else b"y" * 1000
    with connect(patient) as connection:
        connection.sendall(start + line * (MAX_HEAD_BYTES // len(line) + 1))
        # As much again as a server may take from a socket at once.
        connection.sendall(line * 300)
        assert_refused(read_all(connection), 431, "headers-too-large")


def test_as_many_headers_as_are_allowed_are_read(port: int) -> None:
    with connect(port) as connection:
        request = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        request += b"".join(b"X-%d: %s\r\n" % (i, b"y" * 990) for i in range(60))
        connection.sendall(request + b"\r\n")
        assert read_all(connection).startswith(b"HTTP/1.1 200")


def test_headers_that_come_slowly_are_refused(port: int) -> None:
    began = time.monotonic()
    with connect(port) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n")
        for _ in range(6):
            time.sleep(0.1)
            connection.sendall(b"X-Slow: y\r\n")
        assert_refused(read_all(connection), 408, "request-too-slow")
    assert 0.9 < time.monotonic() - began < 10


@pytest.mark.parametrize("sent", [b"", b"\r\n"])
def test_an_idle_connection_is_closed_without_a_word(port: int, sent: bytes) -> None:
    with connect(port) as connection:
        connection.sendall(sent)
        assert read_all(connection) == b""


def test_empty_lines_between_requests_do_not_keep_a_connection(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
        connection.sendall(b"\r\n")
        assert read_all(connection).startswith(b"HTTP/1.1 200")


def test_requests_follow_each_other_on_one_connection(port: int) -> None:
    """Also some that come at once, and one after a pause that is longer than headers may take."""
    get = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with connect(port) as connection:
        connection.sendall(get * 3)
        time.sleep(1.5)
        connection.sendall(get + last)
        assert read_all(connection).count(b"HTTP/1.1 200") == 5


@pytest.mark.parametrize("close", [False, True])
def test_an_early_refusal_is_read_however_large_the_body(port: int, close: bool) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + bytes(20_000_000)
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    if close:
        headers["Connection"] = "close"
    for _ in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/predict?version=0.0.1", body, headers)
        assert connection.getresponse().status in (404, 503)
        connection.close()


def test_a_refused_sender_without_end_is_let_go(port: int) -> None:
    """The rest of a body is read within a bound of bytes, not for as long as it comes."""
    with connect(port) as connection:
        connection.sendall(b"PUT /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\n")
        connection.sendall(b"Content-Length: 9")
        connection.sendall(b"0" * 12 + b"\r\n\r\n")
        sent = 0
        try:
            while sent < 2_000_000_000:
                connection.sendall(bytes(1_000_000))
                sent += 1_000_000
        except OSError:
            pass
    assert 20_000_000 < sent < 1_500_000_000


@pytest.mark.parametrize(("trusted", "seen"), [([], "127.0.0.1"), (["127.0.0.1"], "203.0.113.9")])
def test_forwarded_headers_are_believed_of_proxies_that_are_named(
    trusted: list[str], seen: str
) -> None:
    app = FastAPI()

    @app.get("/who")
    def who(request: Request) -> str:
        return request.client.host if request.client else ""

    with serving(app, proxies=trusted) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/who", headers={"X-Forwarded-For": "203.0.113.9"})
        assert json.loads(connection.getresponse().read()) == seen
        connection.close()


class Watched(BoundedProtocol):
    """Its last connection can be looked at."""

    last: ClassVar[BoundedProtocol | None] = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        Watched.last = self


@pytest.mark.parametrize(
    ("path", "least", "most"),
    [
        ("/predict", 0, 1 << 19),
        ("/predict/batch", READ_AHEAD, READ_AHEAD + (1 << 19)),
        ("/v1/predict/batch", READ_AHEAD, READ_AHEAD + (1 << 19)),
    ],
)
def test_of_a_batch_more_is_read_ahead_and_not_without_end(
    path: str, least: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for an application that does not read yet."""
    app, may_read = FastAPI(), threading.Event()
    # Another test's connection may have been left paused.
    monkeypatch.setattr(Watched, "last", None)

    @app.post(path)
    async def read(request: Request) -> int:
        await anyio.to_thread.run_sync(may_read.wait)
        return sum([len(chunk) async for chunk in request.stream()])

    body = bytes(16_000_000)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    with serving(app, Watched) as port, connect(port) as connection:
        connection.settimeout(280)
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        sender = threading.Thread(target=connection.sendall, args=(body,))
        sender.start()
        wait_until(lambda: Watched.last is not None and Watched.last.flow.read_paused)
        assert Watched.last is not None
        assert Watched.last.cycle is not None
        waiting = len(Watched.last.cycle.body)
        may_read.set()
        sender.join()
        assert read_all(connection).endswith(b"16000000")
    assert least < waiting <= most


def test_what_is_no_request_takes_nothing_from_those_before_it() -> None:
    """The answer to a request that came whole stays its own, whatever comes behind it."""
    app = FastAPI()

    @app.get("/slow/{number}")
    async def slow(number: int) -> int:
        await asyncio.sleep(0.3)
        return number

    with serving(app) as port, connect(port) as connection:
        requests = "".join(f"GET /slow/{n} HTTP/1.1\r\nHost: x\r\n\r\n" for n in (41, 42))
        connection.sendall(requests.encode() + b"\x16\x03 garbage\r\n\r\n")
        answers = read_all(connection).split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [b"200", b"200"]
    assert [answer.partition(b"\r\n\r\n")[2] for answer in answers] == [b"41", b"42"]
    assert b"connection: close" in answers[1].lower()
