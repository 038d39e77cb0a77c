"""What the service holds while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from anyio import CapacityLimiter
from fastapi import Request

from cxr_severity.api.registry import ModelRegistry
from cxr_severity.imaging.decode import Limits


@dataclass(frozen=True, slots=True)
class State:
    registry: ModelRegistry
    limits: Limits
    limiter: CapacityLimiter
    """Predictions that run at the same time."""
    queue: int
    """Requests that may wait for one of them."""


def state_of(request: Request) -> State:
    return cast(State, request.app.state.service)
