"""How many threads a pass through the network gets.

Two threads halve the time of a pass on a quiet machine. Where other processes want the cores they
wait for each other at every step, and take several times as long as one. Nobody can know beforehand
which it is, so it is measured all the time.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import perf_counter, thread_time

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.engine import Compiled, EngineConfig, EngineName, compile_graph

_FREE = 1.15
"""Wall time of a pass of few threads over the CPU time of its own, at most, where nobody else wants
that core."""
_FIRST_WAIT, _LAST_WAIT = 8, 256
"""Passes until what is slower is tried again; doubled while it stays slower."""
_WORTH = 0.95
"""Of the time of few threads, at most, that many must take."""


class Choice:
    """Whether an image that is alone is passed by many threads or by few: whichever was faster.

    The first pass is by many, so that a check at load sees them, the second by few. What is slower
    is tried again, ever more seldom while it stays so; many threads only when a pass of few has
    just found its core free. Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._seconds: dict[bool, float] = {}
        """What a pass of many threads (True) and one of few takes at present."""
        self._many = False
        self._wait = _FIRST_WAIT
        self._since = 0
        self._free = True

    def many(self) -> bool:
        """For the pass that comes now."""
        with self._lock:
            for untried in (True, False):
                if untried not in self._seconds:
                    return untried
            if self._since < self._wait:
                return self._many
            # The other one's turn, unless it is sure to lose.
            return not self._many and self._free

    def note(self, many: bool, wall: float, cpu: float) -> None:
        """What a pass took: seconds on the clock, and of CPU in the calling thread."""
        with self._lock:
            before = self._seconds.get(many, wall)
            # A fast one shows what is possible; one that is a little slower may be a hiccup.
            self._seconds[many] = wall if wall < before else (before + wall) / 2
            if not many:
                self._free = wall <= _FREE * cpu
            tried = self._since >= self._wait and many != self._many
            self._since = 0 if tried else self._since + 1
            if len(self._seconds) < 2:
                return
            chosen = self._seconds[True] <= _WORTH * self._seconds[False]
            if chosen != self._many:
                self._many, self._wait, self._since = chosen, _FIRST_WAIT, 0
            elif tried:
                self._wait = min(2 * self._wait, _LAST_WAIT)


class Passes:
    """A network's costly part on an engine, for images in batches and for one that is alone."""

    def __init__(
        self,
        few: Compiled,
        many: Compiled | None = None,
        clocks: tuple[Callable[[], float], Callable[[], float]] = (perf_counter, thread_time),
    ) -> None:
        """`many` has more threads; None where there are no more to have. `clocks`: wall time, and
        CPU time of the calling thread."""
        self._few = few
        self._by_many = many
        self._wall, self._cpu = clocks
        self._choice = Choice()

    def __call__(
        self, batch: Float32Array, *, alone: bool = False
    ) -> list[tuple[Float32Array, ...]]:
        """(N, 3, S, S) to what the network says of each.

        One image after the other: in the convolutions a CPU gains nothing from a batch, which only
        takes more memory.
        """
        if not alone or len(batch) != 1 or self._by_many is None:
            return [self._few(batch[i : i + 1]) for i in range(len(batch))]
        many = self._choice.many()
        wall, cpu = self._wall(), self._cpu()
        found = (self._by_many if many else self._few)(batch)
        self._choice.note(many, self._wall() - wall, self._cpu() - cpu)
        return [found]


def compile_passes(graph: bytes, engine: EngineName, execution: EngineConfig) -> Passes:
    """A graph of (1, 3, S, S) input for images in batches, and for one that is alone.

    Raises:
        EngineError: when the engine refuses it.
    """
    alone = execution.threads_alone or execution.threads
    counts = sorted({execution.threads, alone})
    by_threads = dict(zip(counts, compile_graph(engine, graph, counts), strict=True))
    few, many = by_threads[execution.threads], by_threads[alone]
    return Passes(few, None if few is many else many)
