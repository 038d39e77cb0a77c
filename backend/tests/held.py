"""A service whose work can be held up, and callers at the level of ASGI."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from support import SAMPLES
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.service.pipeline import judge
from cxr_severity.settings import Settings

FILM = SAMPLES[0].read_bytes()


@dataclass
class Held:
    """A service whose work can be held up."""

    client: TestClient
    started: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    finish: threading.Event = field(default_factory=threading.Event)
    calls: int = 0

    @property
    def app(self) -> FastAPI:
        app = self.client.app
        assert isinstance(app, FastAPI)
        return app

    @property
    def bytes_held(self) -> int:
        """Of bodies."""
        held: int = self.app.state.service.body_memory.held
        return held

    @property
    def taken(self) -> int:
        taken: int = self.app.state.service.admission.taken
        return taken


@contextmanager
def held(version: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Iterator[Held]:
    app = create_app(Settings.of(weights=version.parent, **settings))
    with TestClient(app, raise_server_exceptions=False) as client:
        until_ready(client)
        service = Held(client)

        def slow(*arguments: Any, **options: Any) -> Any:
            service.calls += 1
            service.started.release()
            assert service.finish.wait(60)
            return judge(*arguments, **options)

        for route in ("routes.predict", "routes.batch", "oip.judging"):
            monkeypatch.setattr(f"cxr_severity.api.{route}.judge", slow)
        try:
            yield service
        finally:
            service.finish.set()


HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
"""What comes of a film before its first byte."""


class Caller:
    """A client at the level of ASGI, which can leave, or stop sending."""

    def __init__(
        self,
        service: Held,
        *,
        whole: bool = True,
        path: str = "/predict",
        content: bytes | None = None,
        media_type: str = "multipart/form-data; boundary=b",
    ) -> None:
        """`content`: of the whole body; None is a form with one film."""
        self._whole = whole
        self._path = path
        self._content = content
        self._media_type = media_type
        self._leave = anyio.Event()
        self._portal = service.client.portal
        self.messages: list[Any] = []
        assert self._portal is not None
        self.done = self._portal.start_task_soon(self._run, service.app)

    def leave(self) -> None:
        """Until the service has heard of it."""
        assert self._portal is not None

        async def leave() -> None:
            self._leave.set()
            for _ in range(10):  # turns of the loop, of which hearing takes one or two
                await anyio.sleep(0)

        self._portal.call(leave)

    async def _run(self, app: FastAPI) -> None:
        bodies = [HEAD + FILM + b"\r\n--b--\r\n"] if self._whole else [HEAD]
        if self._content is not None:
            bodies = [self._content]

        async def receive() -> Any:
            if bodies:
                return {
                    "type": "http.request",
                    "body": bodies.pop(),
                    "more_body": not self._whole,
                }
            await self._leave.wait()
            return {"type": "http.disconnect"}

        async def collect(message: Any) -> None:
            self.messages.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": self._path,
            "raw_path": self._path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"content-type", self._media_type.encode())],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
        }
        await app(scope, receive, collect)

    @property
    def status(self) -> int:
        status: int = self.messages[0]["status"]
        return status
