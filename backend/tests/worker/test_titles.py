"""AE titles of senders as devices write them, and not as the standard has it."""

from __future__ import annotations

import socket
from struct import pack

import pytest
from waiting import wait_until

from cxr_severity.worker.receive import SUCCESS

from .test_dimse import listening

ACCEPTED, REJECTED = 2, 3
"""Types of answers (PS3.8 9.3.1)."""


def item(kind: int, data: bytes) -> bytes:
    return pack(">BBH", kind, 0, len(data)) + data


def request(called: bytes, calling: bytes) -> bytes:
    """For an association to verify."""
    syntaxes = item(0x30, b"1.2.840.10008.1.1") + item(0x40, b"1.2.840.10008.1.2")
    user = item(0x51, pack(">I", 16384)) + item(0x52, b"1.2.3")
    body = (
        pack(">HH", 1, 0) + called.ljust(16) + calling.ljust(16) + bytes(32)
        + item(0x10, b"1.2.840.10008.3.1.1.1")
        + item(0x20, pack(">BBBB", 1, 0, 0, 0) + syntaxes) + item(0x50, user)
    )  # fmt: skip
    return pack(">BBI", 1, 0, len(body)) + body


@pytest.mark.parametrize(
    ("called", "calling", "why"),
    [
        (b"CXR", b"PACS", ""),
        (b"CXR\0\0\0", b"PACS" + bytes(12), ""),
        (b"CXR\0rest", b" PACS\0rest", ""),
        (b"C\xc4R", b"PACS", "another AE title than --aet"),
        (bytes(16), b"PACS", "another AE title than --aet"),
        (b"CXR", b"P\xc4CS", "not among those of --ae"),
        (b"CXR", "医院".encode("gbk"), "not among those of --ae"),
        (b"CXR", b"A\\B", "not among those of --ae"),
        (b"CXR", b"", "not among those of --ae"),
    ],
)
def test_each_title_is_taken_or_the_log_says_why_not(
    called: bytes, calling: bytes, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    with listening(lambda *_: SUCCESS, callers=("PACS",)) as port:
        with socket.create_connection(("127.0.0.1", port), 20) as link:
            link.sendall(request(called, calling))
            assert link.recv(1) == bytes([REJECTED if why else ACCEPTED])
        wait_until(lambda: why in caplog.text)


def test_who_may_be_anybody_may_have_any_title() -> None:
    with (
        listening(lambda *_: SUCCESS) as port,
        socket.create_connection(("127.0.0.1", port), 20) as link,
    ):
        link.sendall(request(b"CXR", b"P\xc4CS"))
        assert link.recv(1) == bytes([ACCEPTED])
