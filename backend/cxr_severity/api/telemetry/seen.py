"""What those who handle a request tell its metrics."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import Scope

KEY = "cxr_severity.seen"


@dataclass(slots=True)
class Seen:
    """One object for all copies of a scope."""

    problem: str | None = None


def note_problem(scope: Scope, code: str) -> None:
    """The request of `scope` is answered with this problem."""
    seen = scope.get(KEY)
    if isinstance(seen, Seen):
        seen.problem = code
