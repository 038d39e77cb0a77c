"""The files of a ZIP archive while it arrives, without holding it or touching the disk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stream_unzip import (
    NotStreamUnzippable,
    UnsupportedCompressionTypeError,
    UnzipError,
    stream_unzip,
)

from cxr_severity.api.errors import ApiError
from cxr_severity.api.names import text_of
from cxr_severity.imaging.errors import OVER_THE_LIMIT, FileTooLargeError, InputRefusedError
from cxr_severity.service.leftovers import is_leftover

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
"""What an archive begins with; the second one holds nothing."""
COMPRESSION = "The archive is compressed in a way that is not read; deflate and bzip2 are."
UNMEASURED = (
    "A file of the archive is stored without its length before it; compress it, or write the "
    "archive to a file."
)
"""As some programs write to what they cannot go back in."""
_MOST_WASTED = 512_000_000
"""Bytes that files over the limit may unpack to in all: a bomb costs about a second."""
_OUTSIDE = re.compile(r"^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)")


@dataclass(frozen=True, slots=True)
class Item:
    """One file of a batch, or why there is none."""

    name: str
    content: bytes | ApiError | InputRefusedError


def files_of(chunks: Iterable[bytes], max_bytes: int) -> Iterator[Item]:
    """Files in the order of the archive; folders, DICOMDIR and what file managers leave behind
    are no items. Blocking.

    A file with a fault is an item in its place that says so. Where the archive itself cannot be
    read further, the last item says that.
    """
    wasted = 0
    try:
        for raw_name, _, content in stream_unzip(chunks, allow_zip64=True):
            name = text_of(raw_name)
            data = bytearray()
            for piece in content:
                if len(data) <= max_bytes:
                    data += piece
                    continue
                wasted += len(piece)
                if wasted > _MOST_WASTED:
                    raise ApiError(
                        "archive-too-large", "The archive unpacks to more than is accepted."
                    )
            if name.endswith("/") or is_leftover(name):
                continue
            yield Item(name, _checked(name, data, max_bytes))
    except ApiError as error:
        yield Item("", error)
    except NotStreamUnzippable:
        yield Item("", ApiError("archive-damaged", UNMEASURED))
    except UnsupportedCompressionTypeError:
        yield Item("", ApiError("archive-damaged", COMPRESSION))
    except UnzipError:
        yield Item("", ApiError("archive-damaged", "The archive is damaged, or in part encrypted."))


def _checked(name: str, data: bytearray, max_bytes: int) -> bytes | ApiError | InputRefusedError:
    if _OUTSIDE.search(name):
        return ApiError("unsafe-path", "The name of the file leads out of the archive.")
    if len(data) > max_bytes:
        return FileTooLargeError(OVER_THE_LIMIT, limit=max_bytes / 1e6)
    return bytes(data)
