"""Films in by C-STORE, results out by C-STORE: what is taken, what is refused, and how."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import UID, ImplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StorageCommitmentPushModel,
    StorageCommitmentPushModelInstance,
    Verification,
)
from waiting import wait_until

from cxr_severity.worker.dimse import Address, Peer
from cxr_severity.worker.faults import CannotStartError, DownError, LastingError, PassingError
from cxr_severity.worker.items import Result
from cxr_severity.worker.receive import OUT_OF_RESOURCES, SUCCESS, Listening, Receiver

from .films import CR, film, place

FILM = film(1)
RESULT = Result(place(1).instance, "sr", FILM)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def listening(
    take: Callable[[str, bytes], int],
    largest: int = 25_000_000,
    callers: tuple[str, ...] = (),
    too_large: Callable[[str, bytes], None] = lambda *_: None,
    links: int = 4,
) -> Iterator[int]:
    port = free_port()
    where = Listening("CXR", "127.0.0.1", port, callers, links)
    receiver = Receiver(where, take, largest, too_large)
    receiver.start()
    try:
        yield port
    finally:
        receiver.stop(patience=0)


@contextmanager
def link(port: int, kind: str, caller: str = "TEST") -> Iterator[Association]:
    entity = AE(caller)
    entity.add_requested_context(kind)
    opened = entity.associate("127.0.0.1", port, ae_title="CXR")
    try:
        yield opened
    finally:
        opened.abort()


def peer(port: int, title: str = "CXR", caller: str = "TEST") -> Peer:
    return Peer(Address(title, "127.0.0.1", port), caller, timeout=30)


def test_a_film_arrives_whole_and_with_its_transfer_syntax() -> None:
    taken: list[tuple[str, bytes]] = []

    def take(instance: str, data: bytes) -> int:
        taken.append((instance, data))
        return SUCCESS

    with listening(take) as port:
        peer(port).store("", RESULT)
    ((instance, data),) = taken
    sent, got = dcmread(BytesIO(FILM)), dcmread(BytesIO(data))
    assert instance == place(1).instance
    assert got == sent
    assert got.file_meta.TransferSyntaxUID == sent.file_meta.TransferSyntaxUID


def test_it_answers_echo() -> None:
    with listening(_never) as port, link(port, Verification) as opened:
        assert opened.send_c_echo().Status == SUCCESS


def test_storage_commitment_is_refused_with_a_status() -> None:
    request = Dataset()
    request.TransactionUID = "1.2.3"
    with listening(_never) as port, link(port, StorageCommitmentPushModel) as opened:
        status, _ = opened.send_n_action(
            request, 1, StorageCommitmentPushModel, StorageCommitmentPushModelInstance
        )
    assert status.Status == 0x0122


def test_who_is_not_known_is_not_let_in(caplog: pytest.LogCaptureFixture) -> None:
    with listening(_never, callers=("MODALITY",)) as port:
        with pytest.raises(DownError, match="not-allowed"):
            peer(port, caller="STRANGER").store("", RESULT)
        with pytest.raises(DownError, match="not-allowed"):
            peer(port, title="OTHER", caller="MODALITY").store("", RESULT)
        for why in ("is not among those of --ae", "it calls another AE title than --aet"):
            wait_until(lambda why=why: caplog.text.count(why) == 1)  # type: ignore[misc]
    assert "STRANGER" not in caplog.text


def test_who_has_too_many_associations_is_busy() -> None:
    with listening(_never, links=1) as port, link(port, Verification) as other:
        assert other.is_established
        with pytest.raises(DownError, match="busy"):
            peer(port).store("", RESULT)


@pytest.mark.parametrize(
    "status", [0x0001, 0x0107, 0x0111, 0x0116, 0xB000, 0xB001, 0xB006, 0xB007, 0xBFFF]
)
def test_what_is_stored_with_a_warning_is_stored(status: int) -> None:
    with listening(lambda *_: status) as port:
        peer(port).store("", RESULT)


def test_what_is_no_radiograph_is_not_taken() -> None:
    dataset = dcmread(BytesIO(FILM))
    dataset.SOPClassUID = UID("1.2.840.10008.5.1.4.1.1.2")  # CT
    out = BytesIO()
    dataset.save_as(out)
    with listening(_never) as port, pytest.raises(LastingError, match="kind-not-taken"):
        peer(port).store("", Result("1.3", "sr", out.getvalue()))


@pytest.mark.parametrize(
    ("status", "error"), [(OUT_OF_RESOURCES, PassingError), (0xA900, LastingError)]
)
def test_a_refusal_is_passed_on_with_its_status(status: int, error: type[Exception]) -> None:
    with (
        listening(lambda *_: status) as port,
        pytest.raises(error, match=f"refused-{status:04x}"),
    ):
        peer(port).store("", RESULT)


def test_a_duplicate_is_stored() -> None:
    with listening(lambda *_: 0x0111) as port:
        peer(port).store("", RESULT)


@pytest.mark.parametrize(
    ("size", "piece"),
    [(1_050_000, 16_382), (9_000_000, 16_382), (1_050_000, 0)],  # 0: as long as a sender likes
)
def test_a_film_over_the_limit_is_refused_and_the_next_is_taken(
    size: int, piece: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DIMSEServiceProvider, "maximum_pdu_size", piece)
    dataset = dcmread(BytesIO(FILM))
    dataset.PixelData = bytes(size)
    taken: list[str] = []
    refused: list[tuple[str, int]] = []

    def take(instance: str, _: bytes) -> int:
        taken.append(instance)
        return SUCCESS

    with (
        listening(
            take, 1_000_000, too_large=lambda uid, data: refused.append((uid, len(data)))
        ) as port,
        link(port, CR) as opened,
    ):
        assert opened.send_c_store(dataset).Status == 0xC000
        assert opened.send_c_store(dcmread(BytesIO(FILM))).Status == SUCCESS
        assert opened.send_c_store(dataset).Status == 0xC000
    assert taken == [place(1).instance]
    assert [uid for uid, _ in refused] == [place(1).instance] * 2
    assert all(1_000_000 < kept < 2_500_000 for _, kept in refused), "no more is in memory"
    said = "a film is turned away: it has over 1000000 bytes (CXR_MAX_UPLOAD_BYTES)"
    assert caplog.text.count(said) == 2
    assert place(1).instance not in caplog.text


@pytest.mark.parametrize(("size", "piece"), [(30_000_000, 16_382), (3_000_000, 0)])
def test_who_sends_without_end_or_too_much_in_one_piece_is_cut_off(
    size: int, piece: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DIMSEServiceProvider, "maximum_pdu_size", piece)
    dataset = dcmread(BytesIO(FILM))
    dataset.PixelData = bytes(size)
    refused: list[str] = []
    with (
        listening(_never, 1_000_000, too_large=lambda uid, _: refused.append(uid)) as port,
        link(port, CR) as opened,
    ):
        assert "Status" not in opened.send_c_store(dataset)
        wait_until(lambda: refused == [place(1).instance])
    assert "a film is turned away: it has over 1000000 bytes" in caplog.text


def test_a_peer_that_takes_implicit_vr_alone_gets_the_same_values() -> None:
    name, study = b"Kim=\x1b$)C\xd1\xce^\x1b$)C\xfb\xf3=", Dataset()
    study.ReferencedSOPInstanceUID = "1.2.3"
    data = film(
        1,
        SpecificCharacterSet=["", "ISO 2022 IR 149"],
        PatientName="Q" * len(name),
        ReferencedStudySequence=[study],
    ).replace(b"Q" * len(name), name)
    taken: list[tuple[bytes, Dataset]] = []

    def take(event: evt.Event) -> int:
        taken.append((event.encoded_dataset(), event.dataset))
        assert event.context.transfer_syntax == ImplicitVRLittleEndian
        return SUCCESS

    entity = AE("OLD")
    entity.add_supported_context(CR, ImplicitVRLittleEndian)
    port = free_port()
    server = entity.start_server(
        ("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, take)]
    )
    assert server is not None
    try:
        peer(port, "OLD").store("", Result(place(1).instance, "sr", data))
    finally:
        server.shutdown()
    ((raw, got),) = taken
    assert name in raw
    assert {each.tag: each.value for each in got} == {
        each.tag: each.value for each in dcmread(BytesIO(data))
    }


# pynetdicom leaves the socket of a failed connection to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_nobody_there_is_down() -> None:
    with pytest.raises(DownError, match="unreachable"):
        peer(free_port()).store("", RESULT)
    gc.collect()


def test_a_name_that_is_not_known_now_is_no_results_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", away)
    with pytest.raises(DownError, match="unreachable"):
        Peer(Address("PACS", "pacs.hospital.example", 104), "TEST", timeout=1).store("", RESULT)


def test_a_port_in_use_is_one_line() -> None:
    with (
        listening(_never) as port,
        pytest.raises(CannotStartError, match=f"cannot listen on 127.0.0.1 port {port}"),
    ):
        Receiver(Listening("CXR", "127.0.0.1", port), _never, 1).start()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("PACS@10.0.0.7:104", Address("PACS", "10.0.0.7", 104)),
        ("PACS@[::1]:104", Address("PACS", "::1", 104)),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    assert Address.parse(text) == address


@pytest.mark.parametrize(
    "text", ["PACS", "PACS@host", "@h:1", "P@h:0", "P@h:70000", "A" * 17 + "@h:1", "P@pacs..h:1"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="TITLE@HOST:PORT"):
        Address.parse(text)


def _never(instance: str, data: bytes) -> int:
    raise AssertionError(f"took {len(data)} bytes of {instance}")
