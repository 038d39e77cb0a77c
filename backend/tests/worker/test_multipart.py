"""The file in an answer of an archive, however the standards let it be wrapped."""

from __future__ import annotations

import pytest

from cxr_severity.worker.faults import PassingError
from cxr_severity.worker.multipart import file_in

FILM = b"\0" * 128 + b"DICM\r\n\r\n--mar\r\n--marked\r\n--\r\n"
KIND = 'multipart/related; type="application/dicom"; boundary='
HEAD = b"Content-Type: application/dicom\r\n"
BODY = b"--mark\r\n" + HEAD + b"\r\n" + FILM + b"\r\n--mark--\r\n"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (f"{KIND}mark", BODY),
        (f'{KIND}"mark"', BODY),
        ('Multipart/Related; Boundary="mark"; Type="application/dicom"', BODY),
        ("multipart/related;BOUNDARY=mark;type=application/dicom", BODY),
        ("multipart/related ; boundary = mark ; type=application/dicom", BODY),
        (f'{KIND}"a,b;c"', BODY.replace(b"--mark", b"--a,b;c", 1).replace(b"mark--", b"a,b;c--")),
        (f"{KIND}mark", b"A preamble\r\nof two lines.\r\n" + BODY),
        (f"{KIND}mark", b"--marked\r\n" + BODY),
        (f"{KIND}mark", b"\r\n\r\n" + BODY),
        (f"{KIND}mark", BODY.replace(b"--mark\r\n", b"--mark \t\r\n", 1)),
        (f"{KIND}mark", BODY.replace(HEAD, b"", 1)),
        (f"{KIND}mark", BODY + b"An epilogue."),
        (f"{KIND}mark", BODY.replace(b"--mark--", b"--mark\r\n\r\nanother\r\n--mark--")),
        ("application/dicom", FILM),
        ("Application/DICOM; transfer-syntax=1.2.840.10008.1.2.1", FILM),
    ],
)
def test_a_film_is_found_as_it_was_put_in(kind: str, body: bytes) -> None:
    assert file_in(body, kind) == FILM


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        (f"{KIND}mark", BODY[:-12], "cut-off"),
        (f"{KIND}mark", b"--mark\r\n" + HEAD, "bad-answer"),
        (f"{KIND}mark", b"<html>--mark</html>", "bad-answer"),
        (f"{KIND}other", BODY, "bad-answer"),
        (f"{KIND}\u20ac", BODY, "bad-answer"),
        ("multipart/related", BODY, "bad-answer"),
        ("application/dicom+json", b"{}", "bad-answer"),
        ("", FILM, "bad-answer"),
    ],
)
def test_what_is_no_such_answer_is_none(kind: str, body: bytes, code: str) -> None:
    with pytest.raises(PassingError, match=code):
        file_in(body, kind)
