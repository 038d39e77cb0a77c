"""The engine for one machine: a process for each core, one thread in each."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path

from cxr_severity.bulk.claims import ClaimsFile
from cxr_severity.bulk.entries import Entry
from cxr_severity.bulk.rows import FAILED, Row, blank
from cxr_severity.bulk.seam import EngineUnavailableError, Load, Scorer, Taken
from cxr_severity.machine import end_with_parent

_AHEAD = 4
"""How many films are handed out per process, so that none has to wait for its next one."""

_scorer: Scorer | None = None
_fault = ""


class ProcessEngine:
    """`workers` processes; `scratch` names the file of what they have claimed."""

    def __init__(self, workers: int, scratch: Path) -> None:
        self._workers = workers
        self._scratch = scratch

    def run(self, entries: Sequence[Entry], load: Load, taken: Taken) -> Iterator[Row]:
        left = iter(entries)
        suspects: list[Entry] = []
        try:
            ClaimsFile.create(self._scratch, taken)
            while True:
                suspects = yield from self._pool(left, load, self._workers)
                if not suspects:
                    return
                # One of these ended its process. Each is now tried alone, which shows whether it
                # was the one.
                for each in suspects:
                    if (yield from self._pool(iter([each]), load, 1)):
                        yield blank(each.name, FAILED, "worker-died",
                                    "The process that worked on it ended: most likely the film "
                                    "takes more memory than there is.")  # fmt: skip
        finally:
            self._scratch.unlink(missing_ok=True)

    def _pool(
        self, left: Iterator[Entry], load: Load, workers: int
    ) -> Generator[Row, None, list[Entry]]:
        """Yields rows; returns the films that were handed out when a process ended, if one did."""
        pool = ProcessPoolExecutor(
            workers, multiprocessing.get_context("spawn"), _start, (load, self._scratch)
        )
        waiting: dict[Future[Row], Entry] = {}
        refused: list[Entry] = []

        def hand_out(some: Iterable[Entry]) -> None:
            for each in some:
                try:
                    waiting[pool.submit(_score, each)] = each
                except BrokenProcessPool:  # a process ended while a row was being kept
                    refused.append(each)
                    raise

        try:
            hand_out(islice(left, workers * _AHEAD))
            while waiting:
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    row = future.result()
                    del waiting[future]
                    yield row
                    hand_out(islice(left, 1))
        except BrokenProcessPool:
            return [*waiting.values(), *refused]
        finally:
            pool.shutdown(cancel_futures=True)
        return []


def _start(load: Load, scratch: Path) -> None:
    global _scorer, _fault
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops its pool itself
    end_with_parent()
    try:
        _scorer = load(ClaimsFile(scratch))
    except Exception as error:  # noqa: BLE001 - told with the first film; else the pool only breaks
        _fault = str(error)


def _score(entry: Entry) -> Row:
    if _scorer is None:
        raise EngineUnavailableError(_fault)
    return _scorer(entry)
