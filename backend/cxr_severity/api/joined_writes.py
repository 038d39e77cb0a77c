"""What a connection's answer is written by: its headers and its body leave together.

uvicorn hands them over one after the other, and each goes to the network at once. A process that
is killed between the two leaves an answer that has begun, which no proxy may ask of another
process. Threads that compute make that moment long: one of them may take its turn in between.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import sys
import termios
from typing import Any

logger = logging.getLogger(__name__)

AT_ONCE = 65_536
"""Bytes that do not wait for more: what is sent in pieces is not gathered here."""


class JoinedWrites(asyncio.Transport):
    """A transport that gathers what is written until its loop's next round; the rest is that of the
    transport below. A client that takes nothing of it for `patience` seconds is let go, also while
    the connection is being closed: it would be kept, with what waits for it, for as long as it
    likes."""

    def __init__(
        self, below: asyncio.Transport, loop: asyncio.AbstractEventLoop, patience: float = 60.0
    ) -> None:
        super().__init__()
        self._below, self._loop, self._patience = below, loop, patience
        self._written = 0
        """Bytes that the transport below was given."""
        self._watch: asyncio.TimerHandle | None = None
        self._waiting: list[bytes | bytearray | memoryview] = []
        self._size = 0
        self._turn: asyncio.Handle | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= AT_ONCE:
            self._flush()
        elif self._turn is None:
            self._turn = self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        waiting, self._waiting, self._size = self._waiting, [], 0
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        # Of a connection that was lost meanwhile nobody reads.
        if waiting and not self._below.is_closing():
            joined = b"".join(waiting)
            self._written += len(joined)
            self._below.write(joined)
            if self._watch is None and self._below.get_write_buffer_size():
                self._look_after(self._taken)

    @property
    def _taken(self) -> int:
        """Bytes that the client has taken. What the system holds is none of them: a slow client
        may read for minutes before there is room for more of it."""
        return self._written - self._below.get_write_buffer_size() - self._held()

    def _held(self) -> int:
        socket = self._below.get_extra_info("socket")
        count = bytearray(4)
        try:
            fcntl.ioctl(socket.fileno(), termios.TIOCOUTQ, count)
        except (AttributeError, OSError):  # of no socket, or of a system that does not tell
            return 0
        return int.from_bytes(count, sys.byteorder)

    def _look_after(self, taken: int) -> None:
        self._watch = self._loop.call_later(self._patience, self._look, taken)

    def _look(self, taken: int) -> None:
        self._watch = None
        if not self._below.get_write_buffer_size():
            return
        if self._taken > taken:
            self._look_after(self._taken)
            return
        logger.warning("a client took nothing of its answer for %g s", self._patience)
        self._below.abort()

    def write_eof(self) -> None:
        self._flush()
        self._below.write_eof()

    def close(self) -> None:
        self._flush()
        self._below.close()

    def abort(self) -> None:
        self._waiting.clear()
        self._below.abort()

    def can_write_eof(self) -> bool:
        return self._below.can_write_eof()

    def is_closing(self) -> bool:
        return self._below.is_closing()

    def is_reading(self) -> bool:
        return self._below.is_reading()

    def pause_reading(self) -> None:
        self._below.pause_reading()

    def resume_reading(self) -> None:
        self._below.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._below.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        return self._size + self._below.get_write_buffer_size()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._below.get_write_buffer_limits()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._below.set_write_buffer_limits(high, low)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._below.set_protocol(protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._below.get_protocol()
