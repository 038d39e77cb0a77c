"""What Prometheus is told of the present moment: read when it asks, stored nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cxr_severity.api.access.audit_file import lost
from cxr_severity.api.state import State
from cxr_severity.service.registry import RegistryError


class Live(Collector):
    """Readiness, places and memory, the version that answers, and its drift."""

    def __init__(self, state: State) -> None:
        self._state = state

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        state = self._state
        yield _gauge("ready", "1 while new requests are wanted, else 0", float(state.ready))
        yield _gauge("admitted_requests", "Requests that wait or are worked on",
                     state.admission.taken)  # fmt: skip
        yield _gauge("admitted_requests_limit", "Further ones are answered 503",
                     state.admission.places)  # fmt: skip
        working = state.running.films
        yield _gauge("working_films", "Films that are being read, judged or drawn", working)
        yield _gauge("working_films_limit", "Further ones wait", state.limiter.total_tokens)
        yield _gauge("queued_requests", "Requests that wait for a thread",
                     max(0, state.admission.taken - working))  # fmt: skip
        yield _gauge("film_memory_bytes", "That the films being worked on may take, by their "
                     "headers", state.film_memory.taken)  # fmt: skip
        yield _gauge("film_memory_limit_bytes", "Further films wait", state.film_memory.capacity)
        yield _gauge("decoding_memory_bytes", "Resident memory of the decoding processes",
                     state.decoding.resident)  # fmt: skip
        yield CounterMetricFamily(
            "cxr_audit_lost", "Lines of the audit that its file did not take", value=lost.lines
        )
        try:
            predictor = state.registry.predictor(None)
        except RegistryError:
            return
        model = GaugeMetricFamily(
            "cxr_model_info", "The version that answers", labels=("name", "version", "engine")
        )
        manifest = predictor.manifest
        model.add_metric((manifest.name, manifest.version, predictor.engine), 1)
        yield model
        yield from self._drift()

    def _drift(self) -> Iterator[Metric]:
        drift = self._state.metrics.drift
        if drift is None:
            return
        yield _gauge("drift_films", "Films of late that are compared", drift.films())
        index = GaugeMetricFamily(
            "cxr_drift_population_stability_index",
            "Of the films of late against those that the version was measured on",
            labels=("statistic",),
        )
        for name, value in drift.indexes().items():
            index.add_metric((name,), value)
        yield index


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"cxr_{name}", text, value)
