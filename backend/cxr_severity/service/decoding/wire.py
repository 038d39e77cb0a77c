"""What the service and a decoding process say to each other, over a pair of sockets.

The service: `film`, then `go` or nothing more. The process: `hello` once, and for each film `size`
any number of times, each of which waits for `go`, and then one of `values`, `refused`, `failed`.
A message is a line of JSON behind its length, and as many bytes as the line says.
"""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import dataclass
from time import monotonic
from typing import Any

_HEAD = struct.Struct("<IQ")
_MOST_JSON = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """`kind` and what belongs to it; `body` is empty for most kinds."""

    kind: str
    values: dict[str, Any]
    body: bytearray


def send(
    connection: socket.socket,
    kind: str,
    body: bytes | memoryview = b"",
    **values: Any,
) -> None:
    """Raises OSError when nobody is there, TimeoutError when nobody reads."""
    line = json.dumps({"kind": kind, **values}).encode()
    connection.sendall(_HEAD.pack(len(line), len(body)) + line)
    if body:
        connection.sendall(body)


def receive(connection: socket.socket, seconds: float | None = None) -> Message:
    """The next message, within `seconds` if any are given.

    Raises:
        EOFError: the other side has gone.
        TimeoutError: the time is over.
    """
    until = None if seconds is None else monotonic() + seconds
    length, size = _HEAD.unpack(_read(connection, _HEAD.size, until))
    if length > _MOST_JSON:
        raise EOFError("what came is no message")
    values = json.loads(_read(connection, length, until))
    return Message(values.pop("kind"), values, _read(connection, size, until))


def _read(connection: socket.socket, length: int, until: float | None) -> bytearray:
    into = bytearray(length)
    view, have = memoryview(into), 0
    while have < length:
        if until is None:
            connection.settimeout(None)
        else:
            left = until - monotonic()
            if left <= 0:
                raise TimeoutError
            connection.settimeout(left)
        try:
            read = connection.recv_into(view[have:])
        except ConnectionError:
            read = 0
        if not read:
            raise EOFError("the other side has gone")
        have += read
    return into
