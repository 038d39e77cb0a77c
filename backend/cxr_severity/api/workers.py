"""Several processes on one port, for machines with more cores than one Python can use.

They are forked from a parent that has read the weights, so the pages of weights and code are
shared; the parent runs nothing itself, and starts a worker again that died.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NoReturn

logger = logging.getLogger(__name__)

_SHORT_LIFE = 5.0
_MOST_SHORT_LIVES = 5
_ENDING = (signal.SIGTERM, signal.SIGINT)


class Workers:
    """`run` in `count` child processes, until SIGTERM or SIGINT."""

    def __init__(self, count: int, run: Callable[[], None]) -> None:
        self._count = count
        self._run = run
        self._born: dict[int, float] = {}
        self._stopping = False
        self._short_lives = 0

    def supervise(self) -> bool:
        """Blocks until all have ended; False when they died again and again."""
        for number in _ENDING:
            signal.signal(number, self._stop)
        for _ in range(self._count):
            self._start()
        while self._born:
            pid, status = os.wait()
            born = self._born.pop(pid, None)
            if born is None or self._stopping:
                continue
            code = os.waitstatus_to_exitcode(status)
            logger.error("worker %d ended with %d and is started again", pid, code)
            self._short_lives = (
                self._short_lives + 1 if time.monotonic() - born < _SHORT_LIFE else 0
            )
            if self._short_lives >= _MOST_SHORT_LIVES:
                logger.error("workers die as soon as they start: giving up")
                self._stop()
            else:
                self._start()
        return self._short_lives < _MOST_SHORT_LIVES

    def _start(self) -> None:
        """One worker more, unless told to stop."""
        # A signal between the fork and the note of it would miss the worker, which would live on.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:
            if self._stopping:
                return
            pid = os.fork()
            if not pid:
                self._work(before)
            self._born[pid] = time.monotonic()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _work(self, mask: Iterable[int]) -> NoReturn:
        """In the worker, where the parent's handlers would end its siblings."""
        code = 1
        try:
            for number in _ENDING:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self._run()
            code = 0
        except BaseException:
            logger.exception("a worker failed")
        finally:
            os._exit(code)

    def _stop(self, *_: object) -> None:
        self._stopping = True
        for pid in self._born:
            # It may have been waited for a moment ago.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
