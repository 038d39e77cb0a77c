"""The process that listens."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from cxr_severity.api.access.warning import OPEN_TO_ALL, is_loopback
from cxr_severity.api.app import create_app, registry_of
from cxr_severity.api.logs import logging_config
from cxr_severity.api.workers import Workers
from cxr_severity.model.engine import limit_threads
from cxr_severity.service.registry import ModelRegistry
from cxr_severity.settings import Settings

logger = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Says that the service is ready once it listens and its model is loaded, not before."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.servers:
            self._announcement = asyncio.create_task(self._announce())

    async def _announce(self) -> None:
        app = self.config.app
        if not isinstance(app, FastAPI):
            raise TypeError("the server runs another application")
        registry: ModelRegistry = app.state.registry
        while not registry.wait(0):
            await asyncio.sleep(0.02)
        if registry.failure is None:
            port = self.servers[0].sockets[0].getsockname()[1]
            url = f"http://{self.config.host}:{port}"
            logger.info("ready: page and API at %s (model %s)", url, registry.default)


def serve(settings: Settings) -> bool:
    """Serve until told to stop; False when the server could not start."""
    if not (settings.access.locked or is_loopback(settings.host)):
        # Past the log, whose level could hide it.
        sys.stderr.write(OPEN_TO_ALL.format(host=settings.host) + "\n")
        sys.stderr.flush()
    if settings.workers > 1:
        return _serve_with_workers(settings)
    server = _server(settings, create_app(settings))
    # uvicorn repeats the interrupt that it has obeyed, and exits where it cannot start.
    with suppress(KeyboardInterrupt, SystemExit):
        server.run()
    return server.started


def _serve_with_workers(settings: Settings) -> bool:
    registry = registry_of(settings)
    try:
        listening = _server(settings, create_app(settings, registry)).config.bind_socket()
    except SystemExit:  # uvicorn's way of saying that the port is taken
        return False
    # Threads do not survive a fork: the parent must not start any.
    limit_threads(1)
    registry.read_default()

    def run() -> None:
        server = _server(settings, create_app(settings, registry))
        with suppress(KeyboardInterrupt, SystemExit):
            server.run(sockets=[listening])

    return Workers(settings.workers, run).supervise()


def _server(settings: Settings, app: FastAPI) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=logging_config(settings.log_level, settings.access.audit),
            server_header=False,
            timeout_graceful_shutdown=10,
        )
    )
