"""Who only looks whether the port is open, or falls silent, keeps nobody out and delays no end."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread

import pytest
from pynetdicom import AE, evt
from pynetdicom.pdu import P_DATA_TF
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]
from waiting import wait_until

from cxr_severity.worker import receive
from cxr_severity.worker.dimse import Address, Peer
from cxr_severity.worker.faults import DownError, PassingError
from cxr_severity.worker.items import Result
from cxr_severity.worker.links import socket_of
from cxr_severity.worker.receive import SUCCESS, Listening, Receiver

from .films import CR, film, place
from .test_dimse import free_port

SOON = 2.0
"""Seconds."""


@contextmanager
def listening() -> Iterator[tuple[int, Receiver]]:
    port = free_port()
    receiver = Receiver(Listening("CXR", "127.0.0.1", port), lambda *_: SUCCESS, 1_000_000)
    receiver.start()
    try:
        yield port, receiver
    finally:
        began = time.monotonic()
        receiver.stop()
        assert time.monotonic() - began < SOON, "SIGTERM would be waited for"


def echoes(port: int) -> bool:
    entity = AE("TEST")
    entity.add_requested_context(Verification)
    link = entity.associate("127.0.0.1", port, ae_title="CXR")
    if not link.is_established:
        return False
    status = link.send_c_echo().Status
    link.release()
    return bool(status == SUCCESS)


@pytest.mark.parametrize("said", [b"", b"\1\0", b"GET / HTTP/1.0\r\n\r\n"])
def test_checks_of_the_port_take_no_place(said: bytes) -> None:
    with listening() as (port, _):
        for _ in range(6):
            with socket.create_connection(("127.0.0.1", port)) as probe:
                probe.sendall(said)
        wait_until(lambda: echoes(port), SOON)


@pytest.mark.parametrize("said", [b"", b"\1\0", b"\1\0\0\0\1\0half a request"])
def test_who_says_nothing_is_cut_off(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "_TO_ASK", 0.5)
    with ExitStack() as probes, listening() as (port, _):
        for _ in range(6):
            probe = probes.enter_context(socket.create_connection(("127.0.0.1", port)))
            probe.sendall(said)
        time.sleep(0.5)
        wait_until(lambda: echoes(port), SOON)


@pytest.mark.parametrize("said", [b"", b"\1\0"])
def test_who_says_nothing_holds_up_no_end(said: bytes) -> None:
    with ExitStack() as probes, listening() as (port, receiver):
        for _ in range(3):
            probes.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(said)
        wait_until(lambda: len(receiver._entity.active_associations) == 3)


def test_a_sender_that_vanishes_amid_a_message_holds_no_place_for_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receive, "_IDLE", 0.5)
    with listening() as (port, receiver):
        entity = AE("TEST")
        entity.add_requested_context(Verification)
        gone = [entity.associate("127.0.0.1", port, ae_title="CXR") for _ in range(4)]
        assert all(each.is_established for each in gone)
        for each in gone:
            sent = each.dul.socket
            assert sent is not None
            sent.send(b"\4\0\0")  # of a P-DATA-TF
        wait_until(lambda: not receiver._entity.active_associations, 2 * SOON)
        assert echoes(port)
        for each in gone:
            each.abort()


def test_a_sender_amid_a_message_holds_up_no_end() -> None:
    port = free_port()
    receiver = Receiver(Listening("CXR", "127.0.0.1", port), lambda *_: SUCCESS, 1_000_000)
    receiver.start()
    entity = AE("TEST")
    entity.add_requested_context(Verification)
    link = entity.associate("127.0.0.1", port, ae_title="CXR")
    sent = link.dul.socket
    assert sent is not None
    sent.send(b"\4\0\0")
    time.sleep(0.2)
    began = time.monotonic()
    receiver.stop(patience=0.5)
    assert time.monotonic() - began < 0.5 + SOON
    link.abort()


@pytest.mark.parametrize("asked", [False, True])
def test_nobody_takes_more_memory_than_there_is_by_one_message(
    asked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    entity = AE("TEST")
    entity.add_requested_context(Verification)
    long = (600_000_000).to_bytes(4)
    with listening() as (port, receiver), ExitStack() as opened:
        if asked:
            link = entity.associate("127.0.0.1", port, ae_title="CXR")
            opened.callback(link.abort)
            assert link.dul.socket is not None
            link.dul.socket.send(b"\4\0" + long)
            wait_until(lambda: not link.is_established, SOON)
        else:
            sender = opened.enter_context(socket.create_connection(("127.0.0.1", port), SOON))
            sender.sendall(b"\1\0" + long)
            assert sender.recv(1) == b"", "it is cut off, and earlier than who says nothing"
        wait_until(lambda: not receiver._entity.active_associations, SOON)
        assert echoes(port)
    assert "a peer is cut off: it sends 600000000 bytes in one piece" in caplog.text


def test_who_is_slow_to_ask_and_honest_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "_TO_ASK", 2.0)
    request = a_request()
    half = len(request) // 2
    with listening() as (port, _), socket.create_connection(("127.0.0.1", port), 5) as slow:
        time.sleep(0.8)
        slow.sendall(request[:half])
        time.sleep(0.4)
        slow.sendall(request[half:])
        assert slow.recv(1) == b"\2", "an A-ASSOCIATE-AC"


def a_request() -> bytes:
    """An A-ASSOCIATE-RQ as it is on the wire."""
    entity = AE("TEST")
    entity.add_requested_context(Verification)
    entity.acse_timeout = 0.2
    with socket.create_server(("127.0.0.1", 0)) as relay:
        entity.associate("127.0.0.1", relay.getsockname()[1], ae_title="CXR")
        taken, _ = relay.accept()
        with taken:
            sent = taken.recv(65536)
    return sent[: 6 + int.from_bytes(sent[2:6])]  # behind it is that it gave up


@pytest.mark.parametrize(
    ("size", "said"), [(30_000_000, b""), (1000, b"\4\0\0")]
)  # it takes nothing more; it sends half of the head of an answer
def test_a_peer_that_goes_on_no_more_holds_nobody_up(size: int, said: bytes) -> None:
    over = Event()

    def stall(event: evt.Event) -> None:
        if isinstance(event.pdu, P_DATA_TF) and not over.is_set():
            held = socket_of(event.assoc)
            assert held is not None
            held.send(said)
            over.wait(30)

    entity = AE("STUCK")
    entity.add_supported_context(CR)
    port = free_port()
    server = entity.start_server(
        ("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_PDU_RECV, stall)]
    )
    assert server is not None
    result = Result(place(1).instance, "sr", film(1, PixelData=bytes(size)))
    to = Peer(Address("STUCK", "127.0.0.1", port), "TEST", timeout=1)
    tried: list[Exception] = []

    def send() -> None:
        try:
            to.store("", result)
        except PassingError as error:
            tried.append(error)

    sending = Thread(target=send, daemon=True)
    sending.start()
    sending.join(20)
    held_up = sending.is_alive()
    over.set()
    server.shutdown()
    sending.join(60)
    assert not held_up
    assert [str(each) for each in tried] == ["timed-out"]


@pytest.mark.parametrize(
    ("event", "how", "told"),
    [
        (evt.EVT_C_STORE, "abort", "cut-off"),
        (evt.EVT_C_STORE, "close", "cut-off"),
        # That may be heard before there is an association.
        (evt.EVT_ACCEPTED, "abort", r"cut-off|unreachable"),
    ],
)
def test_a_peer_that_breaks_off_is_not_called_slow(
    event: evt.EventType, how: str, told: str
) -> None:
    """Else a longer --timeout would be tried, which helps nothing."""

    def end(event: evt.Event) -> int:
        held = socket_of(event.assoc)
        assert held is not None
        event.assoc.abort() if how == "abort" else held.shutdown(socket.SHUT_RDWR)
        return SUCCESS

    entity = AE("RESTARTS")
    entity.add_supported_context(CR)
    port = free_port()
    server = entity.start_server(("127.0.0.1", port), block=False, evt_handlers=[(event, end)])
    assert server is not None
    to = Peer(Address("RESTARTS", "127.0.0.1", port), "TEST", timeout=30)
    try:
        with pytest.raises((PassingError, DownError), match=told):
            to.store("", Result(place(1).instance, "sr", film(1)))
    finally:
        server.shutdown()
