"""What an archive that answers in XML, or says nothing, has stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cxr_severity.worker.dicomweb import Archive
from cxr_severity.worker.faults import LastingError, PassingError, WorkerError
from cxr_severity.worker.items import Result

from .films import film, place
from .pacs import FakePacs, running

FILM, WHERE = film(1), place(1)
MODEL = "http://dicom.nema.org/PS3.19/models/NativeDICOM"


def attribute(tag: str, content: str) -> str:
    return f"<DicomAttribute tag='{tag}'>{content}</DicomAttribute>"


def sequence(tag: str, uid: str, reason: str = "") -> str:
    """A Failed or Referenced SOP Sequence of one item."""
    named = attribute("00081155", f"<Value number='1'> {uid} </Value>")
    why = attribute("00081197", f"<Value number='1'>{reason}</Value>") if reason else ""
    return attribute(tag, f"<Item number='1'>{named}{why}</Item>")


def native(*elements: str) -> bytes:
    said = f"<NativeDicomModel xmlns='{MODEL}'>{''.join(elements)}</NativeDicomModel>"
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{said}".encode()


def failed(reason: str, uid: str = WHERE.instance) -> bytes:
    return native(sequence("00081198", uid, reason))


def in_json(tag: str, item: dict[str, Any]) -> bytes:
    return json.dumps({tag: {"vr": "SQ", "Value": [item]}}).encode()


STORED = native(sequence("00081199", WHERE.instance))
UNNAMED = attribute(
    "0008119A", f"<Item number='1'>{attribute('00081197', '<Value>{}</Value>')}</Item>"
)
"""An Other Failures Sequence, of the reason that is filled in."""
OTHERS = sequence("00081198", "1.2.3", "42752").replace("</Item>", "</Item><Item/>")
MANY = native(OTHERS, sequence("00081199", WHERE.instance))
NOTHING = native(attribute("00081199", ""))
DEEP = native("<DicomAttribute><Item>" * 10_000 + "</Item></DicomAttribute>" * 10_000)
# A DTD whose entity would make a stored instance of a refused one.
ENTITIES = failed("&reason;").replace(
    b"<NativeDicomModel", b"<!DOCTYPE x [<!ENTITY reason '273'>]><NativeDicomModel", 1
)
UNREADABLE = [
    b"<html><body>Sorry</body></html>", b"<html><body>Sorry", b"<", b"{", b"[" * 100_000,
    ENTITIES, ENTITIES.decode().encode("utf-16-le"), failed("273").decode().encode("utf-16"),
    b"Session expired, please sign in", b'{"error": "unauthorized"}', b"{}", b"[]", b"[{}, {}]",
    b"null", b"true", b"\r\n", b'"stored"', b'{"00081190": {}, "message": "ok"}',
    DEEP, b"<a>" * 100_000 + b"</a>" * 100_000, failed("273") + b" " * 1_000_000,
]  # fmt: skip


@pytest.fixture
def pacs() -> Iterator[FakePacs]:
    with running(FakePacs()) as pacs:
        yield pacs


def store(archive: Archive) -> None:
    archive.store(WHERE.study, Result(WHERE.instance, "sr", FILM))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (409, failed("273")),
        (409, failed("273").replace(f" xmlns='{MODEL}'".encode(), b"")),
        (409, b"\xef\xbb\xbf" + failed("273")),
        (409, in_json("00081198", {"00081197": {"Value": ["273"]}})),
        (202, failed("273")),
        (200, STORED),
        (202, MANY),
        (200, native()),
        (202, native(sequence("00081199", WHERE.instance), UNNAMED.format("49152"))),
        (409, native(UNNAMED.format("273"))),
        (200, b'{"00081190": {"vr": "UR", "Value": ["http://pacs/studies/1"]}}'),
        (200, b""),
        (204, b""),
    ],
)
def test_what_is_said_to_be_stored_is(
    archive: Archive, pacs: FakePacs, status: int, body: bytes
) -> None:
    pacs.answers = [(status, body)]
    store(archive)
    assert pacs.asked == []


@pytest.mark.parametrize("status", [200, 202, 409])
@pytest.mark.parametrize(
    ("body", "error", "code"),
    [
        (failed("42752"), PassingError, "refused-a700"),
        (failed("272"), PassingError, "refused-0110"),
        (failed(""), PassingError, "refused-0000"),
        (failed("43264"), LastingError, "refused-a900"),
        (failed("43264", "1.2.3"), LastingError, "refused-a900"),  # the only one that was sent
        (failed("49442"), LastingError, "refused-c122"),
        (native(UNNAMED.format("49152")), LastingError, "refused-c000"),
        (native(UNNAMED.format("42752")), PassingError, "refused-a700"),
        (native(OTHERS, UNNAMED.format("49152")), LastingError, "refused-c000"),
        (in_json("0008119A", {"00081197": {"Value": [290]}}), LastingError, "refused-0122"),
        (failed("full"), LastingError, "refused"),
        (failed("9" * 9999), LastingError, "refused"),
    ],
)
def test_what_is_said_to_be_refused_is_not_taken_for_stored(
    archive: Archive, pacs: FakePacs, status: int, body: bytes, error: type[WorkerError], code: str
) -> None:
    pacs.answers = [(status, body)]
    with pytest.raises(error) as caught:
        store(archive)
    assert caught.value.code == code


def test_what_is_not_listed_in_xml_is_not_stored(archive: Archive, pacs: FakePacs) -> None:
    pacs.answers = [(200, NOTHING)]
    with pytest.raises(PassingError, match="not-stored"):
        store(archive)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        *((409, body, "http-409") for body in (b"", b"conflict", NOTHING, b"{}", *UNREADABLE)),
        *((200, body, "bad-answer") for body in UNREADABLE),
        *((202, body, "bad-answer") for body in (b"", native())),
    ],
)
def test_where_the_answer_does_not_tell_the_archive_is_asked_what_it_has(
    archive: Archive, pacs: FakePacs, status: int, body: bytes, code: str
) -> None:
    pacs.add(place(2), FILM)
    for search in ("ok", "401", "404", "garbage"):
        pacs.answers, pacs.mishaps["search"] = [(status, body)], [search]
        with pytest.raises(PassingError) as caught:
            store(archive)
        assert caught.value.code == code
    pacs.add(WHERE, FILM, "SR")
    pacs.answers = [(status, body)]
    store(archive)
    assert pacs.asked[-1][1]["SOPInstanceUID"] == WHERE.instance


def test_an_archive_that_ignores_keys_is_not_read_to_its_end(
    archive: Archive, pacs: FakePacs, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = iter(range(10))
    monkeypatch.setattr(
        archive, "search", lambda _: ({"00080018": {"Value": [str(next(pages))]}} for _ in range(9))
    )
    monkeypatch.setattr("cxr_severity.worker.dicomweb._PAGE", 3)
    pacs.answers = [(409, b"")]
    with pytest.raises(PassingError, match="http-409"):
        store(archive)
    assert next(pages) == 3
