"""Traces, in the open telemetry protocol over HTTP, where an endpoint is set.

The settings are OpenTelemetry's own: `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`,
`OTEL_TRACES_SAMPLER` and their like. Without an endpoint its API does nothing, and costs a
microsecond.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace

from cxr_severity import __version__

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NOT_INSTALLED = (
    "traces are asked for ({variable} is set), and what sends them is not installed: "
    "pip install 'cxr-severity[otel]'"
)
NAME = "cxr-severity"

tracer = trace.get_tracer("cxr_severity", __version__)


class TracingError(Exception):
    """Traces are asked for and cannot be sent; the message is one line."""


@contextmanager
def tracing() -> Iterator[None]:
    """Send the traces of this process while inside, where the environment names an endpoint; what
    has not been sent at the end is sent then. Once in a process.

    Raises:
        TracingError: the packages that send them are missing.
    """
    variable = next((name for name in ENDPOINTS if os.environ.get(name)), None)
    if variable is None:
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise TracingError(NOT_INSTALLED.format(variable=variable)) from error
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: NAME}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()


def trace_id() -> str | None:
    """Of the span that the calling code is in."""
    found = trace.get_current_span().get_span_context()
    return trace.format_trace_id(found.trace_id) if found.is_valid else None
