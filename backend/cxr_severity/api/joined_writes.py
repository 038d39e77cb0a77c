"""What a connection's answer is written by: its headers and its body leave together.

uvicorn hands them over one after the other, and each goes to the network at once. A process that
is killed between the two leaves an answer that has begun, which no proxy may ask of another
process. Threads that compute make that moment long: one of them may take its turn in between.
"""

from __future__ import annotations

import asyncio
from typing import Any

AT_ONCE = 65_536
"""Bytes that do not wait for more: what is sent in pieces is not gathered here."""


class JoinedWrites(asyncio.Transport):
    """A transport that gathers what is written until its loop's next round; the rest is that of the
    transport below."""

    def __init__(self, below: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._below, self._loop = below, loop
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
            self._below.write(b"".join(waiting))

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
