"""Who scores which content: of films with the same bytes, the first that is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol


class Claims(Protocol):
    def claim(self, digest: str, name: str) -> bool:
        """Whether the film of this name is to be scored for this content. Asked again, it says the
        same."""


class ClaimsFile:
    """For the processes of one machine. Each run begins with a new one."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path, timeout=600, isolation_level=None)
        self._file.execute("PRAGMA synchronous=OFF")

    @classmethod
    def create(cls, path: Path, taken: Iterable[tuple[str, str]]) -> None:
        """Begin with the (digest, name) that are scored already."""
        path.unlink(missing_ok=True)
        made = cls(path)
        made._file.execute("CREATE TABLE claims (digest TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID")
        made._file.execute("BEGIN")
        made._file.executemany("INSERT OR IGNORE INTO claims VALUES (?, ?)", taken)
        made._file.execute("COMMIT")
        made._file.close()

    def claim(self, digest: str, name: str) -> bool:
        self._file.execute("INSERT OR IGNORE INTO claims VALUES (?, ?)", (digest, name))
        (owner,) = self._file.execute(
            "SELECT name FROM claims WHERE digest = ?", (digest,)
        ).fetchone()
        return bool(owner == name)
