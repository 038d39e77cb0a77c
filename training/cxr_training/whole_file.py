"""Files that appear whole or not at all: a kill amidst one leaves what was there before."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path


def write_whole(path: Path, content: bytes | Callable[[Path], None]) -> None:
    """Write a file under a hidden name, and give it its own once all of it is there.

    Args:
        content: its bytes, or what writes them to the path that it is given.

    Raises:
        OSError: it cannot be written; then nothing is left of it, and what was there under its name
            is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Its suffix stays the last: numpy would add its own.
    partial = path.with_name(f".{path.name}.partial{path.suffix}")
    try:
        if isinstance(content, bytes):
            partial.write_bytes(content)
        else:
            content(partial)
        partial.replace(path)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:  # as of a full disk
            error.filename = str(path)
        raise


def reserve(path: Path) -> None:
    """Have the disk hold all of a file that is mapped: a page that finds no room when it is written
    ends the process without a word.

    Raises:
        OSError: the disk has no room for it; the file is removed.
    """
    if not hasattr(os, "posix_fallocate"):
        return
    try:
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.EOPNOTSUPP):  # a file system that cannot promise it
            return
        path.unlink()
        error.filename = str(path)
        raise
