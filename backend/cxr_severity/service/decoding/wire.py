"""What the service and a decoding process say to each other.

The service: `film`, then `go` or nothing more. The process: `hello` once, and for each film `size`
any number of times, each of which waits for `go`, and then one of `values`, `refused`, `failed`.
A message is a line of JSON behind its length, by a pair of sockets, and a body of as many bytes as
its head says: by memory that both have mapped, where the system has files in memory, else by the
sockets as well. New memory for each film, and the sockets even more, would cost as much as
decoding an uncompressed one does.
"""

from __future__ import annotations

import json
import mmap
import os
import socket
import struct
import sys
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

_HEAD = struct.Struct("<IQ?")
_MOST_JSON = 1 << 20
_NEXT = b"\0"
SHARED_BYTES = 1 << 24
"""Of memory for bodies, kept with each process; what is longer goes in turns."""
_WORTH_IT = 1 << 14
"""Bytes from which on a body goes by that memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """`kind` and what belongs to it; `body` is empty for most kinds."""

    kind: str
    values: dict[str, Any]
    body: NDArray[np.uint8]


def shared_file() -> int | None:
    """The descriptor of a file in memory for both sides of a channel, where there are such files.

    Nobody can cut it, which would end who reads it.
    """
    if sys.platform != "linux":
        return None
    import fcntl

    file = os.memfd_create("films", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(file, SHARED_BYTES)
    fcntl.fcntl(
        file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW
    )
    return file


class Channel:
    """One side's.

    Args:
        connection: to the other side.
        shared: of `shared_file`; it may be closed afterwards.
    """

    def __init__(self, connection: socket.socket, shared: int | None) -> None:
        self._connection = connection
        self._shared = None if shared is None else np.frombuffer(_mapped(shared), np.uint8)

    def close(self) -> None:
        self._connection.close()
        self._shared = None

    def send(
        self, kind: str, body: bytes | memoryview = b"", seconds: float | None = None, **values: Any
    ) -> None:
        """Within `seconds` if any are given.

        Raises:
            EOFError: the other side has gone.
            TimeoutError: the time is over.
        """
        until = None if seconds is None else monotonic() + seconds
        line = json.dumps({"kind": kind, **values}).encode()
        shared = self._shared if len(body) >= _WORTH_IT else None
        self._write(_HEAD.pack(len(line), len(body), shared is not None) + line, until)
        if shared is None:
            self._write(body, until)
            return
        left = np.frombuffer(body, np.uint8)
        while left.size:
            part, left = left[: shared.size], left[shared.size :]
            shared[: part.size] = part
            self._write(_NEXT, until)
            if left.size:
                self._read(len(_NEXT), until)

    def receive(self, seconds: float | None = None) -> Message:
        """The next message, within `seconds` if any are given; raises as `send` does."""
        until = None if seconds is None else monotonic() + seconds
        length, size, by_memory = _HEAD.unpack(self._read(_HEAD.size, until).tobytes())
        shared = self._shared
        if length > _MOST_JSON or (by_memory and shared is None):
            raise EOFError("what came is no message")
        values = json.loads(self._read(length, until).tobytes())
        if by_memory and shared is not None:
            body = self._parts(shared, size, until)
        else:
            body = self._read(size, until)
        return Message(values.pop("kind"), values, body)

    def _parts(
        self, shared: NDArray[np.uint8], size: int, until: float | None
    ) -> NDArray[np.uint8]:
        body = np.empty(size, np.uint8)
        left = body
        while left.size:
            self._read(len(_NEXT), until)
            part, left = left[: shared.size], left[shared.size :]
            part[:] = shared[: part.size]
            if left.size:
                self._write(_NEXT, until)
        return body

    def _write(self, data: bytes | memoryview, until: float | None) -> None:
        self._connection.settimeout(_left(until))
        try:
            self._connection.sendall(data)
        except ConnectionError:
            raise EOFError("the other side has gone") from None

    def _read(self, length: int, until: float | None) -> NDArray[np.uint8]:
        into = np.empty(length, np.uint8)
        view, have = into.data, 0
        while have < length:
            self._connection.settimeout(_left(until))
            try:
                read = self._connection.recv_into(view[have:])
            except ConnectionError:
                read = 0
            if not read:
                raise EOFError("the other side has gone")
            have += read
        return into


def _mapped(shared: int) -> mmap.mmap:
    return mmap.mmap(shared, SHARED_BYTES)


def _left(until: float | None) -> float | None:
    """Raises TimeoutError when the time is over."""
    if until is None:
        return None
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left
