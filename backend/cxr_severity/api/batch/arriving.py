"""One file of a batch: while it comes, in memory that is counted, and once it is whole."""

from __future__ import annotations

from dataclasses import dataclass

from cxr_severity.api.body_memory import Part, Share
from cxr_severity.api.errors import ApiError
from cxr_severity.imaging.errors import OVER_THE_LIMIT, FileTooLargeError, InputRefusedError


@dataclass(frozen=True, slots=True)
class Item:
    """One file of a batch, or why there is none."""

    name: str
    content: bytes | ApiError | InputRefusedError
    part: Part | None = None
    """The memory that it takes, to be given back once it is judged."""


class Arriving:
    """What has come of a file; of one over the limit, nothing is kept."""

    def __init__(self, name: str, max_bytes: int, share: Share) -> None:
        self.data = bytearray()
        self.over = False
        self.name = name
        self._max_bytes = max_bytes
        self._part = share.part()

    async def add(self, content: bytes) -> None:
        """Waits while bodies take too much memory."""
        if self.over:
            return
        self.data += content
        if len(self.data) > self._max_bytes:
            self.over = True
            await self.drop()
        else:
            await self._part.grow(len(content))

    async def drop(self) -> None:
        """Keep nothing of it."""
        self.data = bytearray()
        self._part.give_back()

    def item(self) -> Item:
        """The whole of it; for once."""
        if self.over:
            limit = self._max_bytes / 1e6
            return Item(self.name, FileTooLargeError(OVER_THE_LIMIT, limit=limit))
        content, self.data = bytes(self.data), bytearray()
        self._part.whole = True
        return Item(self.name, content, self._part)
