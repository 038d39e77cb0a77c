"""Waiting for what happens in other threads and processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol


class _Answer(Protocol):
    @property
    def status_code(self) -> int: ...


class _Client(Protocol):
    def get(self, url: str, /) -> _Answer: ...


def until_ready(client: _Client, seconds: float = 60) -> None:
    """Poll /health/ready; fails when the service does not become ready in time."""
    deadline = time.monotonic() + seconds
    while client.get("/health/ready").status_code != 200:
        assert time.monotonic() < deadline, "the service did not become ready"
        time.sleep(0.05)


def wait_until(happened: Callable[[], bool], seconds: float = 120) -> None:
    """Poll; fails when it does not happen. Generous, as it only bounds what fails anyway."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
