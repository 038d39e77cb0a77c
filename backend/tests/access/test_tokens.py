"""Bearer tokens: which are accepted, and which are not."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from access.issuer import AUDIENCE, ISSUER, Issuer

from cxr_severity.api.access import tokens
from cxr_severity.api.access.tokens import (
    KeysUnavailableError,
    TokenError,
    TokenVerifier,
    signing_keys,
)

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


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Provider)
        self.server.fetched += 1
        self.send_response(200 if self.server.content else 500)
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def provider() -> Iterator[_Provider]:
    server = _Provider(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
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
