"""One worker at a time uses a ledger."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from cxr_severity.worker.faults import CannotStartError


def hold(path: Path) -> sqlite3.Connection:
    """Keep other workers away from the ledger until the connection, or the process, ends.

    Raises:
        CannotStartError: another worker has it.
        sqlite3.Error, OSError: that cannot be told.
    """
    lock = path.with_name(f"{path.name}.lock")
    lock.touch(mode=0o600)
    # SQLite's own lock works on every system and goes with the process, however it ends.
    db = sqlite3.connect(lock, isolation_level=None, check_same_thread=False, timeout=0)
    try:
        db.execute("PRAGMA journal_mode = OFF")  # for which a full disk would have no room
        db.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        db.close()
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        raise CannotStartError(f"another worker uses the memory {path}") from None
    return db
