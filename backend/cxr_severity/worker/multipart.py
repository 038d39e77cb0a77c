"""The file in a multipart answer (RFC 2046 5.1), with the liberties that it allows a sender."""

from __future__ import annotations

import re
from email.message import Message

from cxr_severity.worker.faults import PassingError


def file_in(body: bytes, media_type: str) -> bytes:
    """The file that an answer of this Content-Type holds: in its one part, or bare.

    Raises:
        PassingError: it is not complete, or no such answer.
    """
    # It knows case, blanks, quotes and comments of a header's parameters (RFC 2045 5.1).
    header = Message()
    header["Content-Type"] = media_type
    if header.get_content_type() == "application/dicom":
        return body
    boundary = header.get_boundary()
    if not boundary:
        raise PassingError("bad-answer")
    mark = re.escape(b"--" + boundary.encode("latin-1", "replace"))
    # Before the first there may be a preamble; behind each, blanks.
    first = re.search(rb"(?:\A|\r\n)" + mark + rb"[ \t]*(?=\r\n)", body)
    start = -1 if first is None else body.find(b"\r\n\r\n", first.end())
    if start < 0:
        raise PassingError("bad-answer")
    last = re.compile(rb"\r\n" + mark + rb"(?:--|[ \t]*\r\n)").search(body, start + 2)
    if last is None:
        raise PassingError("cut-off")
    return body[start + 4 : max(start + 4, last.start())]
