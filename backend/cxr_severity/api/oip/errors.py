"""Errors as the protocol's clients look for them."""

from __future__ import annotations

import json

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.errors import PROBLEM_JSON

ROOT = "/v2"


def is_of_the_protocol(path: str) -> bool:
    """Whether clients of the protocol ask there. `path` without `STABLE_PREFIX`."""
    return path == ROOT or path.startswith(f"{ROOT}/")


class NamedErrors:
    """Gives every problem below `/v2` a member `error` with its sentence, which is all that clients
    of the protocol read of it; the rest of the problem stays (RFC 9457, 3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if not is_of_the_protocol(path):
            await self._app(scope, receive, send)
            return
        start: Message | None = None

        async def named(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if Headers(raw=message["headers"]).get("content-type") == PROBLEM_JSON:
                    start = message  # until its body, which is one piece, is there
                    return
            elif start is not None:
                problem = json.loads(message["body"])
                body = json.dumps({**problem, "error": problem["detail"]}, ensure_ascii=False)
                message = {**message, "body": body.encode()}
                MutableHeaders(raw=start["headers"])["content-length"] = str(len(message["body"]))
                await send(start)
                start = None
            await send(message)

        await self._app(scope, receive, named)
