"""Whether any thread can still take up work."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic


class Running:
    """The films that `threads` threads work on. A thread that is caught in a file cannot be
    stopped from outside; where all are, the service must not call itself ready.

    Args:
        threads: how many films are worked on at a time.
        seconds: after which a thread counts as caught.
    """

    def __init__(self, threads: int, seconds: float) -> None:
        self._threads = threads
        self._seconds = seconds
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._begun: dict[int, float] = {}

    @contextmanager
    def one(self) -> Iterator[None]:
        """Around the work on one film, in its thread."""
        with self._lock:
            number = next(self._numbers)
            self._begun[number] = monotonic()
        try:
            yield
        finally:
            with self._lock:
                del self._begun[number]

    @property
    def films(self) -> int:
        """How many are worked on."""
        with self._lock:
            return len(self._begun)

    @property
    def stuck(self) -> bool:
        """Whether every thread has been at one film for longer than `seconds`."""
        before = monotonic() - self._seconds
        with self._lock:
            caught = sum(begun < before for begun in self._begun.values())
        return caught >= self._threads
