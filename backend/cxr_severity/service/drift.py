"""Whether recent films are like those that the version was made on."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping
from math import log

from cxr_severity.model.drift import DriftReference, Histogram, Statistic

WINDOW = 1000
"""How many of the latest films are compared. For that many films that have not changed at all, the
index over ten bins is 0.01 on average."""
LEAST = 200
"""How many films it takes before anything is said: of fewer, chance alone would make 0.05."""
_HALF = 0.5


class Drift:
    """Population stability index of each statistic over the last `WINDOW` films: the sum over the
    bins of (p - q) ln(p / q), p being their shares now and q in the reference. By custom, under
    0.1 nothing has changed, and over 0.25 much has. May be used by any thread."""

    def __init__(self, reference: DriftReference, window: int = WINDOW, least: int = LEAST) -> None:
        self._reference = reference.statistics
        self._least = least
        self._lock = threading.Lock()
        self._bins: dict[Statistic, deque[int]] = {
            name: deque(maxlen=window) for name in self._reference
        }

    def add(self, found: Mapping[Statistic, float]) -> None:
        with self._lock:
            for name, histogram in self._reference.items():
                if name in found:
                    self._bins[name].append(histogram.bin(found[name]))

    def films(self) -> int:
        """How many are compared."""
        with self._lock:
            return max((len(bins) for bins in self._bins.values()), default=0)

    def indexes(self) -> dict[Statistic, float]:
        """Empty until `least` films were seen."""
        with self._lock:
            return {
                name: stability_index(self._reference[name], bins)
                for name, bins in self._bins.items()
                if len(bins) >= self._least
            }


def stability_index(reference: Histogram, bins: deque[int]) -> float:
    """The index, from the number of the bin that each film fell into. Each bin counts half a film
    more on both sides, so that an empty one does not make the index infinite."""
    counts = Counter(bins)
    size = len(reference.shares)
    now, then = len(bins) + _HALF * size, reference.films + _HALF * size
    total = 0.0
    for i, share in enumerate(reference.shares):
        p = (counts[i] + _HALF) / now
        q = (share * reference.films + _HALF) / then
        total += (p - q) * log(p / q)
    return total
