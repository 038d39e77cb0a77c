"""Fields that are lists may come over several lines, and mean the same (RFC 9110, 5.3)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from problems import assert_problem
from starlette.datastructures import Headers

from cxr_severity.api.app import create_app
from cxr_severity.api.field_lines import elements, listed, weighted
from cxr_severity.api.packed import accepted
from cxr_severity.settings import Settings


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    weights = tmp_path_factory.mktemp("weights")
    with TestClient(create_app(Settings.of(weights=weights, page=Path("none")))) as client:
        yield client


def test_lines_are_joined_in_their_order() -> None:
    headers = Headers(raw=[(b"accept", b"a/b;q=0.5, c/d"), (b"x", b"y"), (b"accept", b"e/f")])
    assert listed(headers, "Accept") == "a/b;q=0.5, c/d, e/f"
    assert listed(headers, "accept-language") == ""
    assert elements(" a,, b ,") == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "wishes"),
    [
        ("", []),
        ("A/B", [("a/b", 1.0)]),
        ("a; q=0.5 ; x=y, b;x;Q = 2", [("a", 0.5), ("b", 1.0)]),
        ("a;q=often, b;q=nan, c;q=-1, d;q=", [("a", 0.0), ("b", 0.0), ("c", 0.0), ("d", 0.0)]),
    ],
)
def test_weights(value: str, wishes: list[tuple[str, float]]) -> None:
    assert weighted(value) == wishes


def test_codings_that_are_excluded() -> None:
    assert accepted("br;q=0, gzip;q=0.1, zstd;q=0.000") == {"gzip"}


def test_the_second_line_is_read_too(client: TestClient) -> None:
    malay = client.get(
        "/problems/busy", headers=[("Accept-Language", "de"), ("Accept-Language", "ms")]
    )
    assert malay.headers["content-language"] == "ms"
    tag = malay.headers["etag"]
    again = client.get(
        "/problems/busy",
        headers=[("Accept-Language", "ms"), ("If-None-Match", '"a"'), ("If-None-Match", tag)],
    )
    assert again.status_code == 304
    for path in ("/predict", "/predict/batch"):
        accept = [("Accept", "image/gif"), ("Accept", "application/x-ndjson")]
        assert client.post(path, headers=accept).status_code != 406
        assert_problem(client.post(path, headers=accept[:1]), 406, "not-acceptable")
        packed = [("Content-Encoding", "identity"), ("Content-Encoding", "gzip")]
        answer = client.post(path, headers=packed, content=b"x")
        assert_problem(answer, 415, "unsupported-encoding")
