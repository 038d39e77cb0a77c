"""Prometheus metrics. Every label takes few values, all known beforehand or bounded here."""

from __future__ import annotations

from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from cxr_severity import __version__
from cxr_severity.interop.bodies.kinds import CODES
from cxr_severity.model.assessment import SEVERITIES, Assessment
from cxr_severity.model.drift import DriftReference
from cxr_severity.model.quality import Level
from cxr_severity.service.drift import Drift
from cxr_severity.service.pipeline import Judged
from cxr_severity.texts.findings import MESSAGES

_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_IMAGES = (1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128, 256)
_STEPS = ("decode", "model", "explain", "encode", "total")

Outcome = Literal["judged", "refused", "failed", "left"]
"""Of a film; `left`: its client did not wait for the answer."""


class Metrics:
    """The counters of one service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collect in (ProcessCollector, PlatformCollector, GCCollector):
            collect(registry=self.registry)
        self.requests = self._counter(
            "http_requests", "Requests that were answered", "method", "route", "status"
        )
        self.request_seconds = self._histogram(
            "http_request_duration_seconds", "From a request's head to its whole answer",
            _SECONDS, "route",
        )  # fmt: skip
        self.problems = self._counter(
            "problems", "Requests and images of batches that were answered with a problem", "code"
        )
        for code in CODES:
            self.problems.labels(code)
        self.films = self._counter("films", "Films by how their judgement ended", "outcome")
        for outcome in get_args(Outcome):
            self.films.labels(outcome)
        self.severities = self._counter("severities", "Films by the grade given", "severity")
        for severity in SEVERITIES:
            self.severities.labels(severity)
        self.referred = self._counter("referred", "Films for which a person should decide")
        self.findings = self._counter("findings", "What the gate said of films", "code", "level")
        for code in MESSAGES:
            for level in get_args(Level):
                self.findings.labels(code, level)
        self.step_seconds = self._histogram(
            "step_duration_seconds", "Of one film; steps overlap", _SECONDS, "step"
        )
        for step in _STEPS:
            self.step_seconds.labels(step)
        self.batch_images = self._histogram(
            "batch_size_images", "Images that went through the network together", _IMAGES
        )
        build = Gauge("cxr_build_info", "This release", ["release"], registry=self.registry)
        build.labels(__version__).set(1)
        self._drift: Drift | None = None
        self._drift_of = ""
        """The version whose films are compared."""

    def refused(self, code: str, status: int) -> None:
        """Count what was answered with a problem before there was a request."""
        self.requests.labels("other", "other", str(status)).inc()
        self.problems.labels(code).inc()

    def graded(self, assessment: Assessment) -> None:
        """Count a grade."""
        self.severities.labels(assessment.severity).inc()
        if assessment.refer:
            self.referred.inc()
        for finding in assessment.quality.findings:
            self.findings.labels(finding.code, finding.level).inc()

    def judged(self, found: Judged, version: str) -> None:
        """Count how long a film's steps took and, where this version's films are compared, what the
        film was like; its grade is counted apart."""
        for step in _STEPS:
            self.step_seconds.labels(step).observe(getattr(found.timings, step) / 1e3)
        if self._drift is not None and version == self._drift_of:
            total = sum(found.assessment.brixia.zones.values())
            self._drift.add({**found.statistics, "total": total})

    def compare_with(self, reference: DriftReference | None, version: str) -> None:
        """From now on tell the drift of this version's films against this; none at all if it is
        None. Another version gives other totals of the same film, and sees other pictures."""
        if reference is not None and self._drift is None:
            self._drift, self._drift_of = Drift(reference), version

    @property
    def drift(self) -> Drift | None:
        return self._drift

    def text(self) -> bytes:
        """In the text format that Prometheus reads."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"cxr_{name}", text, labels, registry=self.registry)

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(f"cxr_{name}", text, labels, buckets=buckets, registry=self.registry)
