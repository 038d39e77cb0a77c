"""`/v1` before every path of the API: what stays when a later API has other paths."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

STABLE_PREFIX = "/v1"
OF_THE_API = frozenset({"predict", "limits", "models", "health", "v2", "problems", "openapi.json"})
"""First parts of the paths that have it; the page and the metrics have none."""


class StablePrefix:
    """Answers `/v1/predict` as `/predict`, for access, limits and metrics as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        rest = path.removeprefix(STABLE_PREFIX)
        if rest != path and rest[:1] == "/" and rest.split("/")[1] in OF_THE_API:
            raw = scope.get("raw_path", b"").removeprefix(STABLE_PREFIX.encode())
            scope = {**scope, "path": rest, "raw_path": raw}
        await self._app(scope, receive, send)
