"""How many images a caller may send in a minute: a token bucket for each."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_WINDOW = 60.0
_MOST_CALLERS = 10_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller has left.

    `wait`: seconds until what was asked for is there, 0 when it was given. `remaining`: images
    that may be sent now. `full`: seconds until nothing counts against the caller any more.
    """

    wait: float
    remaining: int
    full: float


class RateLimit:
    """`per_minute` images for each caller. Memory is bounded: of very many callers, those who have
    been away longest are forgotten. For the event loop alone: it does not lock."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._quota = per_minute
        self._pace = per_minute / _WINDOW
        self._clock = clock
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @property
    def policy(self) -> str:
        """The value of `RateLimit-Policy`."""
        return f'"images";q={self._quota};w={_WINDOW:.0f}'

    def take(self, caller: str, images: int = 1, already: int = 0) -> Allowance:
        """Take this many, or none if there are too few. More than the whole quota is granted when
        nothing else counts against the caller, and paid off afterwards: a large request is slow,
        not impossible.

        `already`: what has been counted of the same request, which must not stand in its own way.
        It stays counted where the rest is refused; `wait` is then until the whole request is let
        in when it is sent again.
        """
        now = self._clock()
        spent, then = self._spent.pop(caller, (0.0, now))
        spent = max(0.0, spent - (now - then) * self._pace)
        room = max(float(already), self._quota - images) if images > 0 else math.inf
        wait = 0.0
        # A little slack: what floating point makes of a whole number is not worth a refusal.
        if spent > room + 1e-9:
            wait = (spent + already - room) / self._pace
        else:
            spent = max(0.0, spent + images)
        self._spent[caller] = (spent, now)
        if len(self._spent) > _MOST_CALLERS:
            self._spent.popitem(last=False)
        return Allowance(wait, max(0, math.floor(self._quota - spent)), spent / self._pace)

    def give_back(self, caller: str, images: int) -> Allowance:
        """What was taken for images that nobody will look at."""
        return self.take(caller, -images)

    def headers(self, allowance: Allowance) -> dict[str, str]:
        """`RateLimit` and its policy, as draft-ietf-httpapi-ratelimit-headers writes them, and
        `Retry-After` for a caller who must wait."""
        state = f'"images";r={allowance.remaining};t={math.ceil(allowance.full)}'
        headers = {"RateLimit-Policy": self.policy, "RateLimit": state}
        if allowance.wait:
            headers["Retry-After"] = str(max(1, math.ceil(allowance.wait)))
        return headers
