"""The errors that end a run with a line instead of a traceback."""

from __future__ import annotations


class TrainingError(Exception):
    """Data or configuration cannot be used; the message is one line that says why."""


def one_line(error: Exception) -> str:
    """The line that a command prints for it; for a file that cannot be read or written, `PATH:
    reason`."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)
