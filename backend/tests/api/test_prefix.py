"""Who comes by `/v1` stays there; and pages of other origins are told no in the one form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from problems import assert_problem
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.settings import Settings

VIEWER = "https://viewer.example"


@pytest.fixture(scope="module")
def client(random_version: Path) -> Iterator[TestClient]:
    app = create_app(Settings.of(weights=random_version.parent, cors_origins=[VIEWER]))
    with TestClient(app, follow_redirects=False) as client:
        until_ready(client)
        yield client


@pytest.mark.parametrize("prefix", ["", "/v1"])
def test_what_leads_on_stays_below_the_prefix(client: TestClient, prefix: str) -> None:
    moved = client.get(f"{prefix}/models/?x=1")
    assert moved.status_code == 307
    assert moved.headers["location"] == f"{prefix}/models?x=1"
    film = client.post(f"{prefix}/predict/", headers={"Host": "hospital.example:8443"})
    assert (film.status_code, film.headers["location"]) == (307, f"{prefix}/predict")
    details = client.get(f"{prefix}/models/0.9.0").json()
    assert details["card"] == f"{prefix}/models/0.9.0/card"
    assert client.get(details["card"]).text.startswith("# Model card")


def test_what_is_refused_before_it_is_read_may_be_read_by_a_page_that_is_allowed(
    client: TestClient,
) -> None:
    headers = {"Origin": VIEWER, "Content-Encoding": "gzip"}
    answer = client.post("/predict", headers=headers)
    assert_problem(answer, 415, "unsupported-encoding")
    assert answer.headers["access-control-allow-origin"] == VIEWER


def test_a_preflight_that_is_refused_is_a_problem(client: TestClient) -> None:
    def ask(origin: str, method: str, language: str = "en") -> tuple[int, dict[str, str], str]:
        headers = {"Origin": origin, "Access-Control-Request-Method": method}
        answer = client.options("/predict", headers={**headers, "Accept-Language": language})
        if answer.status_code != 200:
            body = assert_problem(answer, 422, "invalid-request")
            return answer.status_code, dict(answer.headers), body["detail"]
        return 200, dict(answer.headers), answer.text

    status, headers, _ = ask(VIEWER, "POST")
    assert (status, headers["access-control-allow-origin"]) == (200, VIEWER)
    status, headers, detail = ask("https://elsewhere.example", "POST")
    assert (status, "access-control-allow-origin" in headers) == (422, False)
    assert "CXR_CORS_ORIGINS" in detail
    assert "origin" in headers["vary"].lower()
    assert ask(VIEWER, "DELETE")[0] == 422
    assert ask("https://elsewhere.example", "POST", "ms")[2].startswith("Halaman daripada")
