"""Logging: one line for each event on standard output, never a pixel or a file name."""

from __future__ import annotations

from typing import Any

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "stream": "ext://sys.stdout",
        }
    },
    "loggers": {
        "cxr_severity": {"level": "INFO"},
        "uvicorn": {"level": "INFO"},
        "uvicorn.access": {"level": "INFO"},
        # Its warnings quote values of the data set, which can be a patient's.
        "pydicom": {"level": "CRITICAL"},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
}
