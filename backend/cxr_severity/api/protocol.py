"""What is read from a connection before there is a request: bounded, and answered as a problem.

uvicorn's own protocol reads headers without end, waits for them for ever, and answers what it
cannot parse in plain text.
"""

from __future__ import annotations

import asyncio
import logging
from contextvars import copy_context
from typing import Any, ClassVar

import httptools
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.protocols.utils import get_remote_addr
from uvicorn.server import ServerState

from cxr_severity.api.accept_language import negotiate
from cxr_severity.api.access.tracing import RequestMark, mark, set_current
from cxr_severity.api.connections import connections_of
from cxr_severity.api.errors import answer
from cxr_severity.api.field_lines import listed
from cxr_severity.api.joined_writes import JoinedWrites
from cxr_severity.api.oip.errors import is_of_the_protocol
from cxr_severity.api.prefix import STABLE_PREFIX
from cxr_severity.api.request_head import fault_of, with_path, without_upgrade
from cxr_severity.api.response_headers import HEADERS
from cxr_severity.api.unframed import unframed
from cxr_severity.api.upload import streamed
from cxr_severity.interop.bodies.problem import as_problem
from cxr_severity.texts.language import Language, say

logger = logging.getLogger(__name__)

MAX_HEAD_BYTES = 65_536
"""Request line and headers of one request, and as much of chunk sizes and trailers."""
READ_AHEAD = 250_000
"""Bytes of a body that is read in pieces. Three times as many may stand between its socket and what
is counted of it."""
LINGER_BYTES = 1_000_000
LINGER_SECONDS = 2.0
"""What is still read, and thrown away, from a sender that was refused: closing at once would reset
the connection, and the answer be lost with it."""

_NOT_HTTP = "The request is not HTTP that can be read."
_LONG = "The request's headers are longer than 64 kB."
_SLOW = "The request's headers were not complete in time."
_CODED = "Of transfer codings, only `chunked` is read."
_DETAILS = {
    "malformed-request": _NOT_HTTP,
    "headers-too-large": _LONG,
    "request-too-slow": _SLOW,
    "unsupported-transfer-coding": _CODED,
}


def _marked_problem(found: RequestMark, code: str, language: Language, path: str) -> JSONResponse:
    set_current(found)
    body = as_problem(code, say(_DETAILS[code], language), language)
    if is_of_the_protocol(path):  # which `NamedErrors` never sees
        return answer(body, language, error=body.detail)
    return answer(body, language)


class _Flow(FlowControl):
    """Reads further ahead of requests that bound by themselves what they hold.

    A batch comes over one connection. With uvicorn's 64 kB ahead, each image takes some ten rounds
    of the event loop, each of which waits its turn behind the threads that compute.
    """

    def __init__(self, transport: asyncio.Transport, protocol: BoundedProtocol) -> None:
        super().__init__(transport)
        self._protocol = protocol

    def pause_reading(self) -> None:
        if not self._protocol.reads_on:
            super().pause_reading()


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with bounds: on headers and trailers in bytes, on headers in seconds."""

    head_seconds: ClassVar[float] = 10.0
    """From the first byte, or from the connection, to the end of the headers."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._service = connections_of(config.app)
        self._upgrade = False
        """Whether the parser takes what follows for another protocol's."""
        self._late: asyncio.TimerHandle | None = None
        self._refusal: str | None = None
        self._lingering = False
        self._thrown_away = 0
        self._in_head, self._begun = True, False
        self._head = 0
        """Bytes of this request's line, headers and trailers that the parser has told of."""
        self._framing = 0
        """Bytes since the request began that are not of its body, whether the parser has told of
        them or not."""
        self._body = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        joined = JoinedWrites(transport, self.loop, self._service.patience)
        super().connection_made(joined)
        self.flow = _Flow(joined, self)
        self._expect_head()

    @property
    def reads_on(self) -> bool:
        """Whether more of this request's body may wait for the application."""
        cycle = self.cycle
        return (
            cycle is not None
            and not self.pipeline
            and streamed(cycle.scope["path"].removeprefix(STABLE_PREFIX))
            and len(cycle.body) <= READ_AHEAD
        )

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._lingering:
            self._thrown_away += len(data)
            if self._thrown_away > LINGER_BYTES:
                self.transport.abort()
            return
        self._framing += len(data)
        self._unset_keepalive_if_required()
        self._parse(data)
        if self._lingering or self.transport.is_closing():
            return
        if self._framing > MAX_HEAD_BYTES + self._body:
            self._refuse("headers-too-large")
        elif self._in_head and self._late is None:
            # Even of bytes that begin no request, like empty lines between two.
            self._expect_head()

    def _parse(self, data: bytes) -> None:
        """In place of uvicorn's. Its parser ends a request that offers an upgrade at its headers,
        whatever body it has, which would then be read as the next request. Nothing is upgraded
        here: such a head is read again without the offer."""
        while data:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as offer:
                self._upgrade = False
                method, version = self.parser.get_method(), self.parser.get_http_version()
                head = without_upgrade(self.headers, method, self.url, version)
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                data = head + data[offer.args[0] :]
            except httptools.HttpParserError:
                self._refuse(self._refusal or "malformed-request")
                return

    def on_message_begin(self) -> None:
        self._in_head = self._begun = True
        # What this chunk holds of it is not known yet; the headers themselves are counted exactly.
        self._head = self._framing = self._body = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        # Of trailers too, which come after the body.
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        method, version = self.parser.get_method(), self.parser.get_http_version()
        self._refusal = fault_of(self.headers, method, version)
        if self._refusal is not None:
            raise ValueError(self._refusal)
        if self.parser.should_upgrade():
            self._upgrade = True
            return
        self.expect_100_continue &= version == "1.1"  # RFC 9110, 10.1.1
        self.url = with_path(self.url)
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        self._framing -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._upgrade:
            return
        super().on_message_complete()
        self._in_head, self._begun = True, False
        self._framing = 0

    def on_response_complete(self) -> None:
        super().on_response_complete()
        cycle = self.cycle
        if cycle.response_complete and cycle.more_body and not self.transport.is_closing():
            # The rest of a request that was not read whole may come for ever, or never.
            self._linger()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        super()._start_asgi_task(cycle, unframed(cycle, app))

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > MAX_HEAD_BYTES:
            self._refusal = "headers-too-large"
            raise ValueError(self._refusal)

    def _expect_head(self) -> None:
        self._late = self.loop.call_later(self.head_seconds, self._head_is_late)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _head_is_late(self) -> None:
        self._late = None
        if self.cycle is not None and not self.cycle.response_complete:
            self._expect_head()  # the answer to the request before is still being written
        elif self._begun:
            self._refuse("request-too-slow")
        elif self.timeout_keep_alive_task is None:
            self.transport.close()

    def _refuse(self, code: str) -> None:
        """Answer and close, unless an answer has begun already; then only close. Requests that came
        whole before this one are answered, and then the connection is closed."""
        self._stop_waiting()
        if self.cycle is not None and not (self.cycle.more_body or self.cycle.response_complete):
            # It came behind a request that was read whole: that one's answer is the last.
            self._lingering = True
            self.cycle.keep_alive = False
            self.flow.resume_reading()
            return
        if self.cycle is None or not self.cycle.response_started or self.cycle.response_complete:
            self.transport.write(self._answer(code))
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._linger()

    def _linger(self) -> None:
        """Close once the sender has had time to take the answer."""
        self._unset_keepalive_if_required()
        self._lingering = True
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _answer(self, code: str) -> bytes:
        headers = Headers(raw=self.headers or [])
        language = negotiate(listed(headers, "accept-language"))
        # As of every answer; what marks requests in the application has not begun.
        found = mark(headers)
        # As far as it came, and empty where no request has begun.
        path = (self.url or b"").partition(b"?")[0].decode("latin-1").removeprefix(STABLE_PREFIX)
        context = copy_context()
        response = context.run(_marked_problem, found, code, language, path)
        host, port = get_remote_addr(self.transport) or ("?", 0)
        context.run(
            logger.info, "%s:%d - refused before there was a request: %d %s",
            host, port, response.status_code, code,
        )  # fmt: skip
        self._service.refused(code, response.status_code)
        lines = [
            *self.server_state.default_headers,
            *response.raw_headers,
            (b"x-request-id", found.request_id.encode()),
            *((name.lower().encode(), value.encode()) for name, value in HEADERS.items()),
            (b"connection", b"close"),
        ]
        head = b"".join(name + b": " + value + b"\r\n" for name, value in lines)
        return STATUS_LINE[response.status_code] + head + b"\r\n" + bytes(response.body)
