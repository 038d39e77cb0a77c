"""Which request it is: an id for people, and the trace that it belongs to."""

from __future__ import annotations

import logging
import re
import uuid
from contextvars import ContextVar
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.telemetry.traces import trace_id

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@~-]{0,127}")
# W3C Trace Context, 3.2: version, trace-id, parent-id, flags; neither id may be all zeros.
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)


@dataclass(frozen=True, slots=True)
class RequestMark:
    """`traceparent` and `trace_id` are None where the caller sent no valid one."""

    request_id: str
    traceparent: str | None = None
    trace_id: str | None = None


_current: ContextVar[RequestMark | None] = ContextVar("request", default=None)


def current() -> RequestMark | None:
    """The request that the calling code works for; None outside of one."""
    return _current.get()


def current_trace() -> str | None:
    """Of that request: its caller's, else the one that the service has begun; None where neither
    is, as where no traces are asked for."""
    found = current()
    return (found and found.trace_id) or trace_id()


def set_current(found: RequestMark) -> None:
    """Say which request the calling context works for."""
    _current.set(found)


def mark(headers: Headers) -> RequestMark:
    """An id that is too long or has other characters than a log line can bear is not taken over:
    the request gets one of its own."""
    wished = headers.get("x-request-id", "")
    request_id = wished if _ID.fullmatch(wished) else str(uuid.uuid4())
    parent = headers.get("traceparent", "").strip()
    found = _TRACEPARENT.fullmatch(parent)
    return RequestMark(request_id, parent if found else None, found[1] if found else None)


class RequestMarks:
    """Marks every request before anything else sees it, and its answer with the same."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        found = mark(Headers(scope=scope))

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = found.request_id
                if found.traceparent:
                    headers["traceparent"] = found.traceparent
            await send(message)

        # Never reset: the server logs the request in the same context, after this has ended.
        set_current(found)
        await self._app(scope, receive, marked)


class MarkFilter(logging.Filter):
    """Gives every log record its `request_id`: `-` where there is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        found = current()
        record.request_id = found.request_id if found else "-"
        record.trace_id = current_trace() or "-"
        return True
