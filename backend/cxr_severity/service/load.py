"""What the settings ask for: a version in a process of its own, for the command line, the worker
and bulk scoring; and processes that decode."""

from __future__ import annotations

from cxr_severity.model.artifact import ArtifactError, versions
from cxr_severity.model.engine import limit_threads
from cxr_severity.model.predictor import Predictor
from cxr_severity.service.decoding.processes import DecodeProcesses
from cxr_severity.service.memory import share_arenas
from cxr_severity.settings import ModelSettings, ServeSettings


def load_predictor(settings: ModelSettings, version: str | None = None) -> Predictor:
    """The version that is named, or that the settings name, or the newest.

    Raises:
        ArtifactError: there is no such version, or it is damaged.
        EngineError: the engine is missing or does not agree.
    """
    chosen = chosen_version(settings, version)
    share_arenas()
    limit_threads()
    return Predictor.load(settings.weights / chosen, settings.execution)


def chosen_version(settings: ModelSettings, version: str | None = None) -> str:
    """Raises ArtifactError where it is not installed, or none is."""
    installed = versions(settings.weights)
    chosen = version or settings.version or (installed[-1] if installed else None)
    if chosen is None or chosen not in installed:
        named = f" {chosen}" if chosen else ""
        raise ArtifactError(f"there is no model version{named} in {settings.weights}")
    return chosen


def decode_processes(settings: ServeSettings, at_most: int | None = None) -> DecodeProcesses:
    """Not yet started; a context manager. `at_most` as many, for who works on that many films."""
    count = settings.decode_processes
    return DecodeProcesses(
        count if at_most is None else min(count, at_most), settings.decode_seconds
    )
