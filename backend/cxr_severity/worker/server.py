"""The listening port: who calls, and TLS with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynetdicom.transport import ThreadedAssociationServer

if TYPE_CHECKING:
    from cxr_severity.worker.tls import Taking


class Server(ThreadedAssociationServer):
    """With `tls`, shakes hands in each caller's own thread: pynetdicom would do so before it
    accepts the next, and a silent one hold up all others."""

    tls: Taking | None = None
    daemon_threads = True
    """Closing waits for nobody's handshake."""
    closed = False

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is not None and (request := self.tls.shake(request)) is None:
            return
        if self.closed:
            request.close()
            return
        super().finish_request(request, client_address)

    def server_close(self) -> None:
        self.closed = True
        super().server_close()
