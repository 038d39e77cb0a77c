"""Bearer tokens: which are accepted, and which are not."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from access.issuer import AUDIENCE, ISSUER, Issuer
from fastapi.testclient import TestClient
from waiting import wait_until

from cxr_severity.api.access import tokens
from cxr_severity.api.access.tokens import (
    KeysUnavailableError,
    TokenError,
    TokenVerifier,
    signing_keys,
)
from cxr_severity.api.app import create_app
from cxr_severity.settings import AccessSettings, ModelSettings, Settings

NO_JWKS = [
    b"no JWKS", b"\xff", b"[]", b'["keys"]', b"null", b"1", b'"keys"', b"{}", b'{"keys": 1}',
    b'{"keys": [1]}', b'{"keys": [{"kty": []}]}', b'{"keys": [{"kty": "RSA", "alg": []}]}',
    b'{"keys": [{"kty": "RSA"}]}', b'{"keys": [{"kty": "RSA", "n": 1, "e": 1}]}',
    b'{"keys": [{"kty": "EC", "x": 1, "y": 2}]}', b"[" * 9_000,
]  # fmt: skip


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def verifier(issuer: Issuer, tmp_path: Path) -> TokenVerifier:
    file = tmp_path / "jwks.json"
    file.write_text(issuer.jwks())
    return TokenVerifier(signing_keys(str(file)), AUDIENCE, ISSUER, leeway=60)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "ES384"])
def test_a_token_of_the_issuer_is_accepted(
    verifier: TokenVerifier, issuer: Issuer, algorithm: str
) -> None:
    caller = verifier.caller(issuer.token(algorithm))
    assert caller.name == "token:ris"
    assert caller.scopes == {"predict"}


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ({"scope": "metrics predict other"}, {"metrics", "predict"}),
        ({"scope": None, "scp": ["predict", "x"]}, {"predict"}),
        ({"scope": None, "scp": "metrics"}, {"metrics"}),
        ({"scope": None, "roles": ["admin"]}, {"admin"}),
        ({"scope": "predictor"}, set()),
        ({"scope": None}, set()),
        ({"scope": 5, "roles": [1, None]}, set()),
    ],
)
def test_scopes_are_read_as_the_common_providers_write_them(
    verifier: TokenVerifier, issuer: Issuer, claims: dict[str, Any], scopes: set[str]
) -> None:
    assert verifier.caller(issuer.token(**claims)).scopes == scopes


def test_clocks_may_differ_by_the_leeway(verifier: TokenVerifier, issuer: Issuer) -> None:
    now = int(time.time())
    assert verifier.caller(issuer.token(exp=now - 30))
    assert verifier.caller(issuer.token(nbf=now + 30, iat=now + 30))
    with pytest.raises(TokenError) as caught:
        verifier.caller(issuer.token(exp=now - 120))
    assert caught.value.expired
    with pytest.raises(TokenError) as caught:
        verifier.caller(issuer.token(nbf=now + 120))
    assert not caught.value.expired


@pytest.mark.parametrize(
    "claims",
    [{"iss": "https://elsewhere.example"}, {"iss": None}, {"aud": "other"}, {"aud": None},
     {"exp": None}, {"exp": "soon"}],
)  # fmt: skip
def test_a_token_for_others_or_without_an_end_is_refused(
    verifier: TokenVerifier, issuer: Issuer, claims: dict[str, Any]
) -> None:
    with pytest.raises(TokenError):
        verifier.caller(issuer.token(**claims))


def test_signatures_of_others_are_refused(verifier: TokenVerifier, issuer: Issuer) -> None:
    stranger = Issuer()
    good = issuer.token()
    head, body, signature = good.split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","kid":"r"}').rstrip(b"=").decode()
    with_secret = issuer.token("HS256", key="x" * 64)
    for token in (
        stranger.token(),
        stranger.token("ES256"),
        issuer.token("RS512"),
        issuer.token("PS512"),
        stranger.token("PS256"),
        stranger.token("ES384"),
        issuer.token("PS256", kid="e"),
        issuer.token(kid="unknown"),
        issuer.token(kid="e"),
        with_secret,
        f"{unsigned}.{body}.",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{body}",
        "x",
        "",
        "é.é.é",
        "a" * 20_000,
    ):
        with pytest.raises(TokenError):
            verifier.caller(token)


def test_the_public_key_is_not_taken_for_a_secret(issuer: Issuer, tmp_path: Path) -> None:
    """A JWKS that holds a symmetric key as well does not make HS256 acceptable."""
    secret = "s" * 64
    keys = json.loads(issuer.jwks())
    encoded = base64.urlsafe_b64encode(secret.encode()).rstrip(b"=").decode()
    keys["keys"].append({"kty": "oct", "k": encoded, "kid": "s", "alg": "HS256"})
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(keys))
    verifier = TokenVerifier(signing_keys(str(file)), AUDIENCE, ISSUER)
    with pytest.raises(TokenError):
        verifier.caller(issuer.token("HS256", kid="s", key=secret))


def test_a_file_that_changes_is_read_again(issuer: Issuer, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    verifier = TokenVerifier(signing_keys(str(file)), AUDIENCE, ISSUER)
    with pytest.raises(KeysUnavailableError):
        verifier.caller(issuer.token())
    for content in NO_JWKS:
        file.write_bytes(content)
        with pytest.raises(KeysUnavailableError, match="is not a JWKS"):
            verifier.caller(issuer.token())
    file.write_text(issuer.jwks())
    assert verifier.caller(issuer.token())


class _Provider(HTTPServer):
    content = b""
    fetched = 0
    well: threading.Event
    """Not set while it takes connections and says nothing."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Provider)
        self.server.fetched += 1
        self.server.well.wait(60)
        self.send_response(200 if self.server.content else 500)
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def handle(self) -> None:
        with suppress(OSError):  # whoever asked has left
            super().handle()


@pytest.fixture
def provider() -> Iterator[_Provider]:
    server = _Provider(("127.0.0.1", 0), _Handler)
    server.well = threading.Event()
    server.well.set()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.well.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_keys_are_fetched_seldom_and_strangers_do_not_change_that(
    issuer: Issuer, provider: _Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://127.0.0.1:{provider.server_port}/jwks"
    verifier = TokenVerifier(signing_keys(url), AUDIENCE, ISSUER)
    for _ in range(10):
        with pytest.raises(KeysUnavailableError):
            verifier.caller(issuer.token())
    assert provider.fetched == 1, "a provider that fails is not asked by every token"
    monkeypatch.setattr(tokens, "_PAUSE_SECONDS", 0)
    for provider.content in NO_JWKS:
        with pytest.raises(KeysUnavailableError, match="no JWKS"):
            verifier.caller(issuer.token())
    provider.content = issuer.jwks().encode()
    before = provider.fetched
    for _ in range(5):
        assert verifier.caller(issuer.token())
    for number in range(20):
        with pytest.raises(TokenError):
            verifier.caller(issuer.token(kid=f"unknown-{number}"))
    assert provider.fetched - before <= 2


def test_while_the_provider_hangs_strangers_hold_up_nobody_whose_key_is_known(
    issuer: Issuer, provider: _Provider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """More of them than there are threads."""
    made: list[Any] = []

    class Fetching(tokens._Fetching):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            made.append(self)

    monkeypatch.setattr(tokens, "_Fetching", Fetching)
    monkeypatch.setattr(tokens, "_PAUSE_SECONDS", 0)
    provider.content = issuer.jwks().encode()
    access = AccessSettings(
        jwks=f"http://127.0.0.1:{provider.server_port}/jwks",
        jwt_audience=AUDIENCE,
        jwt_issuer=ISSUER,
    )
    settings = Settings(access=access, model=ModelSettings(weights=tmp_path))
    with TestClient(create_app(settings)) as client, ThreadPoolExecutor(61) as pool:

        def status(token: str) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            return client.get("/limits", headers=headers).status_code

        assert status(issuer.token()) == 200
        (fetching,) = made
        fetching._last_successful_fetch = None  # as if it were long ago
        provider.well.clear()
        strangers = [pool.submit(status, issuer.token(kid=f"x{i}")) for i in range(60)]
        wait_until(lambda: provider.fetched == 2, 30)
        began = time.monotonic()
        assert pool.submit(status, issuer.token()).result(30) == 200
        assert time.monotonic() - began < 3, "the fetch that hangs takes five seconds"
        assert {stranger.result(60) for stranger in strangers} == {503}
        assert provider.fetched == 2, "after one that failed none is made for a stranger"
