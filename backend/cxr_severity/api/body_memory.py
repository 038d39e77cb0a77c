"""What bodies take together while they arrive, wait and are worked on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import anyio

UNPACKED = 32
"""How many archives are unpacked at a time."""


class BodyMemory:
    """Bytes that are held of all bodies. For the event loop alone: it does not lock.

    A body that is read whole is turned away over `most` (`UploadPace`). A batch is read no further
    over half of it, and what batches hold beyond that turns no single film away. Where all of it is
    files that have not come whole, none would ever be given back: one of them at a time goes on all
    the same, until it has been judged.
    """

    def __init__(self, most: int) -> None:
        """`most`: bytes, that a single body or file may exceed."""
        self.most = most
        # Each takes a thread for as long as its sender likes: without a bound they take all that
        # the system gives, and nobody's film finds one.
        self.unpacking = anyio.CapacityLimiter(UNPACKED)
        self.held = 0
        self.streamed = 0
        """Of `held`, what batches hold."""
        self.alone: Part | None = None
        """The one that goes on."""
        self.since = 0.0
        """When it began to, by the monotonic clock."""
        self._waiting: list[Part] = []
        self._changed = anyio.Event()

    def refuses(self, received: int) -> bool:
        """Whether a body of which so many bytes have come finds no room; one alone always does."""
        single = self.held - self.streamed
        return single + min(self.streamed, self.most // 2) > max(self.most, received)

    @property
    def full(self) -> bool:
        """Whether batches wait."""
        return self.held > self.most // 2

    def add(self, size: int) -> None:
        """Count this many bytes more, or fewer."""
        self.held += size
        if size < 0:
            self.look_again()

    async def until_free(self, part: Part) -> None:
        """Wait until the body of `part` may be read on; first come, first served."""
        if not self.full or self.alone is part:
            return
        self._waiting.append(part)
        try:
            while self.full and not (self.alone is None and self._next() is part):
                await self._changed.wait()
            if self.full:
                self.alone, self.since = part, monotonic()
        finally:
            self._waiting.remove(part)
            self.look_again()

    def let_go(self, part: Part) -> None:
        """It goes on alone no more."""
        if self.alone is part:
            self.alone = None
            self.look_again()

    def _next(self) -> Part | None:
        """Whose caller is over its rate must not hold up the others meanwhile."""
        return next((part for part in self._waiting if not part.share.paused), None)

    def look_again(self) -> None:
        """Have those that wait see whether they may go on."""
        changed, self._changed = self._changed, anyio.Event()
        changed.set()


class Part:
    """What a batch holds of one file, or of its lines."""

    def __init__(self, memory: BodyMemory, share: Share) -> None:
        self.size = 0
        self.whole = False
        """Whether all of it has come."""
        self.share = share
        self._memory = memory

    def add(self, size: int) -> None:
        """Count this many bytes more, or fewer, without waiting."""
        self.share.parts.add(self)
        self.size += size
        self._memory.streamed += size
        self._memory.add(size)

    async def grow(self, size: int) -> None:
        """Count this many bytes more, and wait until more of the body may be read."""
        self.add(size)
        await self._memory.until_free(self)

    def give_back(self) -> None:
        """All of it."""
        self.add(-self.size)
        self._memory.let_go(self)
        self.share.parts.discard(self)


class Share:
    """What one batch holds."""

    def __init__(self, memory: BodyMemory) -> None:
        self.parts: set[Part] = set()
        """Those that hold something."""
        self.paused = 0
        """How many of its films wait for their caller's rate."""
        self._memory = memory

    @property
    def unpacking(self) -> anyio.CapacityLimiter:
        """Of all batches, as the memory is."""
        return self._memory.unpacking

    @property
    def full(self) -> bool:
        """As of the whole memory."""
        return self._memory.full

    @property
    def turn(self) -> float | None:
        """Since when a file of it that has not come whole goes on while others wait, by the
        monotonic clock."""
        part = self._memory.alone
        comes = part is not None and part.share is self and not part.whole
        return self._memory.since if comes else None

    @contextmanager
    def pause(self) -> Iterator[None]:
        """While it waits for something else than memory, files of others go on."""
        self.paused += 1
        part = self._memory.alone
        if part is not None and part.share is self:
            self._memory.let_go(part)
        try:
            yield
        finally:
            self.paused -= 1
            self._memory.look_again()

    def drop_unfinished(self) -> None:
        """Give back what will not come whole any more."""
        for part in [*self.parts]:
            if not part.whole:
                part.give_back()

    def part(self) -> Part:
        """A new one, of nothing yet. Any thread may ask for it."""
        return Part(self._memory, self)

    def close(self) -> None:
        """Give back what is left."""
        for part in [*self.parts]:
            part.give_back()
