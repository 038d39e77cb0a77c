"""DICOM over TLS (PS3.15 B.12): our certificate, and whose certificates are accepted."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxr_severity.worker.faults import CannotStartError

if TYPE_CHECKING:
    import socket

LOG = logging.getLogger("cxr_severity.worker")

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
        for files, load in (
            ((self.certificate, self.key), context.load_cert_chain),
            ((self.authorities,), context.load_verify_locations),
        ):
            try:
                load(*files)
            except OSError as error:  # of ssl too, which names no file
                names = " with ".join(map(str, files))
                raise CannotStartError(f"TLS cannot be set up by {names}: {error}") from None
        return context


class _Bounded(ssl.SSLContext):
    """Bounds the handshake with whoever connects, and tells where it fails."""

    def wrap_socket(self, sock: socket.socket, *args: Any, **options: Any) -> ssl.SSLSocket:
        sock.settimeout(HANDSHAKE_SECONDS)
        try:
            wrapped = super().wrap_socket(sock, *args, **options)
        except ssl.SSLEOFError:  # whoever only looks whether the port is open
            raise
        except ssl.SSLError:
            LOG.warning("a sender is turned away: no TLS, or no certificate that --tls-ca accepts")
            raise
        wrapped.settimeout(None)
        return wrapped


class _Told(ssl.SSLContext):
    """Tells which sockets it has wrapped."""

    opened: list[socket.socket]

    def wrap_socket(self, sock: socket.socket, *args: Any, **options: Any) -> ssl.SSLSocket:
        wrapped = super().wrap_socket(sock, *args, **options)
        self.opened.append(wrapped)
        return wrapped
