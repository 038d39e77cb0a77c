"""What a run has done, in a file beside its table: a run that is killed goes on from it.

One line for each row, appended as it is known. A line that a kill cut off is dropped, and so is all
from a damaged line on, as a machine that stopped may leave one; where a film has two, the later one
counts. A run that goes on tries again what failed: a share may have been away, or memory short.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import IO

from cxr_severity.bulk.rows import DUPLICATE, FAILED, UNWRITTEN, Row

_SYNC_SECONDS = 1.0


class JournalError(Exception):
    """A run cannot begin or go on; the message is one clear line."""


class Journal:
    """The journal at `path` of the run that `identity` identifies; locked while it is open.

    Args:
        anew: whether what another run left there is dropped.

    Raises:
        JournalError: it cannot be written, another run writes it, or it is of another run.
    """

    def __init__(self, path: Path, identity: dict[str, object], *, anew: bool = False) -> None:
        self.path = path
        self.done: dict[str, tuple[str, str]] = {}
        """Status and digest of each film that has a row, but those that are to be tried again."""
        self._synced = monotonic()
        try:
            self._file: IO[bytes] = path.open("a+b")
        except OSError as error:
            raise JournalError(f"{path}: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.fstat(self._file.fileno()).st_nlink:
                raise BlockingIOError
            if anew:  # only now: what another run is writing must stay
                self._file.truncate(0)
            self._go_on(identity)
        except BlockingIOError:
            self._file.close()
            raise JournalError(f"{path}: another run is at work on it") from None
        except OSError as error:
            self._file.close()
            raise JournalError(f"{path}: {error.strerror}") from error
        except JournalError:
            self._file.close()
            raise

    def _go_on(self, identity: dict[str, object]) -> None:
        whole = 0
        begun: dict[str, object] | None = None
        self._file.seek(0)
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            try:
                content = json.loads(line)
            except ValueError:  # no JSON, or no text: a machine that stopped may leave zeros
                break
            whole += len(line)
            if begun is None:
                begun = content
            elif content["status"] == FAILED or content["code"] == UNWRITTEN:
                self.done.pop(content["file"], None)  # its copies are tried with it, as orphans
            else:
                self._note(content)
        self._file.truncate(whole)
        if begun is None:
            self._append(identity)
        elif begun != identity:
            keys = dict.fromkeys((*identity, *begun))
            other = [key for key in keys if begun.get(key) != identity.get(key)]
            raise JournalError(
                f"{self.path}: the run was begun with another {' and '.join(other)}; go on with "
                "that, or begin anew with --overwrite"
            )

    def add(self, row: Row) -> None:
        """Raises JournalError where it cannot be written; what was written is kept."""
        try:
            self._append(row)
        except OSError as error:
            raise JournalError(f"{self.path}: {error.strerror}; what was done is kept") from error
        self._note(row)

    def rows(self) -> Iterator[Row]:
        """All rows, each film's last, in the order in which they came."""
        last = {row["file"]: number for number, row in enumerate(self._lines())}
        for number, row in enumerate(self._lines()):
            if last[row["file"]] == number:
                yield row

    def _lines(self) -> Iterator[Row]:
        # Not by its path, where somebody may have put another file.
        with open(self._file.fileno(), "rb", closefd=False) as file:
            file.seek(0)
            next(file)
            for line in file:
                yield json.loads(line)

    def orphans(self) -> set[str]:
        """Duplicates of a film that has no row for that content, since it was lost with the process
        that worked on it, or failed before the run went on. They are scored themselves."""
        led = {digest for status, digest in self.done.values() if status != DUPLICATE}
        return {
            name
            for name, (status, digest) in self.done.items()
            if status == DUPLICATE and digest not in led
        }

    def _append(self, content: object) -> None:
        self._file.write(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        self._file.write(b"\n")
        # With the system's memory after each line, so that a kill loses none of it; on the disk
        # once a second, for a machine that stops.
        self._file.flush()
        if monotonic() - self._synced > _SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = monotonic()

    def _note(self, row: Row) -> None:
        self.done[row["file"]] = (row["status"], row["sha256"])

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._file.close()
