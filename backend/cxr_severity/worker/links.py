"""The connections below associations: pynetdicom waits on them without end, and reads by them
whatever comes."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pynetdicom.association import Association

LOG = logging.getLogger("cxr_severity.worker")

LONGEST_PDU = 1_000_000
"""Bytes. The longest request for an association, of all contexts there can be, has far fewer."""
_DATA = b"\4"
"""The type of a P-DATA-TF (PS3.8 9.3.5)."""
_REQUEST, _TITLES = 1, (slice(10, 26), slice(26, 42))
"""The type of an A-ASSOCIATE-RQ, and where its called and calling titles stand (PS3.8 9.3.2)."""
_NO_LETTER = re.compile(rb"[^ -\[\]-~]")


def socket_of(link: Association) -> socket.socket | None:
    """None where it has been given up."""
    return None if link.dul.socket is None else link.dul.socket.socket


def bound(link: Association, seconds: float) -> None:
    """Have silence of the peer end the connection: neither the rest of a message that it has begun,
    nor its taking of what is sent, is waited for longer. pynetdicom's own timeouts end neither."""
    found = socket_of(link)
    if found is not None:
        found.settimeout(seconds)


def bound_pdus(
    link: Association, most_of_data: int = LONGEST_PDU, refuse: Callable[[], None] = lambda: None
) -> None:
    """Have a PDU end the connection that says it is longer than `LONGEST_PDU`, or one with data
    than `most_of_data` bytes, before any of it is read; `refuse` is called then. pynetdicom would
    take as much memory as a peer says, before it knows who that is."""
    found = link.dul.socket
    if found is None:
        return
    read, first = found.recv, b""

    def bounded(nr_bytes: int) -> bytearray:
        """First the six bytes before a PDU, of which one is its type, then all others of it."""
        nonlocal first
        has_data = first == _DATA and link.is_established
        if nr_bytes > (most_of_data if has_data else LONGEST_PDU):
            LOG.warning("a peer is cut off: it sends %d bytes in one piece", nr_bytes)
            refuse()
            raise OSError("too long")
        got = read(nr_bytes)
        first = bytes(got[:1])
        return got

    found.recv = bounded  # type: ignore[method-assign]


def forgive_titles(link: Association) -> None:
    """Have a request be understood though its titles end by NUL, as old devices pad them, or hold
    what no title may hold, which is read as `?`: pynetdicom would abort without a word to us, and
    its sender not be told which title is wrong."""
    decode = link.dul._decode_pdu

    def forgiving(bytestream: bytearray) -> Any:
        if bytestream[0] == _REQUEST:
            for where in _TITLES:
                title = bytes(bytestream[where])
                bytestream[where] = _proper(title).ljust(len(title))
        return decode(bytestream)

    link.dul._decode_pdu = forgiving  # type: ignore[method-assign]


def _proper(title: bytes) -> bytes:
    said = _NO_LETTER.sub(b"?", title.partition(b"\0")[0])
    return said if said.strip() else b"?"


def cut(link: Association) -> None:
    """Have reading end as if the peer had closed the connection."""
    found = socket_of(link)
    if found is not None:
        with suppress(OSError):  # it is closed already
            # Not TLS's own, behind which what is sent would be in clear.
            socket.socket.shutdown(found, socket.SHUT_RD)


def has_asked(link: Association) -> bool:
    """Whether the peer has asked for an association; until then it is a connection, and no more."""
    return link.requestor.primitive is not None
