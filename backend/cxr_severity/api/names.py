"""Names of files as they were sent, which nobody says the letters of."""

from __future__ import annotations


def text_of(name: bytes) -> str:
    """UTF-8 where it is that, else CP437, as which Python's `zipfile`, and so `cxr-severity score`,
    reads names that do not say what they are. No byte is given up: what differs stays different."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("cp437")
