"""Files that appear whole or not at all: a kill amidst one leaves what was there before."""

from __future__ import annotations

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
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
