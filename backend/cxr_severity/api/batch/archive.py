"""The files of a ZIP archive while it arrives, without holding it or touching the disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from stream_unzip import (
    NotStreamUnzippable,
    UnsupportedCompressionTypeError,
    UnzipError,
    stream_unzip,
)

from cxr_severity.api.batch.arriving import Arriving, Item
from cxr_severity.api.body_memory import Share
from cxr_severity.api.errors import ApiError
from cxr_severity.api.names import text_of
from cxr_severity.service.archive_end import Watched
from cxr_severity.service.leftovers import is_leftover

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
"""What an archive begins with; the second one holds nothing."""
COMPRESSION = "The archive is compressed in a way that is not read; deflate and bzip2 are."
UNMEASURED = (
    "A file of the archive is stored without its length before it; compress it, or write the "
    "archive to a file."
)
"""As some programs write to what they cannot go back in."""
NOT_ONE = (
    "The archive does not end where it says: it may hold more than was read. Send each archive by "
    "itself."
)
OUTSIDE = "The name of the file leads out of the archive."
_PIECE = 1_000_000
"""Bytes; each waits its turn behind the threads that compute."""
_MOST_WASTED = 512_000_000
"""Bytes that files over the limit may unpack to in all: a bomb costs about a second."""
_OUTSIDE = re.compile(r"^(/|[A-Za-z]:)|(^|/)\.\.(/|$)")


def files_of(
    chunks: Iterable[bytes],
    max_bytes: int,
    share: Share,
    wait: Callable[..., Any],
    *,
    sent_as: str = "",
    alone: bool = False,
) -> Iterator[Item]:
    """Files in the order of the archive; folders, DICOMDIR and what file managers leave behind
    are no items. Blocking: `wait` calls what is asynchronous, with its arguments.

    A file with a fault is an item in its place that says so. Where the archive itself cannot be
    read further, the last item says that, by the archive's own name.

    Args:
        chunks: the bytes of the archive, as they come.
        max_bytes: of a file; what is larger is an item without its content.
        sent_as: the archive's name.
        alone: whether nothing else is sent, so that without a first item there is no batch.

    Raises:
        ApiError: `archive-damaged` or `archive-too-large`, of one that is `alone` and has no item.
    """
    wasted = 0
    begun = False
    file: Arriving | None = None
    fault: ApiError | None = None
    watched = Watched(chunks)
    try:
        for raw_name, _, content in stream_unzip(watched, chunk_size=_PIECE, allow_zip64=True):
            name = text_of(raw_name)
            # As some programs for Windows write them, against APPNOTE 4.4.17.1.
            path = name.replace("\\", "/")
            folder = path.endswith("/")
            outside = not folder and _OUTSIDE.search(path) is not None
            passed_over = folder or (not outside and is_leftover(path))
            file = None if passed_over or outside else Arriving(name, max_bytes, share)
            size = 0
            for piece in content:
                if size <= max_bytes:
                    size += len(piece)
                    if file is not None:
                        wait(file.add, piece)
                    continue
                wasted += len(piece)
                if wasted > _MOST_WASTED:
                    raise ApiError(
                        "archive-too-large", "The archive unpacks to more than is accepted."
                    )
            begun = begun or not passed_over
            if outside:
                yield Item(name, ApiError("unsafe-path", OUTSIDE))
            elif file is not None:
                item, file = file.item(), None
                yield item
                del item  # its memory is not this one's any more
        if not watched.is_one:
            raise ApiError("archive-damaged", NOT_ONE)
    except ApiError as error:
        fault = error
    except NotStreamUnzippable:
        fault = ApiError("archive-damaged", UNMEASURED)
    except UnsupportedCompressionTypeError:
        fault = ApiError("archive-damaged", COMPRESSION)
    except UnzipError:
        fault = ApiError("archive-damaged", "The archive is damaged, or in part encrypted.")
    if file is not None:
        wait(file.drop)
    if fault is not None:
        if alone and not begun:
            raise fault
        yield Item(sent_as, fault)
