"""What the proxy refuses by itself is a problem, too, as the service would tell it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPResponse

import httpx2
import pytest

from cxr_severity.api.access.tokens import _LONGEST_TOKEN
from cxr_severity.api.response_headers import HEADERS
from cxr_severity.interop.bodies.kinds import KINDS

from .running import free_port, proxy


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Nobody is behind it."""
    with proxy(tmp_path_factory.mktemp("nginx"), [free_port()]) as url:
        yield url


@pytest.mark.parametrize(
    ("request_line", "headers", "status", "code"),
    [
        ("POST /predict", "Host: b\r\nContent-Length: 0", 400, "malformed-request"),
        ("POST /predict", "Content-Length: x", 400, "malformed-request"),
        ("GET /models", f"Authorization: Bearer {'a' * 33_000}", 431, "headers-too-large"),
        (f"GET /{'a' * 33_000}", "Accept: */*", 431, "headers-too-large"),
        ("POST /predict", "Transfer-Encoding: gzip, chunked", 501, "unsupported-transfer-coding"),
        ("GET /assets/", "Accept: */*", 404, "not-found"),
    ],
)
def test_what_is_no_request_is_a_problem(
    url: str, request_line: str, headers: str, status: int, code: str
) -> None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(f"{request_line} HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n".encode())
        answer = HTTPResponse(connection, method=request_line.split()[0])
        answer.begin()
        said = json.loads(answer.read())
    assert answer.status == said["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    for name, value in HEADERS.items():
        assert answer.headers.get_all(name) == [value], name
    kind = KINDS[code]
    assert (said["type"], said["code"]) == (f"/problems/{code}", code)
    assert (said["title"], said["status"]) == (kind.title, kind.status)
    assert said["error"] == said["detail"]


def test_the_longest_token_comes_through(url: str) -> None:
    headers = {"Authorization": f"Bearer {'a' * _LONGEST_TOKEN}"}
    answer = httpx2.get(f"{url}/models", headers=headers, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (503, "not-ready"), "nobody was asked"
