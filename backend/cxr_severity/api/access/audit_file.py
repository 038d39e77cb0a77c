"""The file of the audit. A line that it does not take is never lost: it goes to the log."""

from __future__ import annotations

import logging
import sys
import threading
from logging.handlers import WatchedFileHandler

logger = logging.getLogger(__name__)


class Lost:
    """How many lines the file has not taken. One count for the process, as its logging is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.lines = 0

    def one(self) -> None:
        with self._lock:
            self.lines += 1


lost = Lost()


class AuditFile(WatchedFileHandler):
    """A full disk, or a folder that is gone, ends no judgement: who had a film judged is still
    said, by the handlers of the log."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            # To open the file anew raises, where to write to it does not.
            super().emit(record)
        except OSError:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class's name
        lost.one()
        error = sys.exception()
        reason = error.strerror if isinstance(error, OSError) else type(error).__name__
        logger.error("%s does not take a line of the audit: %s", self.baseFilename, reason)
        for handler in logging.getLogger().handlers:
            handler.handle(record)
