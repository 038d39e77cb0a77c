"""What every command prints to, as it may be on any machine: closed, full, or not UTF-8."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, suppress
from pathlib import Path
from typing import IO, Any, TextIO, cast

_UNWRITABLE = (OSError, ValueError)
"""What writing fails with; the second, where the stream was closed meanwhile."""


@contextmanager
def usable_streams() -> Iterator[None]:
    """For as long as a command runs, nothing ends it because of what it says beside its results,
    and no letter that a terminal has not ends it either."""
    _occupy()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file's name may hold bytes that are no text; standard error escapes them by itself.
        sys.stdout.reconfigure(errors="backslashreplace")
    with ExitStack() as opened:
        said = sys.stderr or opened.enter_context(Path(os.devnull).open("w"))
        try:
            with redirect_stderr(cast(TextIO, _Unfailing(said))):
                yield
        finally:
            try:
                said.flush()
            except _UNWRITABLE:
                write_no_more(said)


def write_utf_8() -> None:
    """A document is UTF-8 whatever the locale says of terminals."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def write_no_more(stream: IO[str]) -> None:
    """What it still holds back would fail once more as the process ends."""
    with suppress(*_UNWRITABLE):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _occupy() -> None:
    """Have the three standard descriptors open. The first file that is opened would else take the
    place of one that is closed, and get what libraries print there."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)


class _Unfailing:
    """Standard error whose faults are passed over: no line about a film, and no progress bar, is
    worth the films behind it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with suppress(*_UNWRITABLE):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(*_UNWRITABLE):
            self._stream.flush()
