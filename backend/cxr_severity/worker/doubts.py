"""Whether an archive is down, or one instance alone gets no answer from it.

A proxy says 502, 503 or 504 of an archive that is down, and of the one film whose reading takes
longer than it waits. The first must be waited for and no film be blamed; the second would be waited
for without end.
"""

from __future__ import annotations

from threading import Lock


class Doubts:
    """What became of requests of one kind to one archive, each for one instance. May be called from
    any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._passed = 0
        self._before: dict[str, int] = {}
        """Of each instance that fails: how many requests had passed when it first did."""
        self._last = ""

    def passed(self, instance: str) -> None:
        with self._lock:
            self._passed += 1
            self._before.pop(instance, None)
            self._last = ""

    def failed(self, instance: str) -> bool | None:
        """Whether it fails alone, as others passed since it began to fail; None where it is the one
        that was asked for last, too, and only another question would tell."""
        with self._lock:
            before = self._before.setdefault(instance, self._passed)
            again, self._last = self._last == instance, instance
            return True if self._passed > before else None if again else False
