"""Logging: one line for each event on standard output, never a pixel or a file name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cxr_severity.api.access.audit import AUDIT
from cxr_severity.api.access.tracing import MarkFilter


def logging_config(level: str, audit: Path | None = None) -> dict[str, Any]:
    """A `logging.config` dictionary.

    `level` is a name of the logging module, any case. Audit lines go to the file `audit`, which may
    be rotated by others, and are never left out; without one they go where the others go.
    """
    audit_handlers: dict[str, Any] = {}
    if audit is not None:
        audit_handlers["audit"] = {
            "class": "logging.handlers.WatchedFileHandler",
            "formatter": "bare",
            "filename": str(audit),
            "encoding": "utf-8",
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"mark": {"()": MarkFilter}},
        "formatters": {
            "line": {
                "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s %(trace_id)s]: "
                "%(message)s"
            },
            "bare": {"format": "%(message)s"},
        },
        "handlers": {
            **audit_handlers,
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["mark"],
                "formatter": "line",
                "stream": "ext://sys.stdout",
            },
        },
        "loggers": {
            "cxr_severity": {"level": level.upper()},
            AUDIT: {"level": "INFO", "handlers": [*audit_handlers], "propagate": audit is None},
            "uvicorn": {"level": level.upper()},
            "uvicorn.access": {"level": level.upper()},
            # Its messages may quote values of a data set, which can be a patient's.
            "pydicom": {"level": "CRITICAL"},
            # Quotes bytes of a malformed body; the request's own answer says what is wrong.
            "python_multipart": {"level": "CRITICAL"},
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
    }
