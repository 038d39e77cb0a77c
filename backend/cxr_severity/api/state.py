"""What the service holds while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from anyio import CapacityLimiter
from fastapi import Request

from cxr_severity.api.access.keys import UNREADABLE, KeyFile, KeyFileError
from cxr_severity.api.admission import Admission
from cxr_severity.api.body_memory import BodyMemory
from cxr_severity.api.telemetry.counters import Metrics
from cxr_severity.imaging.decode import Limits
from cxr_severity.service.batching import Batcher
from cxr_severity.service.decoding.processes import DecodeProcesses
from cxr_severity.service.film_memory import FilmMemory
from cxr_severity.service.registry import ModelRegistry, NotReadyError
from cxr_severity.service.running import Running

ALL_STUCK = "Not ready: every thread has been busy with one file for too long."


@dataclass(frozen=True, slots=True)
class State:
    registry: ModelRegistry
    limits: Limits
    admission: Admission
    """Requests that are let in."""
    limiter: CapacityLimiter
    """Requests whose images are worked on at the same time; the others wait, first come first."""
    reading: CapacityLimiter
    """Bodies of /v2 that are read at the same time."""
    batcher: Batcher
    running: Running
    decoding: DecodeProcesses
    film_memory: FilmMemory
    """What the films being worked on may take together."""
    body_memory: BodyMemory
    """What all bodies may take together."""
    upload_seconds: float
    upload_rate: float
    """Bytes a second."""
    uid_root: str
    """Of DICOM results."""
    font: Path | None
    """With Chinese letters, for pictures and PDF."""
    metrics: Metrics
    keys: KeyFile | None
    """None where callers need no key."""

    def check_ready(self) -> None:
        """Raises NotReadyError while new requests should go to another replica."""
        self.registry.check_ready()
        if self.running.stuck:
            raise NotReadyError(ALL_STUCK)
        self.decoding.check_ready()
        if self.keys is not None:
            try:
                self.keys.check()
            except KeyFileError:  # `AccessControl` logs why, and lets nobody in
                raise NotReadyError(UNREADABLE) from None

    @property
    def ready(self) -> bool:
        try:
            self.check_ready()
        except NotReadyError:
            return False
        return True


def state_of(request: Request) -> State:
    return cast(State, request.app.state.service)
