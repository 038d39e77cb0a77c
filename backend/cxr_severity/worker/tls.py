"""DICOM over TLS (PS3.15 B.12): our certificate, and whose certificates are accepted."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxr_severity.worker.faults import CannotStartError

if TYPE_CHECKING:
    import socket

HANDSHAKE_SECONDS = 5.0
"""pynetdicom finishes each handshake before it accepts the next caller, so a silent one holds up
the others."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM: own certificate and its key, and the certificates of whoever signs others'.

    Both sides show a certificate and ask for one: with `authorities`, a peer without one signed by
    them is turned away.
    """

    certificate: Path
    key: Path
    authorities: Path

    def taking(self) -> ssl.SSLContext:
        """For `listen`.

        Raises:
            CannotStartError: a file cannot be used.
        """
        context = _Bounded(ssl.PROTOCOL_TLS_SERVER)
        context.verify_mode = ssl.CERT_REQUIRED
        return self._filled(context)

    def sending(self, opened: list[socket.socket]) -> ssl.SSLContext:
        """For a peer, whose certificate must be of the host that it is called by; renewed files
        count from the next time on. Sockets that it wraps are added to `opened`.

        Raises:
            CannotStartError: a file cannot be used.
        """
        context = _Told(ssl.PROTOCOL_TLS_CLIENT)
        context.opened = opened
        return self._filled(context)

    def _filled(self, context: ssl.SSLContext) -> ssl.SSLContext:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.certificate, self.key)
            context.load_verify_locations(self.authorities)
        except OSError as error:  # of ssl too
            raise CannotStartError(f"TLS cannot be set up: {error}") from None
        return context


class _Bounded(ssl.SSLContext):
    """Bounds the handshake with whoever connects."""

    def wrap_socket(self, sock: socket.socket, *args: Any, **options: Any) -> ssl.SSLSocket:
        sock.settimeout(HANDSHAKE_SECONDS)
        wrapped = super().wrap_socket(sock, *args, **options)
        wrapped.settimeout(None)
        return wrapped


class _Told(ssl.SSLContext):
    """Tells which sockets it has wrapped."""

    opened: list[socket.socket]

    def wrap_socket(self, sock: socket.socket, *args: Any, **options: Any) -> ssl.SSLSocket:
        wrapped = super().wrap_socket(sock, *args, **options)
        self.opened.append(wrapped)
        return wrapped
