"""Manners of HTTP that hold for every route: HEAD, redirects, a body that nobody read, its
encoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import anyio
from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.accept_language import language_of
from cxr_severity.api.errors import ApiError, problem
from cxr_severity.api.field_lines import elements, listed

_OTHER_SLASH = 307
_TWICE = "`{field}` may be given once only."


async def only_known_parameters(request: Request) -> None:
    """A dependency of every route: a parameter that it does not know, such as `?EXPLAIN=false`, or
    one that is given twice, is an error and not ignored. A coroutine, for which no thread is taken.

    Raises:
        ApiError: `unknown-parameter` or `invalid-request`, with its name.
    """
    route = request.scope["route"]
    if not isinstance(route, APIRoute):
        return
    known = set(_parameters(route.dependant))
    seen = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            raise ApiError(
                "unknown-parameter", "There is no parameter {name!r}; see /docs.", name=name[:40]
            )
        if name in seen:
            raise ApiError("invalid-request", _TWICE, field=name)
        seen.add(name)


def _parameters(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for below in dependant.dependencies:
        yield from _parameters(below)


class Head:
    """Answers HEAD as GET without its body (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, without_body)


class PathAlone:
    """Leads on by path and query alone (RFC 9110, 10.2.2): behind a proxy that ends TLS the service
    knows neither scheme nor port of its callers, and would have them send a film, and their key,
    once more in the clear."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def led_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if message["status"] == _OTHER_SLASH and scope["path"] != "/":
                    # Starlette's, of the path as it was decoded: `%2525` would become `%25`.
                    headers["location"] = _other_slash(scope)
                elif "location" in headers:
                    to = urlsplit(headers["location"])
                    # One slash: what follows two would be another host's name.
                    path = "/" + to.path.lstrip("/")
                    headers["location"] = to._replace(scheme="", netloc="", path=path).geturl()
            await send(message)

        await self._app(scope, receive, led_on if _is_http(scope) else send)


def _other_slash(scope: Scope) -> str:
    """The same with a slash at its end, or without the one that it has."""
    raw = scope.get("raw_path") or quote(scope["path"]).encode()
    path = "/" + raw.decode("latin-1").strip("/") + ("" if raw.endswith(b"/") else "/")
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


class Identity:
    """Refuses bodies in an encoding: a compressed one could hold any amount of data."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        encoding = ""
        if _is_http(scope) and scope["method"] == "POST":  # of others no body is read
            encoding = listed(Headers(scope=scope), "content-encoding")
        if set(elements(encoding.lower())) <= {"identity"}:
            await self._app(scope, receive, send)
            return
        answer = problem(
            "unsupported-encoding",
            language_of(scope),
            "The body is sent as {encoding}, which is not read.",
            {"Accept-Encoding": "identity"},
            encoding=encoding[:40],
        )
        await answer(scope, receive, send)


@dataclass(frozen=True, slots=True)
class DrainBounds:
    bytes: int
    seconds: float = 5.0


class Drain:
    """Reads the rest of a body that was answered early, within bounds, before the answer ends. Of
    what is longer, the protocol then closes the connection.

    A connection that is closed with bytes unread is reset, and a proxy that was still sending then
    tells its client 502 instead of the answer. The whole answer is written before: a client that
    looks for it while it sends need not wait.
    """

    def __init__(self, app: ASGIApp, bounds: DrainBounds) -> None:
        self._app = app
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_http(scope) or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        unread = True

        async def watched() -> Message:
            nonlocal unread
            message = await receive()
            more = message["type"] == "http.request" and message.get("more_body", False)
            unread = unread and more
            return message

        async def held(message: Message) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if not (last and unread):
                await send(message)
                return
            await send({**message, "more_body": True})
            with anyio.move_on_after(self._bounds.seconds):
                left = self._bounds.bytes
                while unread and left > 0:
                    left -= len((await watched()).get("body", b""))
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self._app(scope, watched, held)


def _is_http(scope: Scope) -> bool:
    return bool(scope["type"] == "http")


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
