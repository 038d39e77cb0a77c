"""Estimates with their intervals, in Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cxr_severity.model.metrics import Estimate

NONE = "–"
FLAT_NOTE = (
    "Of a share without a hit, or without a miss, the interval is Clopper and Pearson's, over "
    "patients; any other figure that is the same in every resample stands without one."
)
SMALL = 0.05
"""Below it the ends of an interval have as many digits as the value: rates of rare errors would
seem to have no width."""


def cell(estimate: Estimate | None, digits: int = 3) -> str:
    """A value with its interval, `0.771 (0.74 to 0.80)`, of small ones `0.002 (0.001 to 0.005)`; a
    dash for None, and the value alone where it is the same in every resample."""
    if estimate is None:
        return NONE
    if estimate.flat:
        return f"{estimate.value:.{digits}f}"
    fine = digits if abs(estimate.value) < SMALL else max(2, digits - 1)
    if f"{estimate.low:.{fine}f}" == f"{estimate.high:.{fine}f}":
        fine += 1  # a narrow interval is none without a width
    return f"{estimate.value:.{digits}f} ({estimate.low:.{fine}f} to {estimate.high:.{fine}f})"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table without a final newline."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
