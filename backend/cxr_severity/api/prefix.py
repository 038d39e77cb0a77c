"""`/v1` before every path of the API: what stays when a later API has other paths."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.names import first_part

STABLE_PREFIX = "/v1"
OF_THE_API = frozenset({"predict", "limits", "models", "health", "v2", "problems", "openapi.json"})
"""First parts of the paths that have it; the page and the metrics have none."""
_KEY = "cxr_severity.prefix"


class StablePrefix:
    """Answers `/v1/predict` as `/predict`, for access, limits and metrics as well. Who came by the
    prefix is led on by it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        rest = path.removeprefix(STABLE_PREFIX)
        if rest == path or not _is_of_the_api(rest):
            await self._app(scope, receive, send)
            return

        async def led_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                to = urlsplit(headers.get("location", ""))
                if _is_of_the_api(to.path):
                    headers["location"] = to._replace(path=STABLE_PREFIX + to.path).geturl()
            await send(message)

        raw = scope.get("raw_path", b"").removeprefix(STABLE_PREFIX.encode())
        scope = {**scope, "path": rest, "raw_path": raw, _KEY: STABLE_PREFIX}
        await self._app(scope, receive, led_on)


def prefix_of(request: Request) -> str:
    """What stands before the path that was asked for; empty where that is nothing."""
    return str(request.scope.get(_KEY, ""))


def _is_of_the_api(path: str) -> bool:
    return path[:1] == "/" and first_part(path) in OF_THE_API
