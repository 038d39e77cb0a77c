"""What changes with a release alone is sent once, and then asked after (RFC 9110, 8.8.3 and 13)."""

from __future__ import annotations

from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.field_lines import elements, listed
from cxr_severity.api.names import first_part

STEADY = frozenset({"models", "limits", "problems", "openapi.json"})
"""First parts of the paths whose answers have an ETag."""


class Revalidation:
    """Gives the answers under `STEADY` an ETag, and answers 304 to who has them already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        steady = scope["type"] == "http" and first_part(scope["path"]) in STEADY
        if not steady or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        known = listed(Headers(scope=scope), "if-none-match")
        start: Message = {}
        parts: list[bytes] = []

        async def held(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and message["status"] == 200:
                start = message
                return
            if not start:
                await send(message)
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await _answer(start, b"".join(parts), known, send)

        await self._app(scope, receive, held)


async def _answer(start: Message, body: bytes, known: str, send: Send) -> None:
    headers = MutableHeaders(scope=start)
    # Weak, as a proxy may compress the answer on its way.
    tag = f'W/"{sha256(body).hexdigest()[:32]}"'
    headers["ETag"] = tag
    headers["Cache-Control"] = "no-cache"
    if known.strip() == "*" or _opaque(tag) in map(_opaque, elements(known)):
        del headers["content-length"]
        start, body = {**start, "status": 304}, b""
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _opaque(tag: str) -> str:
    return tag.removeprefix("W/")
