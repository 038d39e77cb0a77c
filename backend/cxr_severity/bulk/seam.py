"""What is agreed between a run and whoever works on its films."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from cxr_severity.bulk.entries import Entry
from cxr_severity.bulk.rows import Row


class Claims(Protocol):
    def claim(self, digest: str, name: str) -> bool:
        """Whether the film of this name is to be scored for this content. Asked again, it says the
        same."""


Scorer = Callable[[Entry], Row]
Load = Callable[[Claims], Scorer]
"""Called once in each process that scores; it must be picklable, what it returns need not be."""

Taken = Sequence[tuple[str, str]]
"""Digest and name of each film that is scored already."""


class EngineUnavailableError(Exception):
    """The engine cannot work at all; the message is one clear line."""


class BulkEngine(Protocol):
    def run(self, entries: Sequence[Entry], load: Load, taken: Taken) -> Iterator[Row]:
        """A row for each entry, in any order.

        Raises:
            EngineUnavailableError: nothing can be scored, or no more.
        """
