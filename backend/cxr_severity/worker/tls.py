"""TLS, of DICOM (PS3.15 B.12) and of DICOMweb: our certificate, whose certificates are accepted,
and why a connection failed."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import httpx2

from cxr_severity.worker.faults import CannotStartError

if TYPE_CHECKING:
    import socket

LOG = logging.getLogger("cxr_severity.worker")

HANDSHAKE_SECONDS = 5.0
"""For which a caller may say nothing of TLS, or half of it."""

_OF_THE_LINE = (
    ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, ssl.SSLWantReadError,
    ssl.SSLWantWriteError,
)  # fmt: skip
"""Of TLS by name alone: the other side hung up, or has nothing to say yet."""


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
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.verify_mode = ssl.CERT_REQUIRED
        return self._filled(context)

    def state(self) -> tuple[object, ...]:
        """Of the files: another one wherever they may have changed."""
        return tuple(_state(path) for path in (self.certificate, self.key, self.authorities))

    def sending(self, opened: list[socket.socket], faults: list[str]) -> ssl.SSLContext:
        """For a peer, whose certificate must be of the host that it is called by; renewed files
        count from the next time on. Sockets that it wraps are added to `opened`, and to `faults`
        why one could not be (`fault_of`).

        Raises:
            CannotStartError: a file cannot be used.
        """
        context = _Told(ssl.PROTOCOL_TLS_CLIENT)
        context.opened, context.faults = opened, faults
        context.sslsocket_class = _Telling
        return self._filled(context)

    def _filled(self, context: ssl.SSLContext) -> ssl.SSLContext:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        _load(context.load_cert_chain, self.certificate, self.key)
        _load(context.load_verify_locations, self.authorities)
        return context


def trusting(authorities: Path | None) -> ssl.SSLContext:
    """For DICOMweb: whom this machine trusts, and whoever is signed by `authorities`.

    Raises:
        CannotStartError: the file cannot be used.
    """
    context = httpx2.create_ssl_context()
    if authorities is not None:
        _load(context.load_verify_locations, authorities)
    return context


def fault_of(error: BaseException | None) -> str:
    """Which fault of TLS an error comes from, as a code; empty where it is none."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return "certificate-not-trusted"
        if isinstance(error, ssl.SSLError) and not isinstance(error, _OF_THE_LINE):
            return "no-tls"
        error = error.__cause__ or error.__context__
    return ""


def _load(load: Callable[..., None], *files: Path) -> None:
    try:
        load(*files)
    except OSError as error:  # of ssl too, which names no file
        names = " with ".join(map(str, files))
        raise CannotStartError(f"TLS cannot be set up by {names}: {error}") from None


def _state(path: Path) -> tuple[int, ...] | None:
    try:
        said = path.stat()
    except OSError:
        return None
    # The last of them for rights that are given: they change nothing else.
    return said.st_ino, said.st_size, said.st_mtime_ns, said.st_ctime_ns


class Taking:
    """TLS with whoever calls. Renewed files count from the next caller on; where they cannot be
    used, as amid their renewal, those from before do. They are read where they changed alone, as a
    load balancer may call each second.

    Raises:
        CannotStartError: a file cannot be used.
    """

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self._renewing = Lock()
        self._read = self._warned = tls.state()
        self._context = tls.taking()

    def shake(self, line: socket.socket) -> ssl.SSLSocket | None:
        """The caller's line by TLS; None, and closed, where that fails or takes too long. May be
        called from any thread."""
        context = self._renewed()
        line.settimeout(HANDSHAKE_SECONDS)
        try:
            wrapped = context.wrap_socket(line, server_side=True)
        except TimeoutError:
            LOG.warning("a sender is turned away: it has said nothing of TLS in time")
        except (ssl.SSLEOFError, ConnectionError):  # whoever only looks whether the port is open
            pass
        except OSError:
            LOG.warning("a sender is turned away: no TLS, or no certificate that --tls-ca accepts")
        else:
            wrapped.settimeout(None)
            return wrapped
        line.close()
        return None

    def _renewed(self) -> ssl.SSLContext:
        with self._renewing:
            state = self._tls.state()
            if state != self._read:
                try:
                    self._context, self._read = self._tls.taking(), state
                except CannotStartError as error:  # of which the next caller's try may be better
                    if state != self._warned:
                        LOG.warning("%s; the files from before count", error)
                    self._warned = state
            return self._context


class _Told(ssl.SSLContext):
    """Tells which sockets it has wrapped, and what they failed by."""

    opened: list[socket.socket]
    faults: list[str]

    def wrap_socket(self, sock: socket.socket, *args: Any, **options: Any) -> ssl.SSLSocket:
        wrapped = super().wrap_socket(sock, *args, **options)
        self.opened.append(wrapped)
        return wrapped


class _Telling(ssl.SSLSocket):
    """Of a `_Told`. With TLS 1.3 a peer that does not accept our certificate says so only to who
    reads."""

    def do_handshake(self, block: bool = False) -> None:
        with self._telling():
            super().do_handshake(block)

    def read(self, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002
        with self._telling():
            return super().read(len, buffer)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except ssl.SSLError as error:
            if isinstance(self.context, _Told) and (code := fault_of(error)):
                self.context.faults.append(code)
            raise
