"""The page's files travel packed to whoever takes them so, and whole to everyone else."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from cxr_severity.api.packed import accepted
from cxr_severity.api.page import install, public

SCRIPT = b"export const page = 1;\n" * 200


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_bytes(b"<!doctype html>")
    (tmp_path / "sw.js").write_bytes(SCRIPT)
    (tmp_path / "sw.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "x.js").write_bytes(SCRIPT)
    (assets / "x.js.gz").write_bytes(gzip.compress(SCRIPT))
    # Not real brotli: no client here reads it, and what counts is which bytes are sent.
    (assets / "x.js.br").write_bytes(b"brotli")
    (assets / "plain.js").write_bytes(SCRIPT)
    app = FastAPI()
    install(app, tmp_path)
    return TestClient(app)


@pytest.mark.parametrize(
    ("header", "codings"),
    [
        ("gzip, br", {"gzip", "br"}),
        ("gzip;q=0.5, BR ; q=1.0", {"gzip", "br"}),
        ("br;q=0, gzip", {"gzip"}),
        ("br;q=0.000", set()),
        ("", set()),
    ],
)
def test_an_accept_encoding_names_codings(header: str, codings: set[str]) -> None:
    assert accepted(header) == codings


@pytest.mark.parametrize("path", ["/assets/x.js", "/sw.js"])
def test_gzip_for_whoever_takes_it(client: TestClient, path: str) -> None:
    response = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["vary"] == "Accept-Encoding"
    assert int(response.headers["content-length"]) < len(SCRIPT)
    assert response.content == SCRIPT


def test_brotli_first(client: TestClient) -> None:
    with client.stream("GET", "/assets/x.js", headers={"Accept-Encoding": "gzip, br"}) as response:
        assert response.headers["content-encoding"] == "br"
        assert b"".join(response.iter_raw()) == b"brotli"
        assert "immutable" in response.headers["cache-control"]


@pytest.mark.parametrize("path", ["/assets/x.js", "/assets/plain.js", "/sw.js"])
def test_whole_for_everyone_else(client: TestClient, path: str) -> None:
    response = client.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in response.headers
    assert response.content == SCRIPT
    assert int(response.headers["content-length"]) == len(SCRIPT)


def test_what_was_sent_already_is_not_sent_again(client: TestClient) -> None:
    packed = {"Accept-Encoding": "gzip"}
    etag = client.get("/assets/x.js", headers=packed).headers["etag"]
    again = client.get("/assets/x.js", headers=packed | {"If-None-Match": etag})
    assert again.status_code == 304
    # Another coding is another representation.
    whole = {"Accept-Encoding": "identity", "If-None-Match": etag}
    assert client.get("/assets/x.js", headers=whole).status_code == 200


def test_packed_files_have_no_address_of_their_own(client: TestClient, tmp_path: Path) -> None:
    assert client.get("/sw.js.gz").status_code == 404
    assert "sw.js" in public(tmp_path)
