"""What callers are told whose credential is of the other kind, or cannot be looked up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from access.issuer import AUDIENCE, ISSUER, Issuer
from fastapi.testclient import TestClient
from problems import assert_problem
from waiting import until_ready

from cxr_severity.api.access.keys import KeyFile
from cxr_severity.api.app import create_app, registry_of
from cxr_severity.service.registry import ModelRegistry
from cxr_severity.settings import AccessSettings, Settings


@pytest.fixture(scope="module")
def registry(random_version: Path) -> ModelRegistry:
    return registry_of(Settings.of(weights=random_version.parent))


@contextmanager
def service(registry: ModelRegistry, access: AccessSettings) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(access=access), registry)) as client:
        until_ready(client)
        yield client


def test_a_key_is_not_accepted_where_tokens_alone_are(
    registry: ModelRegistry, tmp_path: Path
) -> None:
    issuer = Issuer()
    (tmp_path / "jwks.json").write_text(issuer.jwks())
    access = AccessSettings(
        jwks=str(tmp_path / "jwks.json"), jwt_audience=AUDIENCE, jwt_issuer=ISSUER
    )
    with service(registry, access) as client:
        answer = client.get("/models", headers={"X-API-Key": "cxr_0_x"})
        body = assert_problem(answer, 401, "credentials-invalid")
        assert body["detail"] == "API keys are not accepted here."
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        # Beside a token it does not matter: a proxy may add one to every request.
        both = {"X-API-Key": "x", "Authorization": f"Bearer {issuer.token()}"}
        assert client.get("/models", headers=both).status_code == 200
        assert_problem(client.get("/models"), 401, "credentials-missing")


def test_a_token_is_not_accepted_where_keys_alone_are(
    registry: ModelRegistry, tmp_path: Path
) -> None:
    with service(registry, AccessSettings(keys=tmp_path / "keys.json")) as client:
        answer = client.get("/models", headers={"Authorization": f"Bearer {Issuer().token()}"})
        body = assert_problem(answer, 401, "credentials-invalid")
        assert body["detail"] == "Bearer tokens are not accepted here."


def test_where_no_key_can_be_checked_nobody_is_sent(
    registry: ModelRegistry, tmp_path: Path
) -> None:
    file = tmp_path / "keys.json"
    key = {"X-API-Key": KeyFile(file).add("pacs")}
    with service(registry, AccessSettings(keys=file)) as client:
        assert client.get("/models", headers=key).status_code == 200
        kept = file.read_text()
        file.write_text("{")
        refused = client.get("/models", headers=key)
        body = assert_problem(refused, 503, "not-ready")
        assert refused.headers["retry-after"] == "5"
        ready = client.get("/health/ready")
        assert assert_problem(ready, 503, "not-ready")["detail"] == body["detail"]
        assert client.get("/v2/health/ready").status_code == 503
        assert client.get("/health/live").status_code == 200, "a restart would not help"
        file.write_text(json.dumps(json.loads(kept)))
        assert client.get("/health/ready").status_code == 200
        assert client.get("/models", headers=key).status_code == 200
        file.unlink()
        assert client.get("/health/ready").status_code == 200, "no file is a file without keys"
