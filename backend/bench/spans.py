"""Where a process spends its time: functions are wrapped in timers from outside.

The service knows nothing of this. A span's own time leaves out the spans inside it, so that the
own times of all spans of a thread add up to what it did.
"""

from __future__ import annotations

import contextvars
import json
import threading
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from time import perf_counter, thread_time
from types import coroutine
from typing import Any, NamedTuple

Requests = tuple[int, ...]
"""The numbers of those that a span works for: several in a batch."""


class Span(NamedTuple):
    """One call, or one step of a coroutine; seconds.

    `begin` and `end` are of a clock that all processes of the machine share. `wall` and `cpu` are
    its own, without the spans inside.
    """

    name: str
    thread: int
    requests: Requests
    begin: float
    end: float
    wall: float
    cpu: float


class _Open:
    """A span that has begun, and what the spans inside it took."""

    __slots__ = ("cpu", "inner_cpu", "inner_wall", "wall")

    def __init__(self) -> None:
        self.inner_wall = self.inner_cpu = 0.0
        self.wall, self.cpu = perf_counter(), thread_time()


class Recorder:
    """Keeps the spans of all threads."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._of_thread = threading.local()
        self._requests: contextvars.ContextVar[Requests] = contextvars.ContextVar(
            "requests", default=()
        )

    @property
    def requests(self) -> Requests:
        """Those that the calling code works for."""
        return self._requests.get()

    @contextmanager
    def working_for(self, requests: Requests) -> Iterator[None]:
        token = self._requests.set(requests)
        try:
            yield
        finally:
            self._requests.reset(token)

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        stack: list[_Open] = self._of_thread.__dict__.setdefault("stack", [])
        mine = _Open()
        stack.append(mine)
        try:
            yield
        finally:
            stack.pop()
            end, cpu = perf_counter(), thread_time() - mine.cpu
            wall = end - mine.wall
            if stack:
                stack[-1].inner_wall += wall
                stack[-1].inner_cpu += cpu
            self.spans.append(
                Span(
                    name, threading.get_native_id(), self.requests, mine.wall, end,
                    wall - mine.inner_wall, cpu - mine.inner_cpu,
                )
            )  # fmt: skip

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, each call of it a span."""

        @wraps(function)
        def call(*args: Any, **options: Any) -> Any:
            with self.span(name):
                return function(*args, **options)

        return call

    def stepped(
        self, name: str, function: Callable[..., Coroutine[Any, Any, Any]]
    ) -> Callable[..., Any]:
        """A coroutine function, each step between two waits a span: what other tasks do meanwhile
        is not counted."""

        @coroutine
        def steps(running: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
            answer: Any = None
            failure: BaseException | None = None
            while True:
                try:
                    with self.span(name):
                        wish = running.send(answer) if failure is None else running.throw(failure)
                except StopIteration as done:
                    return done.value
                failure = None
                try:
                    answer = yield wish
                except BaseException as error:  # noqa: BLE001 - it is the coroutine's to handle
                    failure = error

        @wraps(function)
        async def call(*args: Any, **options: Any) -> Any:
            return await steps(function(*args, **options))

        return call

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(self.spans), encoding="utf-8")


def read(path: Path) -> list[Span]:
    return [
        Span(name, thread, tuple(requests), *times)
        for name, thread, requests, *times in json.loads(path.read_text(encoding="utf-8"))
    ]
