"""Which peers are left alone, and for how long."""

from __future__ import annotations

import time

from cxr_severity.worker.pace import Pace

_SHARE = 2.0
"""How many times as long as a peer was waited for in vain it is left alone at least, so that it
takes a third of a thread's time at most, however long it is waited for."""


class Pauses:
    """Of peers by name; whoever shares it between threads locks it.

    By the monotonic clock: one that was set back would make a pause longer by as much.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._until: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def add(self, peer: str, longest: float, after: float = 0, took: float = 0) -> float:
        """Leave the peer alone, longer after each failure in a row, and at least for the `after`
        seconds that it asks for, of `longest`, and longer than the `took` seconds for which it was
        waited for; returns for how many seconds."""
        self._failures[peer] = self._failures.get(peer, 0) + 1
        wait = self._pace.wait(self._failures[peer], longest)
        wait = max(wait, min(after, longest), _SHARE * took)
        # Another thread may have found it worse.
        self._until[peer] = max(self._until.get(peer, 0), time.monotonic() + wait)
        return wait

    def end(self, peer: str) -> None:
        """It did what it was asked: its next failure is the first again."""
        self._failures.pop(peer, None)

    def over(self, peer: str) -> bool:
        """Whether the peer may be asked now."""
        return peer not in self._until or self._until[peer] <= time.monotonic()

    def left(self) -> list[float]:
        """Seconds of each pause that is not over."""
        now = time.monotonic()
        return [until - now for until in self._until.values() if until > now]
