"""Whether an archive is down, or one instance alone gets no answer from it.

A proxy says 502, 503 or 504 of an archive that is down, and of the one film whose reading takes
longer than it waits. The first must be waited for and no film be blamed; the second would be waited
for without end.
"""

from __future__ import annotations

from threading import Lock

_OFTEN = 60
"""Times that an instance fails beside others, while nothing passes, before it is asked whether it
fails alone. By the longest pause (`work`), two that fail in turn come to it within two hours, and a
hundred, as of a store that is down while its archive still searches, in days."""


class Doubts:
    """What became of requests of one kind to one archive, each for one instance. May be called from
    any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._passed = 0
        self._before: dict[str, int] = {}
        """Of each instance that fails: how many requests had passed when it first did."""
        self._times: dict[str, int] = {}
        """How often each has failed since any passed."""
        self._last = ""

    def passed(self, instance: str) -> None:
        with self._lock:
            self._passed += 1
            self._before.pop(instance, None)
            self._times.clear()
            self._last = ""

    def failed(self, instance: str) -> bool | None:
        """Whether it fails alone, as others passed since it began to fail; None where it is the one
        that was asked for last, too, or has failed often while nothing passed, and only another
        question would tell."""
        with self._lock:
            before = self._before.setdefault(instance, self._passed)
            again, self._last = self._last == instance, instance
            self._times[instance] = self._times.get(instance, 0) + 1
            if self._passed > before:
                return True
            return None if again or self._times[instance] > _OFTEN else False
