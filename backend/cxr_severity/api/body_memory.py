"""What bodies take together while they arrive, wait and are worked on."""

from __future__ import annotations

import anyio


class BodyMemory:
    """Bytes that are held of all bodies. For the event loop alone: it does not lock.

    A body that is read whole is turned away over `most` (`UploadPace`). A batch is read no further
    over half of it, so that single films find room beside batches. Where all of that is files that
    have not come whole, none would ever be given back: one of them at a time goes on all the same,
    until it has been judged.
    """

    def __init__(self, most: int) -> None:
        """`most`: bytes, that a single body or file may exceed."""
        self.most = most
        self.held = 0
        self._alone: Part | None = None
        self._waiting: list[Part] = []
        self._changed = anyio.Event()

    @property
    def full(self) -> bool:
        """Whether batches wait."""
        return self.held > self.most // 2

    def add(self, size: int) -> None:
        """Count this many bytes more, or fewer."""
        self.held += size
        if size < 0:
            self._look_again()

    async def until_free(self, part: Part) -> None:
        """Wait until the body of `part` may be read on; first come, first served."""
        if not self.full or self._alone is part:
            return
        self._waiting.append(part)
        try:
            while self.full and not (self._alone is None and self._waiting[0] is part):
                await self._changed.wait()
            if self.full:
                self._alone = part
        finally:
            self._waiting.remove(part)
            self._look_again()

    def let_go(self, part: Part) -> None:
        """It goes on alone no more."""
        if self._alone is part:
            self._alone = None
            self._look_again()

    def _look_again(self) -> None:
        changed, self._changed = self._changed, anyio.Event()
        changed.set()


class Part:
    """What a batch holds of one file, or of its lines."""

    def __init__(self, memory: BodyMemory, share: Share) -> None:
        self.size = 0
        self._memory = memory
        self._share = share

    def add(self, size: int) -> None:
        """Count this many bytes more, or fewer, without waiting."""
        self._share.parts.add(self)
        self.size += size
        self._memory.add(size)

    async def grow(self, size: int) -> None:
        """Count this many bytes more, and wait until more of the body may be read."""
        self.add(size)
        await self._memory.until_free(self)

    def give_back(self) -> None:
        """All of it."""
        self.add(-self.size)
        self._memory.let_go(self)
        self._share.parts.discard(self)


class Share:
    """What one batch holds."""

    def __init__(self, memory: BodyMemory) -> None:
        self.parts: set[Part] = set()
        """Those that hold something."""
        self._memory = memory

    @property
    def full(self) -> bool:
        """As of the whole memory."""
        return self._memory.full

    def part(self) -> Part:
        """A new one, of nothing yet. Any thread may ask for it."""
        return Part(self._memory, self)

    def close(self) -> None:
        """Give back what is left."""
        for part in [*self.parts]:
            part.give_back()
