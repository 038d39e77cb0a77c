"""Sending results to a peer by C-STORE (PS3.4 Annex B, PS3.7 9.1.1)."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from io import BytesIO
from time import monotonic

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.association import Association

from cxr_severity.worker.faults import (
    CannotStartError,
    DownError,
    LastingError,
    PassingError,
    SilentError,
)
from cxr_severity.worker.items import Result
from cxr_severity.worker.links import bound, bound_pdus, socket_of
from cxr_severity.worker.tls import Tls

_ADDRESS = re.compile(
    # ASCII without controls and backslash (PS3.5 6.2), and without the sign that ends it here.
    r"(?P<title>[ -?A-\[\]-~]{1,16})@(?P<host>\[[^]]+\]|[^:@]+):(?P<port>[0-9]{1,5})"
)
# Success, that it is there already, and the class of warnings (PS3.7 C): it is stored all the same.
_STORED = range(1), range(0x0111, 0x0112), range(0xB000, 0xC000), (0x0001, 0x0107, 0x0116)
_TRANSIENT = 2
"""The result of a rejection for now, as where too many associations are open (PS3.8 9.3.4)."""
# Of these a later try may have another end: out of resources, and a failure while processing.
_MAY_PASS = range(0xA700, 0xA800), range(0x0110, 0x0111)


@dataclass(frozen=True, slots=True)
class Address:
    """An application entity: `TITLE@HOST:PORT`."""

    title: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Raises:
        ValueError: `text` is not of that form.
        """
        found = _ADDRESS.fullmatch(text.strip())
        if not found or not 0 < int(found["port"]) < 65536 or not _may_be_a_host(found["host"]):
            raise ValueError(f"{text} is not TITLE@HOST:PORT, TITLE in ASCII")
        return cls(found["title"].strip(), found["host"].strip("[]"), int(found["port"]))


class Peer:
    """An application entity that takes results. `timeout` is in seconds.

    Raises:
        CannotStartError: a file of `tls` cannot be used.
    """

    def __init__(
        self, address: Address, own_title: str, timeout: float, tls: Tls | None = None
    ) -> None:
        self._address = address
        self._tls = tls
        if tls is not None:
            tls.sending([], [])  # a file that cannot be used is said at the start
        self._own_title = own_title
        self._timeout = timeout

    def close(self) -> None:
        """Nothing is kept open between two results."""

    def store(self, study: str, result: Result) -> None:  # noqa: ARG002 - the file says it
        """Send one instance.

        Raises:
            DownError, PassingError, LastingError: it was not taken.
        """
        dataset = dcmread(BytesIO(result.data))
        entity = AE(self._own_title)
        entity.connection_timeout = min(10, self._timeout)
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = self._timeout
        # One for each, so that the peer can take both and the file goes as it is. The other is what
        # every peer must take (PS3.5 10.1).
        for syntax in (dataset.file_meta.TransferSyntaxUID, ImplicitVRLittleEndian):
            entity.add_requested_context(dataset.SOPClassUID, syntax)
        opened: list[socket.socket] = []
        faults: list[str] = []
        tls = None
        try:
            if self._tls is not None:
                tls = self._tls.sending(opened, faults), self._address.host
            link = entity.associate(
                self._address.host,
                self._address.port,
                ae_title=self._address.title,
                tls_args=tls,
                evt_handlers=[(evt.EVT_CONN_OPEN, self._opened, [opened])],
            )
        except CannotStartError:  # its files are being renewed, or gone
            raise DownError("certificate-not-readable") from None
        except OSError:  # its name is not known, as while DNS is away
            raise DownError("unreachable") from None
        if not link.is_established:
            for each in opened:  # pynetdicom leaves some of those that failed open
                each.close()
            if faults:
                raise DownError(faults[0])
            raise _not_established(link)
        if all(each.transfer_syntax[0].is_implicit_VR for each in link.accepted_contexts):
            _make_implicit(dataset)
        began = monotonic()
        try:
            status = link.send_c_store(dataset)
        except RuntimeError:  # it has ended before anything was sent
            raise PassingError("cut-off") from None
        finally:
            if link.is_established:
                link.release()
        if "Status" not in status:
            # An abort and a lost connection are told like no answer in time, and come before it.
            early = monotonic() - began < self._timeout
            raise PassingError("cut-off") if early else SilentError("timed-out")
        if any(status.Status in some for some in _STORED):
            return
        code = f"refused-{status.Status:04x}"
        if any(status.Status in some for some in _MAY_PASS):
            raise PassingError(code)
        raise LastingError(code)

    def _opened(self, event: evt.Event, opened: list[socket.socket]) -> None:
        bound(event.assoc, self._timeout)
        bound_pdus(event.assoc)
        if (found := socket_of(event.assoc)) is not None:
            opened.append(found)


def _may_be_a_host(text: str) -> bool:
    try:
        text.encode("idna")  # as the system asks for it
    except UnicodeError:
        return False
    return True


def _make_implicit(dataset: Dataset) -> None:
    """Have pydicom write each value as it is, and not as it would encode it anew: in either syntax
    the bytes are the same, but those of sequences, which are taken apart."""
    for each in list(dataset.elements()):
        if each.VR == "SQ":
            for item in dataset[each.tag].value:
                _make_implicit(item)
    dataset.set_original_encoding(True, True, dataset.original_character_set)


def _not_established(link: Association) -> Exception:
    if link.rejected_contexts:
        return LastingError("kind-not-taken")
    if not link.is_rejected:
        return DownError("unreachable")
    said = link.acceptor.primitive
    return DownError("busy" if said and said.result == _TRANSIENT else "not-allowed")
