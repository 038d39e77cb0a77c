"""Measures every request from outside of all that may answer it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from time import perf_counter

from fastapi.routing import APIRoute
from opentelemetry.propagate import extract
from opentelemetry.trace import SpanKind, StatusCode
from starlette.datastructures import Headers
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.telemetry.counters import Metrics
from cxr_severity.api.telemetry.seen import KEY, Seen
from cxr_severity.api.telemetry.traces import tracer

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
OTHER = "other"
_FAILED = 500
_GONE = 499
"""nginx's number for a client that left before its answer was whole; a stop may cut it off, too."""


class Routes:
    """Names of paths for labels: as many as there are routes, whatever strangers ask for."""

    def __init__(self, routes: Iterable[BaseRoute], files: Iterable[str]) -> None:
        """`files`: first parts of the paths of the page."""
        self._routes = [(r.path_regex, r.path) for r in routes if isinstance(r, APIRoute)]
        self._page = re.compile(r"/(?:{})?(?:/.*)?".format("|".join(map(re.escape, files))))

    def name(self, path: str) -> str:
        for pattern, name in self._routes:
            if pattern.match(path):
                return name
        return "page" if self._page.fullmatch(path) else OTHER


class Measured:
    """Counts and times each request once its answer is whole, or its client has left."""

    def __init__(self, app: ASGIApp, metrics: Metrics, routes: Routes) -> None:
        self._app = app
        self._metrics = metrics
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = perf_counter()
        status = _GONE
        answered = False
        end: float | None = None
        seen = Seen()

        async def watched(message: Message) -> None:
            nonlocal status, answered, end
            if message["type"] == "http.response.start":
                status, answered = message["status"], True
            elif message["type"] == "http.response.body" and not message.get("more_body", False):
                # Before it is handed on: then what is left of the body may still be waited for.
                end = perf_counter()
            await send(message)

        route = self._routes.name(scope["path"])
        method = scope["method"] if scope["method"] in _METHODS else OTHER
        with tracer.start_as_current_span(
            f"{method} {route}", extract(dict(Headers(scope=scope))), SpanKind.SERVER,
            # The text of an exception may hold what a film says of its patient.
            record_exception=False, set_status_on_exception=False,
        ) as span:  # fmt: skip
            try:
                await self._app({**scope, KEY: seen}, receive, watched)
            except Exception:
                span.set_status(StatusCode.ERROR)
                status = status if answered else _FAILED  # as it is answered outside of this
                end = end or perf_counter()
                raise
            finally:
                if end is None:  # it may have begun
                    status, end = _GONE, perf_counter()
                span.set_attribute("http.request.method", method)
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
                if seen.problem is not None:
                    span.set_attribute("error.type", seen.problem)
                if status >= _FAILED:
                    span.set_status(StatusCode.ERROR)
                self._metrics.requests.labels(method, route, str(status)).inc()
                self._metrics.request_seconds.labels(route).observe(end - start)
                if seen.problem is not None:
                    self._metrics.problems.labels(seen.problem).inc()
