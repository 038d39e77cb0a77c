"""Logging: one line for each event on standard output, never a pixel or a file name."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from cxr_severity.api.access.audit import AUDIT
from cxr_severity.api.access.audit_file import AuditFile
from cxr_severity.api.access.tracing import MarkFilter
from cxr_severity.service.faults import lines

_ACCESS_PARTS = 5
"""Client, method, path, version of HTTP, status."""


class WithoutQuery(logging.Filter):
    """Paths without what follows `?` in the access log of uvicorn: nobody knows what callers put
    there."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and len(record.args) == _ACCESS_PARTS:
            client, method, path, *rest = record.args
            record.args = (client, method, str(path).partition("?")[0], *rest)
        return True


class Lines(logging.Formatter):
    """A line for people; behind it the traceback of an exception, without its text."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the base class's name
        return "" if ei[1] is None else lines(ei[1])


class JsonLines(Lines):
    """One JSON object for each event. A message that is an object itself, as the audit's lines
    are, stands in it as such."""

    def format(self, record: logging.LogRecord) -> str:
        message: object = record.getMessage()
        if record.name == AUDIT:
            message = json.loads(record.getMessage())
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": record.__dict__.get("request_id", "-"),
            "trace_id": record.__dict__.get("trace_id", "-"),
            "message": message,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def logging_config(
    level: str, audit: Path | None = None, form: Literal["line", "json"] = "line"
) -> dict[str, Any]:
    """A `logging.config` dictionary.

    `level` is a name of the logging module, any case. Audit lines go to the file `audit`, which may
    be rotated by others, and are never left out; without one, or where the file does not take them,
    they go where the others go. `form` of the others: for people, or one JSON object a line.
    """
    audit_handlers: dict[str, Any] = {}
    if audit is not None:
        audit_handlers["audit"] = {
            "()": AuditFile,
            "formatter": "bare",
            "filename": str(audit),
            "encoding": "utf-8",
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"mark": {"()": MarkFilter}, "path": {"()": WithoutQuery}},
        "formatters": {
            "line": {
                "()": Lines,
                "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s %(trace_id)s]: "
                "%(message)s",
            },
            "json": {"()": JsonLines},
            "bare": {"format": "%(message)s"},
        },
        "handlers": {
            **audit_handlers,
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["mark"],
                "formatter": form,
                "stream": "ext://sys.stdout",
            },
        },
        "loggers": {
            "cxr_severity": {"level": level.upper()},
            AUDIT: {"level": "INFO", "handlers": [*audit_handlers], "propagate": audit is None},
            "uvicorn": {"level": level.upper()},
            "uvicorn.access": {"level": level.upper(), "filters": ["path"]},
            # Its messages may quote values of a data set, which can be a patient's.
            "pydicom": {"level": "CRITICAL"},
            # Quotes bytes of a malformed body; the request's own answer says what is wrong.
            "python_multipart": {"level": "CRITICAL"},
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
    }
