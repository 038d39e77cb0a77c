"""Answers of unknown length to HTTP/1.0, which knows no chunks: they last until the connection is
closed (RFC 9112, 6.1)."""

from __future__ import annotations

from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


def unframed(cycle: RequestResponseCycle, app: ASGI3Application) -> ASGI3Application:
    """`app`, whose answers to `cycle` are written so."""
    if cycle.scope["http_version"] != "1.0":
        return app

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        until_close = False

        async def written(message: Message) -> None:
            nonlocal until_close
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message["headers"]}
                until_close = b"content-length" not in names
            if until_close:
                # As uvicorn has it for answers whose length is known; here each piece's is.
                cycle.chunked_encoding = False
                cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        await cast(ASGIApp, app)(scope, receive, written)

    return cast(ASGI3Application, answered)
