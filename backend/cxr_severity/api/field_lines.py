"""Values of header fields, which may come over several lines (RFC 9110, 5.3)."""

from __future__ import annotations

from starlette.datastructures import Headers

_LONGEST = 2_000
"""Letters of a list that are read; browsers send about a hundred."""


def listed(headers: Headers, name: str) -> str:
    """The whole list of a field whose value is one: its lines are joined, in their order. Empty
    where there are none."""
    return ", ".join(headers.getlist(name))


def elements(value: str) -> list[str]:
    """Of a list, without the empty ones (RFC 9110, 5.6.1)."""
    return [found for part in value.split(",") if (found := part.strip())]


def weighted(value: str) -> list[tuple[str, float]]:
    """What an `Accept` or one of its kin wishes, in lower case, each with its weight from 0 to 1
    (RFC 9110, 12.4.2); other parameters are passed over. A weight that is no number is 0."""
    return [_wish(part) for part in elements(value[:_LONGEST])]


def _wish(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return name, 0.0
            return name, min(1.0, weight) if weight > 0 else 0.0  # of `nan` too
    return name, 1.0
