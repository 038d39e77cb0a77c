"""Logging: one line for each event on standard output, never a pixel or a file name."""

from __future__ import annotations

from typing import Any


def logging_config(level: str) -> dict[str, Any]:
    """A `logging.config` dictionary; `level` is a name of the logging module, any case."""
    return {
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
            "cxr_severity": {"level": level.upper()},
            "uvicorn": {"level": level.upper()},
            "uvicorn.access": {"level": level.upper()},
            # Its messages may quote values of a data set, which can be a patient's.
            "pydicom": {"level": "CRITICAL"},
            # Quotes bytes of a malformed body; the request's own answer says what is wrong.
            "python_multipart": {"level": "CRITICAL"},
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
    }
