"""Files that appear whole or not at all, for who finds them by their names."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file under a hidden name, and give it its own once all of it is there.

    A disk that is full, or a process that is ended, else leaves the beginning of it, which no
    reader can tell from the whole of a picture.

    Raises:
        OSError: it cannot be written; then nothing is left, and what was there under its name is.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
