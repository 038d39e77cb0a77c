"""What can go wrong between the worker and its peers, by what it asks of the worker.

    WorkerError
    ├── CannotStartError    the command ends with one line
    ├── DownError           the peer as a whole: everything for it waits, no film is blamed
    ├── PassingError        this film or object, now: tried again later, and parked in the end
    │   └── SilentError     no answer in time: the peer as a whole is left alone for a while, too
    ├── LastingError        this film or object, always: parked at once
    └── PassedOverError     not for this worker: neither judged nor complained about

`code` is for logs and lists, stable, and says nothing about a patient.
"""

from __future__ import annotations


class WorkerError(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CannotStartError(WorkerError):
    """Its text is what the operator reads."""


class DownError(WorkerError):
    """`after` is how many seconds the peer asks to be left alone, 0 where it does not say."""

    def __init__(self, code: str, after: float = 0) -> None:
        super().__init__(code)
        self.after = after


class PassingError(WorkerError):
    pass


class SilentError(PassingError):
    pass


class LastingError(WorkerError):
    pass


class PassedOverError(WorkerError):
    pass
