"""The process that listens."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TypedDict

import uvicorn
from fastapi import FastAPI

from cxr_severity.api.access.control import Doors
from cxr_severity.api.access.warning import OPEN_TO_ALL, is_loopback
from cxr_severity.api.app import create_app
from cxr_severity.api.doubts import doubts
from cxr_severity.api.logs import logging_config
from cxr_severity.api.protocol import BoundedProtocol
from cxr_severity.api.telemetry.traces import tracing
from cxr_severity.service.registry import ModelRegistry
from cxr_severity.settings import Settings

logger = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """Says that the service is ready once it listens and its model is loaded, not before."""

    def __init__(self, config: uvicorn.Config, drain_seconds: float) -> None:
        super().__init__(config)
        self._drain_seconds = drain_seconds

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.servers:
            self._announcement = asyncio.create_task(self._announce())

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: not ready first, and only after `drain_seconds` no longer listening. A second
        one, and an interrupt by hand, end that wait; what is in flight is still answered, unless
        an interrupt follows."""
        registry = self._registry()
        if sig != signal.SIGTERM or registry.leaving or not self._drain_seconds:
            super().handle_exit(sig, frame)
            return
        registry.leave()
        # A handler of `signal` may run within any step of the loop, so it only asks for the call.
        loop, stop = asyncio.get_running_loop(), super().handle_exit
        loop.call_soon_threadsafe(loop.call_later, self._drain_seconds, stop, sig, None)

    def _registry(self) -> ModelRegistry:
        app = self.config.app
        if not isinstance(app, FastAPI):
            raise TypeError("the server runs another application")
        registry: ModelRegistry = app.state.registry
        return registry

    async def _announce(self) -> None:
        registry = self._registry()
        while not registry.wait(0):
            await asyncio.sleep(0.02)
        if registry.failure is None:
            port = self.servers[0].sockets[0].getsockname()[1]
            host = self.config.host
            url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
            logger.info("ready: page and API at %s (model %s)", url, registry.default)


def serve(settings: Settings) -> bool:
    """Serve until told to stop; False when the server could not start.

    Raises:
        TracingError: traces are asked for and cannot be sent.
        SystemExit: the file for the audit cannot be written; the last line says so.
    """
    if not (Doors.build(settings.access).locked or is_loopback(settings.serve.host)):
        # Past the log, whose level could hide it.
        sys.stderr.write(OPEN_TO_ALL.format(host=settings.serve.host) + "\n")
        sys.stderr.flush()
    for doubt in doubts(settings, os.environ):
        sys.stderr.write(f"WARNING: {doubt}\n")
    _check_audit(settings.access.audit)
    server = _server(settings, create_app(settings))
    # uvicorn exits where it cannot start, and repeats the signal that it has obeyed: SIGTERM would
    # then end the process before the last traces are sent.
    signal.signal(signal.SIGTERM, _exit)
    with tracing(), suppress(KeyboardInterrupt, SystemExit):
        server.run()
    return server.started


def _check_audit(audit: Path | None) -> None:
    """Before `logging` does, which says it by a traceback."""
    if audit is None:
        return
    try:
        with audit.open("ab"):
            pass
    except OSError as error:
        sys.stderr.write(f"CXR_AUDIT: {audit} cannot be written: {error.strerror}\n")
        raise SystemExit(2) from None


def _exit(_: int, __: FrameType | None) -> None:
    raise SystemExit


class Behind(TypedDict):
    proxy_headers: bool
    forwarded_allow_ips: list[str]


def behind(proxies: list[str]) -> Behind:
    """Which proxies uvicorn believes when they say who is calling: by default none, not even on
    loopback."""
    return Behind(proxy_headers=bool(proxies), forwarded_allow_ips=proxies)


def _server(settings: Settings, app: FastAPI) -> Server:
    return Server(
        uvicorn.Config(
            app,
            host=settings.serve.host,
            port=settings.serve.port,
            log_config=logging_config(
                settings.serve.log_level, settings.access.audit, settings.serve.log_format
            ),
            http=BoundedProtocol,
            ws="none",
            **behind([str(network) for network in settings.serve.trusted_proxies]),
            server_header=False,
            timeout_graceful_shutdown=10,
        ),
        settings.serve.drain_seconds,
    )
