"""How often something is tried again, and after how long."""

from __future__ import annotations

import random
from dataclasses import dataclass

LONGEST_WAIT = 900.0
"""Seconds after which anything is tried again, whatever came of it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Exponential backoff with jitter, so that what failed together does not return together."""

    first: float = 2.0
    """Seconds after the first failure; each further one doubles them."""
    longest: float = LONGEST_WAIT
    """Seconds, of one wait at most."""
    attempts: int = 12
    """After this many failures an item is parked: with the defaults, after 24 to 47 minutes."""

    def wait(self, failures: int, longest: float | None = None) -> float:
        """Seconds after the `failures`-th failure in a row: between half and the whole step."""
        most = self.longest if longest is None else min(longest, self.longest)
        step = min(most, self.first * 2.0 ** min(failures - 1, 32))
        return step * random.uniform(0.5, 1)  # noqa: S311 - spreads waits, hides nothing
