"""Taking films by C-STORE, answering C-ECHO, and saying no to storage commitment.

Storage commitment (PS3.4 Annex J) promises that objects are kept. This node keeps none, so it
refuses each request with a status that says so, and the sender keeps its own copy.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from socketserver import BaseServer
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

from pynetdicom import AE, evt
from pynetdicom.pdu import P_DATA_TF
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    SecondaryCaptureImageStorage,
    StorageCommitmentPushModel,
    Verification,
)

from cxr_severity.imaging.dicom.image import NATIVE
from cxr_severity.imaging.dicom.plugin import COMPRESSED
from cxr_severity.worker.faults import CannotStartError
from cxr_severity.worker.links import bound, bound_pdus, cut, forgive_titles, has_asked
from cxr_severity.worker.server import Server
from cxr_severity.worker.tls import Taking, Tls

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pynetdicom.association import Association
    from pynetdicom.events import Event

LOG = logging.getLogger("cxr_severity.worker")

SUCCESS, OUT_OF_RESOURCES, NOT_KEPT, CANNOT_UNDERSTAND = 0x0000, 0xA700, 0x0122, 0xC000
OF_ANOTHER = 0xA900
"""The data set does not match what the command says of it."""

_TAKEN = (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    SecondaryCaptureImageStorage,
)
_SYNTAXES = sorted(NATIVE | COMPRESSED)
_PATIENCE = 10
"""How many times as much as a film may have is listened to, and not kept, before the sender is cut
off."""
_TO_ASK = 5.0
"""Seconds for which a connection may say nothing, or half a request, before it asks for an
association (the ARTIM timer, of which PS3.8 9.1.5 leaves the length to us). A sender asks in the
moment in which it connects, and a packet that was lost comes again within three seconds; nothing of
a film is sent before. Until then whoever merely looks whether the port is open holds a place."""
_IDLE = 60.0
"""Seconds of silence after which an association is given up: between two messages, and within one,
where a sender was switched off and its end of the connection never said so."""
_REJECTIONS: dict[tuple[int | None, int | None], str] = {
    (1, 3): "its AE title is not among those of --ae",
    (1, 7): "it calls another AE title than --aet",
    (3, 2): "too many associations are open",
}
"""By source and reason (PS3.8 9.3.4)."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and to whom this node listens."""

    title: str
    host: str
    port: int
    callers: Sequence[str] = ()
    """Titles of the application entities that may send; empty for any."""
    links: int = 4
    """Associations at a time; with the bound on a film, this bounds the memory."""
    tls: Tls | None = None
    """With it, nobody is let in without TLS and a certificate."""


class Receiver:
    """A C-STORE SCP. `take` gets the SOP Instance UID and the whole file, and returns a status.

    `largest` bounds one film, in bytes; `too_large` gets the UID of one that is larger, as far as
    the sender said it, and the file as far as it was kept.
    """

    def __init__(
        self,
        listening: Listening,
        take: Callable[[str, bytes], int],
        largest: int,
        too_large: Callable[[str, bytes], None] = lambda *_: None,
    ) -> None:
        self._listening = listening
        self._take = take
        self._largest = largest
        self._most = int(largest * 1.1) + 1_000_000  # with what is around a film
        self._too_large = too_large
        self._entity = AE(listening.title)
        self._entity.maximum_associations = listening.links
        self._entity.require_called_aet = True
        self._entity.require_calling_aet = list(listening.callers)
        self._entity.acse_timeout = _TO_ASK
        self._entity.network_timeout = _IDLE
        self._entity.add_supported_context(Verification)
        self._entity.add_supported_context(StorageCommitmentPushModel)
        for kind in _TAKEN:
            self._entity.add_supported_context(kind, _SYNTAXES)
        self._server: Server | None = None
        self._thread: Thread | None = None
        self._received: dict[int, int] = {}

    def start(self) -> None:
        """Listen in threads of its own.

        Raises:
            CannotStartError: the port cannot be had, or a file of TLS not be used.
        """
        at = (self._listening.host, self._listening.port)
        tls = None if self._listening.tls is None else Taking(self._listening.tls)
        try:
            server = self._entity.make_server(
                at,
                server_class=Server,
                evt_handlers=[
                    (evt.EVT_C_STORE, self._store),
                    (evt.EVT_C_ECHO, lambda _: SUCCESS),
                    (evt.EVT_N_ACTION, lambda _: (NOT_KEPT, None)),
                    (evt.EVT_PDU_RECV, self._count),
                    (evt.EVT_DIMSE_RECV, self._forget),
                    (evt.EVT_CONN_OPEN, self._opened),
                    (evt.EVT_REQUESTED, lambda event: bound(event.assoc, _IDLE)),
                    (evt.EVT_CONN_CLOSE, self._closed),
                    (evt.EVT_REJECTED, self._turned_away),
                ],
            )
        except OSError as error:
            raise CannotStartError(
                f"cannot listen on {at[0]} port {at[1]}: {error.strerror}"
            ) from None
        self._server = cast(Server, server)
        self._server.tls = tls
        self._thread = Thread(target=self._server.serve_forever, name="listener", daemon=True)
        self._thread.start()

    @property
    def broken(self) -> bool:
        """Whether it listens no more without being told to, a fault of this program."""
        return self._thread is not None and not self._thread.is_alive()

    def stop(self, patience: float = 10.0) -> None:
        """Take no new associations, and let those that are open end, for `patience` seconds.

        Who has not asked for one yet is cut off at once.
        """
        if self._server is not None and self._thread is not None:
            BaseServer.shutdown(self._server)  # pynetdicom's own is for what it started itself
            self._server.server_close()
            self._thread.join()
            self._server = self._thread = None
        end = time.monotonic() + patience
        while (links := self._entity.active_associations) and time.monotonic() < end:
            for each in links:
                if not has_asked(each):
                    cut(each)
            time.sleep(0.05)
        for each in links:  # else one that is amid a message is waited for
            cut(each)
        self._entity.shutdown()

    def _store(self, event: Event) -> int | Dataset:
        data = event.encoded_dataset()
        named = str(getattr(event.request, "AffectedSOPInstanceUID", None) or "")
        if len(data) > self._largest:
            self._refuse(named, data)
            return CANNOT_UNDERSTAND
        return self._take(named, data)

    def _count(self, event: Event) -> None:
        """Bound what one film takes of the memory, before it is taken.

        What is too much of a film is not kept, so that its sender hears that it is refused and goes
        on with the next. Who sends without end, or such a command, is cut off.
        """
        if not isinstance(event.pdu, P_DATA_TF):
            return
        link, most = id(event.assoc), self._most
        for item in event.pdu.presentation_data_value_items:
            value = item.presentation_data_value or b"\0"
            command = value[0] & 1  # PS3.8 E.2
            before = self._received.get(link, 0)
            self._received[link] = before + len(value) - 1
            if self._received[link] > most * (1 if command else _PATIENCE):
                self._received[link] = 0
                self._refuse(_named_in(event.assoc), b"")
                event.assoc.abort()
                return
            # Over `largest` is kept, by which `_store` knows that it is too much.
            item.presentation_data_value = value[: 1 + max(0, most - before)]

    def _refuse(self, instance: str, data: bytes) -> None:
        LOG.warning(
            "a film is turned away: it has over %d bytes (CXR_MAX_UPLOAD_BYTES)", self._largest
        )
        if instance:
            self._too_large(instance, data)

    def _refuse_long(self, link: Association) -> None:
        """What is sent in one piece that is too long, and no film where none was being sent."""
        if instance := _named_in(link):
            self._refuse(instance, b"")

    def _forget(self, event: Event) -> None:
        self._received.pop(id(event.assoc), None)

    def _opened(self, event: Event) -> None:
        bound(event.assoc, _TO_ASK)
        link = event.assoc
        # Some senders put a film into one piece, whatever length they are told of.
        bound_pdus(link, self._most, lambda: self._refuse_long(link))
        forgive_titles(event.assoc)

    def _closed(self, event: Event) -> None:
        self._forget(event)
        if not has_asked(event.assoc):
            # pynetdicom would wait on for the request of a peer that has gone, and count it among
            # the associations that are open. What it takes for silence is not among its types.
            waited_for: Any = event.assoc.dul.to_user_queue
            waited_for.put(None)

    def _turned_away(self, event: Event) -> None:
        """Say why, and not who: a title is a peer's own text."""
        said = event.assoc.acceptor.primitive
        why = said and _REJECTIONS.get((said.result_source, said.diagnostic))
        LOG.warning("a sender is turned away: %s", why or "its request is not understood")


def _named_in(link: Association) -> str:
    """The SOP Instance UID of the command whose data set is being sent; empty where none is."""
    said = getattr(link.dimse.message, "command_set", None)
    return str(getattr(said, "AffectedSOPInstanceUID", None) or "")
