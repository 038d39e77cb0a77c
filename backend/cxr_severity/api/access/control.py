"""Admits those who may call, before any of their request is read."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.accept_language import language_of
from cxr_severity.api.access import callers, keys, tokens
from cxr_severity.api.access.callers import Caller
from cxr_severity.api.access.rate import Allowance, RateLimit
from cxr_severity.api.errors import ApiError, response_of
from cxr_severity.api.names import first_part
from cxr_severity.settings import AccessSettings

logger = logging.getLogger(__name__)

_UNSEEN = frozenset((307, 404, 405, 406, 413, 415, 503))
"""Statuses of requests whose images nobody has looked at, and which do not count."""

_STATE = "cxr_severity.granted"
_HEALTH = ("/health", "/v2/health")
_CHALLENGE = 'Bearer realm="cxr-severity"'
# RFC 6750, 3: the error is named only to callers who showed a credential.
_INVALID = {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'}


@dataclass(frozen=True, slots=True)
class Doors:
    """How callers are known, and how often they may call. `keys` and `tokens` are None where
    nobody has to say who they are; `rate` where all may call as often as they like."""

    keys: keys.KeyFile | None = None
    tokens: tokens.TokenVerifier | None = None
    rate: RateLimit | None = None

    @classmethod
    def build(cls, settings: AccessSettings) -> Doors:
        verifier = None
        if settings.jwks is not None:
            verifier = tokens.TokenVerifier(
                tokens.signing_keys(settings.jwks),
                # The settings see to it that both are there; were they not, nobody would get in.
                str(settings.jwt_audience),
                str(settings.jwt_issuer),
                settings.jwt_leeway,
            )
        return cls(
            keys=None if settings.keys is None else keys.KeyFile(settings.keys),
            tokens=verifier,
            rate=None if settings.rate is None else RateLimit(settings.rate),
        )

    @property
    def locked(self) -> bool:
        """Whether callers must say who they are."""
        return self.keys is not None or self.tokens is not None


@dataclass(slots=True)
class Granted:
    """A request that was let in."""

    caller: Caller
    rate: RateLimit | None
    allowance: Allowance | None = None
    """What the caller has left since images were last counted for this request."""
    taken: int = 0
    """Images that this request has counted as."""
    begun: bool = False
    """Whether images of several have been looked at: what one of them fails with then says nothing
    of the others, and the request counts whatever its status."""

    def take(self, images: int, already: int = 0) -> Allowance:
        """Count this many further images against the caller. `already`: as of `RateLimit.take`."""
        if self.rate is None:
            return Allowance(0, 0, 0)
        found = self.rate.take(self.caller.name, images, already)
        if not found.wait:
            self.allowance = found
            self.taken += images
        return found

    def give_back(self) -> None:
        """It counts as nothing."""
        if self.rate is not None and self.taken:
            self.allowance = self.rate.give_back(self.caller.name, self.taken)
            self.taken = 0

    def take_the_rest_or_refuse(self, images: int) -> None:
        """Count the images of the request, of which it has counted as one itself.

        Raises:
            ApiError: `rate-limited`.
        """
        allowance = self.take(images - 1, already=1)
        if self.rate is not None and allowance.wait:
            raise ApiError("rate-limited", RATE_LIMITED, self.rate.headers(allowance))

    async def take_or_wait(self, images: int = 1) -> None:
        """For callers whose request goes on: they wait until the images are theirs."""
        while wait := self.take(images).wait:
            await anyio.sleep(wait)


RATE_LIMITED = "The limit of images a minute is reached."


def granted(connection: HTTPConnection) -> Granted:
    """What `AccessControl` found out about the request."""
    return cast(Granted, connection.scope[_STATE])


class AccessControl:
    """Demands a key or a token with the scope that the path needs, and holds callers to their rate.

    Open to all are health, and the files that are the same for everyone: the page, the
    documentation and the catalogue of problems. Everything else, known or not, is locked.
    """

    def __init__(self, app: ASGIApp, doors: Doors, public: Collection[str]) -> None:
        """`public`: first parts of paths that are open for reading, such as `docs`."""
        self._app = app
        self._doors = doors
        self._public = frozenset(public)
        self._fetching = anyio.CapacityLimiter(1)
        """Of tokens whose keys have to be fetched, which is done one by one anyway: while the
        provider hangs they would take all threads that others need."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        caller = callers.known_by_address(scope["client"][0] if scope.get("client") else "?")
        rate = self._doors.rate
        allowance: Allowance | None = None
        try:
            if not self._is_open(scope):
                if self._doors.locked:
                    caller = await self._caller(headers)
                    _check_scope(caller, needed(scope["path"]))
                if rate is not None and scope["method"] == "POST":
                    allowance = rate.take(caller.name)
                    if allowance.wait:
                        raise ApiError("rate-limited", RATE_LIMITED, rate.headers(allowance))
        except ApiError as error:
            await response_of(error, language_of(scope))(scope, receive, send)
            return

        async def with_rate(message: Message) -> None:
            if message["type"] == "http.response.start" and rate and let_in.allowance:
                if message["status"] in _UNSEEN and not let_in.begun:
                    let_in.give_back()
                answer = MutableHeaders(scope=message)
                for name, value in rate.headers(let_in.allowance).items():
                    answer.setdefault(name, value)
            await send(message)

        scope[_STATE] = let_in = Granted(caller, rate, allowance, int(allowance is not None))
        await self._app(scope, receive, with_rate if allowance else send)

    def _is_open(self, scope: Scope) -> bool:
        path: str = scope["path"]
        if any(path == start or path.startswith(f"{start}/") for start in _HEALTH):
            return True
        reading = scope["method"] in ("GET", "HEAD")
        return reading and first_part(path) in self._public

    async def _caller(self, headers: Headers) -> Caller:
        """Raises ApiError when no credential is shown, or none that is accepted."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        bearer = token.strip() if kind.lower() == "bearer" else None
        key = headers.get("x-api-key")
        if key is None and bearer is not None and bearer.startswith(keys.BEGINS):
            key = bearer  # as the challenge asks for a bearer's credential
        if key is not None and self._doors.keys is not None:
            try:
                found = self._doors.keys.caller(key)
            except keys.KeyFileError as error:
                logger.error("no key can be checked: %s", error)
                raise ApiError("not-ready", keys.UNREADABLE, {"Retry-After": "5"}) from None
            if found is None:
                raise ApiError(
                    "credentials-invalid", "The API key is not known or not valid.", _INVALID
                )
            return found
        if bearer is not None and self._doors.tokens is not None:
            return await self._bearer(self._doors.tokens, bearer)
        if key is not None:
            raise ApiError("credentials-invalid", "API keys are not accepted here.", _INVALID)
        if bearer is not None:
            raise ApiError("credentials-invalid", "Bearer tokens are not accepted here.", _INVALID)
        raise ApiError(
            "credentials-missing",
            "The request carries no API key and no bearer token.",
            {"WWW-Authenticate": _CHALLENGE},
        )

    async def _bearer(self, verifier: tokens.TokenVerifier, token: str) -> Caller:
        try:
            # In a thread: the keys may have to be fetched, or their file read.
            limiter = self._fetching if verifier.waits(token) else None
            return await anyio.to_thread.run_sync(verifier.caller, token, limiter=limiter)
        except tokens.TokenError as error:
            logger.info("a token is not accepted: %s", error)
            if error.expired:
                raise ApiError("credentials-expired", "The token has expired.", _INVALID) from None
            raise ApiError(
                "credentials-invalid", "The token is not accepted here.", _INVALID
            ) from None
        except tokens.KeysUnavailableError as error:
            logger.error("no token can be verified: %s", error)
            raise ApiError(
                "not-ready",
                "Not ready: the keys that tokens are verified with cannot be had.",
                {"Retry-After": "5"},
            ) from None


def needed(path: str) -> callers.Scope:
    """The scope that a path asks for."""
    return "metrics" if first_part(path) == "metrics" else "predict"


def _check_scope(caller: Caller, scope: callers.Scope) -> None:
    if not caller.may(scope):
        raise ApiError(
            "scope-missing",
            "The scope {scope} is needed.",
            {"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{scope}"'},
            scope=scope,
        )
