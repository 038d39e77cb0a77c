"""What a worker is put together from: where films come from, what makes their results, and where
these go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from cxr_severity.worker.items import LeftOut, Place, Result


class Destination(Protocol):
    def store(self, study: str, result: Result) -> None:
        """Raises:
        DownError, PassingError, LastingError: it is not stored.
        """

    def close(self) -> None: ...


Fetch = Callable[[Place], bytes]
"""Raises:
DownError, PassingError, LastingError: it is not fetched.
"""
Assess = Callable[[bytes, float], Sequence[Result | LeftOut]]
"""From a film's file, and when it came in (seconds since 1970), to its results.

Raises:
    PassedOverError: the film is not for this worker.
    LastingError: it cannot be judged.
"""
