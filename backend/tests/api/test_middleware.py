"""What fails before a request comes to a route, or never would, is a problem like any other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from problems import assert_problem
from served import connect, read_all, serving
from starlette.types import Receive, Scope, Send

from cxr_severity.api.access.control import AccessControl
from cxr_severity.api.access.tracing import RequestMarks
from cxr_severity.api.app import create_app
from cxr_severity.api.errors import PROBLEM_JSON
from cxr_severity.api.manners import Drain, PathAlone
from cxr_severity.api.oip.errors import NamedErrors
from cxr_severity.api.prefix import StablePrefix
from cxr_severity.api.response_headers import HEADERS, SecurityHeaders
from cxr_severity.api.revalidation import Revalidation
from cxr_severity.settings import Settings


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """None: nothing here comes as far as a model."""
    return tmp_path_factory.mktemp("weights")


@pytest.fixture(scope="module")
def port(weights: Path) -> Iterator[int]:
    with serving(create_app(Settings.of(weights=weights, page=Path("none")))) as port:
        yield port


@pytest.mark.parametrize("target", [b"*", b"http://x/nothing", b"//", b"/%00"])
@pytest.mark.parametrize("method", [b"OPTIONS", b"GET", b"POST"])
def test_every_form_of_a_target_is_answered(port: int, method: bytes, target: bytes) -> None:
    """RFC 9112, 3.2: what is asked for need not begin with a slash."""
    with connect(port) as connection:
        end = b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        connection.sendall(method + b" " + target + end)
        head, _, body = read_all(connection).partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, head
    assert 400 <= json.loads(body)["status"] < 500


INSIDE = (Revalidation, NamedErrors, AccessControl, PathAlone)
"""Of what counts, marks and gives headers; the others are that."""


@pytest.mark.parametrize("broken", [*INSIDE, SecurityHeaders, RequestMarks, StablePrefix, Drain])
def test_a_fault_of_a_middleware_is_told_and_counted_as_one(
    weights: Path, monkeypatch: pytest.MonkeyPatch, broken: type[Any]
) -> None:
    healthy = broken.__call__

    async def fail(self: Any, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/limits":
            raise RuntimeError("secret of patient 17")
        await healthy(self, scope, receive, send)

    monkeypatch.setattr(broken, "__call__", fail)
    app = create_app(Settings.of(weights=weights))
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/limits")
        if broken in INSIDE:
            assert_problem(answer, 500, "internal-error")
        assert answer.status_code == 500
        assert answer.headers["content-type"] == PROBLEM_JSON
        assert answer.json()["code"] == "internal-error"
        assert all(answer.headers[name] == value for name, value in HEADERS.items())
        assert "secret" not in answer.text
        counted = client.get("/metrics").text
    assert 'status="499"' not in counted
    request = 'cxr_http_requests_total{method="GET",route="/limits",status="500"} 1.0'
    assert (request in counted) == (broken not in (StablePrefix, Drain)), "outside of the counting"
    assert ('cxr_problems_total{code="internal-error"} 1.0' in counted) == (broken in INSIDE)
