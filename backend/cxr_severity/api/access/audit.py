"""One line for each judgement: who had what judged, by which version, and how it ended.

A line says nothing about the patient: the image is named by the hash of its bytes, and neither
the grade nor a file's name is told.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from time import perf_counter

from opentelemetry.trace import Span
from starlette.requests import ClientDisconnect

from cxr_severity.api.access.tracing import current, current_trace
from cxr_severity.api.errors import ApiError
from cxr_severity.api.failures import code_of
from cxr_severity.api.telemetry.counters import Metrics, Outcome
from cxr_severity.api.telemetry.traces import tracer
from cxr_severity.imaging.decode import sha256
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.model.assessment import Assessment
from cxr_severity.model.quality import RejectedError
from cxr_severity.service.pipeline import Judged, StepTimes

AUDIT = "cxr_severity.audit"
"""The logger; `logs.logging_config` says where its lines go."""

logger = logging.getLogger(AUDIT)

_FAILED = 500


class Judgement:
    """What is known so far of one judgement."""

    def __init__(self, version: str, data: bytes, metrics: Metrics) -> None:
        """`data`: the input, which the line names by its hash."""
        self.version = version
        self.findings: Sequence[str] = ()
        self.timings: StepTimes | None = None
        self._data = data
        self._metrics = metrics
        self._sha256: str | None = None

    def end_with(self, judged: Judged) -> None:
        """Take over what was found out."""
        self._sha256 = judged.radiograph.source.sha256
        self.graded(judged.assessment)
        self.timings = judged.timings
        self._metrics.judged(judged, self.version)

    def graded(self, assessment: Assessment) -> None:
        """As `end_with`, for input that was not a file."""
        self.findings = [finding.code for finding in assessment.quality.findings]
        self._metrics.graded(assessment)

    @property
    def sha256(self) -> str:
        return self._sha256 or sha256(self._data)


@contextmanager
def judgement(caller: str, version: str, data: bytes, metrics: Metrics) -> Iterator[Judgement]:
    """Writes the line, and counts the film, when the block ends, however it ends."""
    start = perf_counter()
    known = Judgement(version, data, metrics)
    outcome: Outcome = "failed"
    code: str | None = None
    span = tracer.start_span("judge")
    try:
        yield known
        outcome = "judged"
    except ClientDisconnect:
        outcome = "left"
        raise
    except ApiError as error:
        # Such as a tensor that is none; a service that is busy is no fault of the film.
        outcome, code = "refused" if error.kind.status < _FAILED else "failed", code_of(error)
        raise
    except InputRefusedError as error:
        outcome, code = "refused", code_of(error)
        raise
    except RejectedError as error:
        known.findings = [finding.code for finding in error.quality.findings]
        outcome, code = "refused", code_of(error)
        raise
    except BaseException as error:
        code = code_of(error)
        raise
    finally:
        metrics.films.labels(outcome).inc()
        _end(span, known, outcome, code)
        _write(known, caller, outcome, code, perf_counter() - start)


def unbegun(caller: str, version: str, data: bytes, metrics: Metrics) -> None:
    """The line of a film whose client left before its turn came. Blocking: the film is named by the
    hash of its bytes."""
    with suppress(ClientDisconnect), judgement(caller, version, data, metrics):
        raise ClientDisconnect


def _end(span: Span, known: Judgement, outcome: Outcome, code: str | None) -> None:
    span.set_attributes({"cxr.model.version": known.version, "cxr.outcome": outcome})
    if code is not None:
        span.set_attribute("error.type", code)
    if known.timings is not None:
        for step, milliseconds in asdict(known.timings).items():
            span.set_attribute(f"cxr.step.{step}.ms", milliseconds)
    span.end()


def _write(
    known: Judgement, caller: str, outcome: Outcome, code: str | None, seconds: float
) -> None:
    mark = current()
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "event": "judgement",
        "caller": caller,
        "request_id": mark and mark.request_id,
        "trace_id": current_trace(),
        "sha256": known.sha256,
        "version": known.version,
        "outcome": outcome,
        "code": code,
        "findings": list(known.findings),
        "duration_ms": round(seconds * 1e3, 2),
    }
    logger.info("%s", json.dumps(line))
