"""A client of the CXR Severity service, blocking and asynchronous."""

from cxr_severity_client.aio import AsyncClient
from cxr_severity_client.client import Client
from cxr_severity_client.problems import ProblemError
from cxr_severity_client.results import (
    BatchLine,
    Brixia,
    Explanation,
    Finding,
    Input,
    Model,
    Opacity,
    Prediction,
    Quality,
    Severity,
    Zone,
)
from cxr_severity_client.wire import Film, Form, Target

__all__ = [
    "AsyncClient",
    "BatchLine",
    "Brixia",
    "Client",
    "Explanation",
    "Film",
    "Finding",
    "Form",
    "Input",
    "Model",
    "Opacity",
    "Prediction",
    "ProblemError",
    "Quality",
    "Severity",
    "Target",
    "Zone",
]
