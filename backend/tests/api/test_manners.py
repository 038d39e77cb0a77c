"""HEAD, redirects, caches and pages of other origins, as HTTP has them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from problems import assert_problem

from cxr_severity.api.app import create_app
from cxr_severity.settings import Settings

ORIGIN = "https://other.example"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("service")
    page = folder / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>")
    (page / "assets" / "a.js").write_text("1")
    settings = Settings.of(weights=folder, page=page, cors_origins=[ORIGIN])
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.mark.parametrize("path", ["/health/live", "/problems", "/", "/assets/a.js", "/v1/models"])
def test_what_may_be_read_may_be_asked_for_by_head(client: TestClient, path: str) -> None:
    refused = client.put(path)
    assert refused.status_code == 405
    assert set(refused.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert client.put("/predict").headers["allow"] == "POST"


def test_a_parameter_that_is_given_twice_is_refused_whatever_it_says(client: TestClient) -> None:
    for path in ("/predict?force=true&force=false", "/predict/batch?force=true&force=true"):
        body = assert_problem(client.post(path), 422, "invalid-request")
        assert body["detail"] == "`force` may be given once only."


@pytest.mark.parametrize("path", ["/", "/assets/a.js"])
def test_files_are_sent_whole_and_once(client: TestClient, path: str) -> None:
    first = client.get(path, headers={"Range": "bytes=0-0"})
    assert first.status_code == 200
    assert "accept-ranges" not in first.headers
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/limits/?a=a%2Fb&x=%25", "/limits?a=a%2Fb&x=%25"),
        ("/problems/", "/problems"),
        ("/models/a%2525b/", "/models/a%2525b"),
        ("/models/a%3Fb%23c/", "/models/a%3Fb%23c"),
        ("/v1/models/a%2525b/", "/v1/models/a%2525b"),
    ],
)
def test_a_redirect_repeats_the_path_as_it_was_sent(
    client: TestClient, asked: str, led: str
) -> None:
    answer = client.get(asked, follow_redirects=False)
    assert (answer.status_code, answer.headers.get("location")) == (307, led)


def test_pages_of_other_origins_may_ask_by_head_and_read_what_they_need(client: TestClient) -> None:
    preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": "HEAD"}
    assert client.options("/models", headers=preflight).status_code == 200
    exposed = client.get("/limits", headers={"Origin": ORIGIN}).headers
    names = exposed["access-control-expose-headers"].lower().split(", ")
    assert {"www-authenticate", "inference-header-content-length", "retry-after"} <= set(names)


def test_an_encoding_of_no_body_is_no_fault(client: TestClient) -> None:
    assert client.get("/health/live", headers={"Content-Encoding": "gzip"}).status_code == 200
