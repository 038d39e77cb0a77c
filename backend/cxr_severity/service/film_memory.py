"""How much memory the films being worked on may take together.

A film's header says what decoding it will take, and every decoder asks `Limits.check_size` before
it decodes: there the film waits for its share.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cxr_severity.imaging.limits import Limits
from cxr_severity.service.memory import give_back

BYTES_PER_VALUE = 16
"""At the peak of a decode: the stored samples, the decoder's own copies and the grey values. Of
films of 16 megapixels JPEG 2000 and run-length data took as many, JPEG-LS and lossless JPEG 14,
TIFF 6 to 9, progressive JPEG 3; the estimate is the hungriest's for all, as only the size is
known."""
LOOK_SECONDS = 0.5
"""How often a film that waits sees whether it still should."""
LARGE = 80_000_000
"""From this many bytes on, freed memory is returned to the system, which takes a few
milliseconds."""


@dataclass(frozen=True, slots=True)
class _AskingLimits(Limits):
    """Limits that tell of each size that they let pass."""

    ask: Callable[[int], None] = field(kw_only=True)

    def check_size(self, width: int, height: int, samples: int = 1) -> None:
        Limits.check_size(self, width, height, samples)
        self.ask(width * height * samples)


def _go_on() -> None:
    """For whoever waits as long as it takes."""


class FilmMemory:
    """Shares of `capacity` bytes. A film that needs more than all of it goes when no other film has
    a share. First come, first served: a large film would wait for ever if small ones that came
    later took what becomes free."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._changed = threading.Condition()
        self.taken = 0
        self._waiting: deque[object] = deque()

    @contextmanager
    def share(self, limits: Limits, check: Callable[[], None] = _go_on) -> Iterator[Limits]:
        """Limits for one film, whose header takes its share; given back at the end. Blocking.

        `check` is called now and then while the film waits: what it raises ends the wait.

        A film asks once. Should it ask again for more, it is given that without waiting: two films
        that each held a share and waited for the other's would wait for ever.
        """
        held = 0

        def ask(values: int) -> None:
            nonlocal held
            wanted = values * BYTES_PER_VALUE
            with self._changed:
                if not held:
                    self._wait(wanted, check)
                self.taken += max(0, wanted - held)
                held = max(held, wanted)

        try:
            yield _AskingLimits(limits.max_bytes, limits.max_pixels, limits.min_side, ask=ask)
        finally:
            if held >= LARGE:
                give_back()
            with self._changed:
                self.taken -= held
                self._changed.notify_all()

    def _wait(self, wanted: int, check: Callable[[], None]) -> None:
        """Until it is this one's turn and there is room. Under the lock."""
        turn = object()
        self._waiting.append(turn)
        try:
            while self._waiting[0] is not turn or not self._fits(wanted):
                self._changed.wait(LOOK_SECONDS)
                check()
        finally:
            self._waiting.remove(turn)
            self._changed.notify_all()  # there may be room for the next one too

    def _fits(self, wanted: int) -> bool:
        return not self.taken or self.taken + wanted <= self.capacity
