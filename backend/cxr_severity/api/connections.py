"""What the application tells the protocol that its requests come by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _nothing(_: str, __: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Connections:
    patience: float = 60.0
    """Seconds that a client may take nothing of what is being sent to it."""
    refused: Callable[[str, int], None] = _nothing
    """Hears the code and the status of every problem that is answered before there is a request."""


def connections_of(app: object) -> Connections:
    """Those of an application which has none are the usual ones."""
    found = getattr(getattr(app, "state", None), "connections", None)
    return found if isinstance(found, Connections) else Connections()
