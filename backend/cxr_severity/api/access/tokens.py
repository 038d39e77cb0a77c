"""Bearer tokens: JWTs (RFC 7519) that an identity provider signed, verified by its public keys."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import jwt
from jwt import PyJWK, PyJWKClient, PyJWKSet

from cxr_severity.api.access.callers import SCOPES, Caller, Scope, known_by_token

_OF_RSA = ["RS256", "PS256"]
_OF_KEY = {"RS256": _OF_RSA, "PS256": _OF_RSA, "ES256": ["ES256"], "ES384": ["ES384"]}
"""By a key's algorithm, those that it may have signed with: the library takes an RSA key that names
none for one of `RS256`. Asymmetric ones alone: with `HS256` a public key could be taken for the
secret."""
_FETCH_SECONDS = 5
_PAUSE_SECONDS = 2
"""After a fetch that failed."""
_STRANGE_SECONDS = 30
"""After any fetch, until one is made for the sake of a `kid` that is not known."""
_LONGEST_TOKEN = 16_384
_NO_JWKS = (jwt.PyJWTError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What the library makes of other JSON than a JWKS, or of no JSON."""


class TokenError(Exception):
    """The token is not accepted; it is expired when `expired`."""

    def __init__(self, reason: str, *, expired: bool = False) -> None:
        self.expired = expired
        super().__init__(reason)


class KeysUnavailableError(Exception):
    """The provider's keys could not be had, so that nothing can be said of the token."""


class SigningKeys(Protocol):
    def waits(self, token: str, /) -> bool:
        """Whether `of` may have to fetch for this token, for seconds. Does not block."""

    def of(self, token: str) -> PyJWK:
        """The key that signed it, by its `kid`. May block.

        Raises:
            TokenError: when there is no such key.
            KeysUnavailableError: when the keys cannot be had.
        """


class TokenVerifier:
    """Accepts tokens of one issuer for one audience."""

    def __init__(self, keys: SigningKeys, audience: str, issuer: str, leeway: float = 60) -> None:
        """`leeway`: seconds by which the clocks of issuer and service may differ."""
        self._keys = keys
        self._audience = audience
        self._issuer = issuer
        self._leeway = leeway

    def waits(self, token: str) -> bool:
        """Whether `caller` may have to wait for the identity provider. Does not block."""
        return len(token) <= _LONGEST_TOKEN and self._keys.waits(token)

    def caller(self, token: str) -> Caller:
        """The caller that the token names. May block while keys are fetched.

        Raises:
            TokenError: when it is malformed, expired, or not for this service.
            KeysUnavailableError: when the provider's keys cannot be had.
        """
        if len(token) > _LONGEST_TOKEN:
            raise TokenError("it is too long")
        key = self._keys.of(token)
        algorithms = _OF_KEY.get(key.algorithm_name)
        if algorithms is None:
            raise TokenError("its key is of no algorithm that is accepted")
        try:
            claims = jwt.decode(
                token,
                key.key,
                algorithms=algorithms,
                audience=self._audience,
                issuer=self._issuer,
                leeway=self._leeway,
                options={"require": ["exp", "aud", "iss"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenError("it has expired", expired=True) from error
        except jwt.PyJWTError as error:
            raise TokenError(type(error).__name__) from error
        return known_by_token(_subject(claims), _scopes(claims))


def signing_keys(source: str) -> SigningKeys:
    """Keys from a JWKS (RFC 7517) at a URL, or in a file."""
    return _KeysAtUrl(source) if "://" in source else _KeysInFile(Path(source))


class _KeysAtUrl:
    """Fetched once in five minutes, and sooner for a `kid` that is new, but not more often than
    every half minute, so that tokens of strangers do not make the service a burden to others."""

    def __init__(self, url: str) -> None:
        self._client = _Fetching(
            url, timeout=_FETCH_SECONDS, lifespan=300, cooldown_duration=_STRANGE_SECONDS
        )

    def waits(self, token: str) -> bool:
        try:
            return self._client.known(jwt.get_unverified_header(token).get("kid")) is None
        except jwt.PyJWTError:
            return False  # it is refused without a key

    def of(self, token: str) -> PyJWK:
        try:
            return self._client.get_signing_key_from_jwt(token)
        except jwt.PyJWTError as error:
            raise TokenError(type(error).__name__) from error


class _Fetching(PyJWKClient):
    """The library's, which counts no fetch that failed, and looks for keys that it has under the
    lock that it fetches under: while the provider hangs, tokens of strangers would make all others
    wait."""

    _failed = -math.inf

    def known(self, kid: Any) -> PyJWK | None:
        """The key, where it is at hand and not too old. Takes no lock: a set is replaced, and never
        changed."""
        cached = self.jwk_set_cache.get() if self.jwk_set_cache is not None else None
        if cached is None:
            return None
        return self.match_kid(self._get_signing_keys_from_jwk_set(cached), kid)

    def get_signing_key(self, kid: str) -> PyJWK:
        return self.known(kid) or super().get_signing_key(kid)

    def get_jwk_set(self, refresh: bool = False) -> PyJWKSet:
        """`refresh`: for a `kid` that is not in the set at hand. Raises KeysUnavailableError."""
        if refresh and time.monotonic() - self._failed < _STRANGE_SECONDS:
            raise KeysUnavailableError("keys for a new `kid` could not be had a while ago")
        return super().get_jwk_set(refresh)

    def fetch_data(self) -> Any:
        """Raises KeysUnavailableError."""
        if time.monotonic() - self._failed < _PAUSE_SECONDS:
            raise KeysUnavailableError("the last fetch failed a moment ago")
        try:
            return super().fetch_data()
        except (jwt.PyJWKClientConnectionError, OSError) as error:
            self._failed = time.monotonic()
            raise KeysUnavailableError(str(error)) from error
        except _NO_JWKS as error:
            self._failed = time.monotonic()
            raise KeysUnavailableError("there is no JWKS at that address") from error


class _KeysInFile:
    """Read again when the file changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._keys: list[PyJWK] = []

    def waits(self, _: str, /) -> bool:
        return False

    def of(self, token: str) -> PyJWK:
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError as error:
            raise TokenError(type(error).__name__) from error
        found = [key for key in self._read() if kid in (None, key.key_id)]
        if len(found) != 1:
            raise TokenError("no key of the provider has its kid")
        return found[0]

    def _read(self) -> list[PyJWK]:
        try:
            status = self._path.stat()
            seen = (status.st_mtime_ns, status.st_size)
            if seen != self._seen:
                found = PyJWKSet.from_json(self._path.read_text(encoding="utf-8"))
                self._keys = [key for key in found.keys if key.public_key_use in ("sig", None)]
                self._seen = seen
        except OSError as error:
            raise KeysUnavailableError(f"{self._path}: {error.strerror}") from error
        except _NO_JWKS as error:
            raise KeysUnavailableError(f"{self._path} is not a JWKS") from error
        return self._keys


def _subject(claims: Mapping[str, Any]) -> str:
    """The client or person that the token was given to."""
    for name in ("sub", "client_id", "azp"):
        value = claims.get(name)
        if isinstance(value, str) and value:
            return value
    return "unnamed"


def _scopes(claims: Mapping[str, Any]) -> list[Scope]:
    """From `scope` (RFC 8693), `scp` and `roles`, as the common providers write them."""
    granted: set[str] = set()
    for name in ("scope", "scp", "roles"):
        value = claims.get(name)
        if isinstance(value, str):
            granted.update(value.split())
        elif isinstance(value, Iterable):
            granted.update(item for item in value if isinstance(item, str))
    return [scope for scope in SCOPES if scope in granted]
