"""Names in requests: of paths, and of files as they were sent, which nobody says the letters of."""

from __future__ import annotations


def first_part(path: str) -> str:
    """Of a path; empty at the root. What is asked for need be no path: `OPTIONS *` is a request as
    well (RFC 9112, 3.2.4)."""
    return path.removeprefix("/").split("/", 1)[0]


def text_of(name: bytes) -> str:
    """UTF-8 where it is that, else CP437, as which Python's `zipfile`, and so `cxr-severity score`,
    reads names that do not say what they are. No byte is given up: what differs stays different."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("cp437")
