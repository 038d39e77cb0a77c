"""Who works on the films: the one seam for other ways to run it.

An engine hands each entry to a scorer, somewhere, and yields its row as soon as there is one. It
calls `load` once in every process that scores, with claims that all of them share. To add one, say
for Dask or Spark: such a class, and a line in `ENGINES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from cxr_severity.bulk.claims import Claims
from cxr_severity.bulk.entries import Entry
from cxr_severity.bulk.rows import Row

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


def processes(workers: int, _: str | None, scratch: Path) -> BulkEngine:
    from cxr_severity.bulk.processes import ProcessEngine

    return ProcessEngine(workers, scratch)


def ray(workers: int, address: str | None, _: Path) -> BulkEngine:
    from cxr_severity.bulk.ray_engine import RayEngine

    return RayEngine(workers, address)


ENGINES: dict[str, Callable[[int, str | None, Path], BulkEngine]] = {
    "processes": processes,
    "ray": ray,
}
"""Made of the number of workers, an address, and a name for a file of its own beside the table."""
