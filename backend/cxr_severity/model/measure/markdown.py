"""Estimates with their intervals, in Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from cxr_severity.model.metrics import Estimate

NONE = "–"
FLAT_NOTE = (
    "Of a share without a hit, or without a miss, the interval is Clopper and Pearson's, over "
    "patients; any other figure that is the same in every resample stands without one."
)
SMALL = 0.05
"""Below it the ends of an interval have as many digits as the value: rates of rare errors would
seem to have no width."""


def decimal(value: float, digits: int) -> str:
    """A number as it is written, cut to so many digits, halves away from zero, as the page does. By
    its bits 0.7515 lies below the half, and would be 0.751."""
    return _cut(Decimal(repr(float(value))), digits)


def percent(value: float, digits: int = 1) -> str:
    """A share in the same way."""
    return f"{_cut(100 * Decimal(repr(float(value))), digits)}%"


def _cut(value: Decimal, digits: int) -> str:
    return str(value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def cell(estimate: Estimate | None, digits: int = 3) -> str:
    """A value with its interval, `0.771 (0.74 to 0.80)`, of small ones `0.002 (0.001 to 0.005)`; a
    dash for None, and the value alone where it is the same in every resample."""
    if estimate is None:
        return NONE
    if estimate.flat:
        return decimal(estimate.value, digits)
    fine = digits if abs(estimate.value) < SMALL else max(2, digits - 1)
    if decimal(estimate.low, fine) == decimal(estimate.high, fine):
        fine += 1  # a narrow interval is none without a width
    low, high = decimal(estimate.low, fine), decimal(estimate.high, fine)
    return f"{decimal(estimate.value, digits)} ({low} to {high})"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table without a final newline."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
