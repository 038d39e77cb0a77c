"""Who scores which content: of films with the same bytes, the first that is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cxr_severity.bulk.seam import EngineUnavailableError


class ClaimsFile:
    """For the processes of one machine. Each run begins with a new one.

    Raises:
        EngineUnavailableError: it cannot be written, as on a full disk; without it films would be
            scored twice.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._told():
            self._file = sqlite3.connect(path, timeout=600, isolation_level=None)
            self._file.execute("PRAGMA synchronous=OFF")

    @classmethod
    def create(cls, path: Path, taken: Iterable[tuple[str, str]]) -> None:
        """Begin with the (digest, name) that are scored already."""
        path.unlink(missing_ok=True)
        made = cls(path)
        with made._told():
            made._file.execute(
                "CREATE TABLE claims (digest TEXT PRIMARY KEY, name BLOB) WITHOUT ROWID"
            )
            made._file.execute("BEGIN")
            made._file.executemany(
                "INSERT OR IGNORE INTO claims VALUES (?, ?)",
                ((digest, _bytes(name)) for digest, name in taken),
            )
            made._file.execute("COMMIT")
        made._file.close()

    def claim(self, digest: str, name: str) -> bool:
        with self._told():
            mine = _bytes(name)
            self._file.execute("INSERT OR IGNORE INTO claims VALUES (?, ?)", (digest, mine))
            (owner,) = self._file.execute(
                "SELECT name FROM claims WHERE digest = ?", (digest,)
            ).fetchone()
        return bool(owner == mine)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise EngineUnavailableError(f"{self._path}: {error}; what was done is kept") from error


def _bytes(name: str) -> bytes:
    """A file's name may be no text in UTF-8, which SQLite takes for none of its own."""
    return name.encode("utf-8", "surrogatepass")
