"""The connections below associations: pynetdicom waits on them without end."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pynetdicom.association import Association


def socket_of(link: Association) -> socket.socket | None:
    """None where it has been given up."""
    return None if link.dul.socket is None else link.dul.socket.socket


def bound(link: Association, seconds: float) -> None:
    """Have silence of the peer end the connection: neither the rest of a message that it has begun,
    nor its taking of what is sent, is waited for longer. pynetdicom's own timeouts end neither."""
    found = socket_of(link)
    if found is not None:
        found.settimeout(seconds)


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
