"""Who is let in, what they are told, and what is noted of it."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from access.issuer import AUDIENCE, ISSUER, Issuer
from fastapi import FastAPI
from fastapi.testclient import TestClient
from problems import assert_problem
from support import SAMPLES
from waiting import until_ready

from cxr_severity.api.access.audit import AUDIT
from cxr_severity.api.access.control import needed
from cxr_severity.api.access.keys import KeyFile
from cxr_severity.api.app import create_app, registry_of
from cxr_severity.service.registry import ModelRegistry
from cxr_severity.settings import AccessSettings, Settings

IMAGE = SAMPLES[0].read_bytes()
FORM = {"file": ("patient-name.png", IMAGE)}
QUERY = {"explain": "false", "force": "true"}


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def registry(random_version: Path) -> ModelRegistry:
    """Shared, so that the version is loaded once."""
    return registry_of(Settings.of(weights=random_version.parent))


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys.json")


@pytest.fixture
def locked(
    registry: ModelRegistry, tmp_path: Path, keys: KeyFile, issuer: Issuer
) -> Iterator[TestClient]:
    (tmp_path / "jwks.json").write_text(issuer.jwks())
    access = AccessSettings(
        keys=tmp_path / "keys.json",
        jwks=str(tmp_path / "jwks.json"),
        jwt_audience=AUDIENCE,
        jwt_issuer=ISSUER,
        rate=3,
    )
    with TestClient(create_app(Settings(access=access), registry)) as client:
        until_ready(client)
        yield client


@pytest.fixture
def open_to_all(registry: ModelRegistry) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(), registry)) as client:
        until_ready(client)
        yield client


def test_without_key_or_token_only_what_tells_nothing_is_open(locked: TestClient) -> None:
    for path in ("/health/live", "/health/ready", "/docs", "/openapi.json", "/problems/busy"):
        assert locked.get(path).status_code == 200, path
    for method, path in (
        ("POST", "/predict"),
        ("GET", "/predict"),
        ("GET", "/models"),
        ("GET", "/models/0.9.0"),
        ("GET", "/metrics"),
        ("GET", "/what-may-come"),
        ("POST", "/docs"),
        ("POST", "/"),
        ("GET", "/healthy"),
    ):
        answer = locked.request(method, path)
        assert_problem(answer, 401, "credentials-missing")
        assert answer.headers["www-authenticate"] == 'Bearer realm="cxr-severity"'


def test_a_key_opens_what_its_scopes_name(locked: TestClient, keys: KeyFile) -> None:
    predicting = {"X-API-Key": keys.add("pacs")}
    measuring = {"X-API-Key": keys.add("prometheus", ("metrics",))}
    answer = locked.post("/predict", files=FORM, params=QUERY, headers=predicting)
    assert answer.status_code == 200, answer.text
    answer = locked.post("/predict", files=FORM, headers=measuring)
    body = assert_problem(answer, 403, "scope-missing")
    assert "predict" in body["detail"]
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert_problem(locked.get("/metrics", headers=predicting), 403, "scope-missing")
    assert locked.get("/metrics", headers=measuring).status_code in (200, 404)
    wrong = {"X-API-Key": predicting["X-API-Key"][:-1]}
    assert_problem(locked.get("/models", headers=wrong), 401, "credentials-invalid")
    keys.revoke("pacs")
    assert_problem(locked.get("/models", headers=predicting), 401, "credentials-invalid")


def test_a_token_opens_what_its_scopes_name(locked: TestClient, issuer: Issuer) -> None:
    def bearer(token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    assert locked.get("/models", headers=bearer(issuer.token("ES256"))).status_code == 200
    expired = locked.get("/models", headers=bearer(issuer.token(exp=1)))
    assert_problem(expired, 401, "credentials-expired")
    assert 'error="invalid_token"' in expired.headers["www-authenticate"]
    foreign = locked.get("/models", headers=bearer(Issuer().token()))
    assert_problem(foreign, 401, "credentials-invalid")
    nothing = locked.get("/models", headers=bearer(issuer.token(scope="openid")))
    assert_problem(nothing, 403, "scope-missing")
    basic = locked.get("/models", headers={"Authorization": "Basic YTpi"})
    assert_problem(basic, 401, "credentials-missing")


def test_a_caller_over_the_rate_is_told_when_to_come_back(
    locked: TestClient, keys: KeyFile
) -> None:
    first, second = ({"X-API-Key": keys.add(name)} for name in ("a", "b"))
    for left in (2, 1, 0):
        answer = locked.post("/predict", headers=first)
        assert_problem(answer, 422, "missing-field")
        assert answer.headers["ratelimit-policy"] == '"images";q=3;w=60'
        assert answer.headers["ratelimit"].startswith(f'"images";r={left};t=')
    refused = locked.post("/predict", files=FORM, headers=first)
    assert_problem(refused, 429, "rate-limited")
    assert 0 < int(refused.headers["retry-after"]) <= 20
    assert refused.headers["ratelimit"].startswith('"images";r=0;t=')
    assert locked.get("/models", headers=first).status_code == 200, "reading costs nothing"
    assert_problem(locked.post("/predict", headers=second), 422, "missing-field")


def test_what_nobody_looks_at_does_not_count(
    locked: TestClient, keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a wrong address nor a service that is busy takes images from a caller."""
    caller = {"X-API-Key": keys.add("a")}
    asked = [
        ("/predict/", {}, 307),
        ("/nothing", {}, 404),
        ("/predict?version=9.9.9", {}, 404),
        ("/health", {}, 404),
        ("/models", {}, 405),
        ("/predict", {"Accept": "image/gif"}, 406),
        ("/predict", {"Content-Type": "text/plain"}, 415),
        ("/predict", {"Content-Encoding": "gzip"}, 415),
    ]
    for path, headers, status in asked:
        answer = locked.post(
            path, headers={**caller, **headers}, content=b"x", follow_redirects=False
        )
        assert answer.status_code == status, (path, answer.text)
    app = locked.app
    assert isinstance(app, FastAPI)
    monkeypatch.setattr(app.state.service.admission, "taken", 10_000)
    busy = locked.post("/predict", files=FORM, headers=caller)
    assert_problem(busy, 503, "busy")
    assert busy.headers["ratelimit"].startswith('"images";r=3;t=0')
    monkeypatch.setattr(app.state.service.admission, "taken", 0)
    for left in (2, 1, 0):
        answer = locked.post("/predict", headers=caller)
        assert answer.headers["ratelimit"].startswith(f'"images";r={left};t=')


def test_a_file_of_keys_that_cannot_be_read_lets_nobody_in(
    locked: TestClient, keys: KeyFile, tmp_path: Path
) -> None:
    key = {"X-API-Key": keys.add("pacs")}
    assert locked.get("/models", headers=key).status_code == 200
    (tmp_path / "keys.json").write_text("{")
    assert_problem(locked.get("/models", headers=key), 503, "not-ready")
    (tmp_path / "keys.json").unlink()
    assert_problem(locked.get("/models", headers=key), 401, "credentials-invalid")


def test_refusals_speak_the_callers_language(locked: TestClient) -> None:
    answer = locked.get("/models", headers={"Accept-Language": "ms"})
    assert answer.json()["title"] == "Pemanggil tidak menyatakan siapa mereka"


def test_paths_of_other_scopes_are_named() -> None:
    assert needed("/metrics") == "metrics"
    assert needed("/predict/batch") == needed("/v2/models/x/infer") == "predict"


def test_a_request_id_is_taken_over_or_made(open_to_all: TestClient) -> None:
    for given in ("abc-123", "A/b+c=d~e:f@g.h_i", "x" * 128):
        answer = open_to_all.get("/nothing", headers={"X-Request-ID": given})
        assert answer.headers["x-request-id"] == given
        assert answer.json()["request_id"] == given
    for given in (
        "",
        "x" * 129,
        "a b",
        "a\tb",
        "é".encode("latin-1").decode("latin-1"),
        "-a",
        "{}",
    ):
        made = open_to_all.get("/health/live", headers=[(b"x-request-id", given.encode("latin-1"))])
        assert re.fullmatch(r"[0-9a-f-]{36}", made.headers["x-request-id"]), given


def test_a_valid_traceparent_is_passed_on(open_to_all: TestClient) -> None:
    good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = open_to_all.get("/health/live", headers={"traceparent": good})
    assert answer.headers["traceparent"] == good
    for bad in (good[:-1], good.upper(), "ff" + good[2:], f"00-{'0' * 32}-{good[36:]}", "x"):
        answer = open_to_all.get("/health/live", headers={"traceparent": bad})
        assert "traceparent" not in answer.headers, bad


def _lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(r.getMessage()) for r in caplog.records if r.name == AUDIT]


def test_each_judgement_is_one_line_that_tells_nothing_of_the_patient(
    open_to_all: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, AUDIT)
    headers = {"X-Request-ID": "one", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    judged = open_to_all.post("/predict", files=FORM, params=QUERY, headers=headers)
    assert judged.status_code == 200
    (line,) = _lines(caplog)
    duration = line.pop("duration_ms")
    assert isinstance(duration, float)
    assert duration > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", str(line.pop("time")))
    assert line == {
        "event": "judgement",
        "caller": "address:testclient",
        "request_id": "one",
        "trace_id": "a" * 32,
        "sha256": hashlib.sha256(IMAGE).hexdigest(),
        "version": "0.9.0",
        "outcome": "judged",
        "code": None,
        "findings": [finding["code"] for finding in judged.json()["quality"]["findings"]],
    }


def test_what_is_refused_is_noted_too(
    open_to_all: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, AUDIT)
    open_to_all.post("/predict", files={"file": ("x", b"nonsense")})
    (line,) = _lines(caplog)
    assert (line["outcome"], line["code"]) == ("refused", "not-an-image")
    assert line["sha256"] == hashlib.sha256(b"nonsense").hexdigest()


def test_a_key_may_come_as_a_bearers_credential(locked: TestClient, keys: KeyFile) -> None:
    """The challenge asks for one, and the documentation says so."""
    key = keys.add("reader")
    answer = locked.get("/models", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    wrong = locked.get("/models", headers={"Authorization": f"Bearer {key[:-1]}"})
    assert_problem(wrong, 401, "credentials-invalid")
