"""How often the gate rejects what it should, and what it should not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from scipy.stats import binomtest

from cxr_severity.model.evaluation import GateScores
from cxr_severity.model.gate import GateLimits, judge
from cxr_severity.model.metrics import Estimate
from cxr_severity.model.quality import Quality
from cxr_training.config_gate import GateConfig
from cxr_training.gate.fit import choose_limits
from cxr_training.gate.rows import GateRow

STRANGERS = ("ct", "lateral", "photo")
"""Each counts as a file; the photographs come a second time, without colour, in a row of their
own."""
Wanted = Literal["pass", "reject", "notice"]


def gate_scores(rows: Sequence[GateRow], config: GateConfig) -> list[GateScores]:
    """By origin, after a line for everything that should pass and one for all strangers' files.

    Kinds, distances and lungs were measured by gates that had not seen the images' fold; here the
    limits of each fold are chosen on the other folds.
    """
    judged = list(_judged(rows, config))
    origins = sorted({row.origin for row in rows}, key=lambda origin: (_order(origin), origin))
    return [
        _scores("all accepted kinds", "pass", [q for row, q in judged if row.accepted]),
        _scores(
            "all CT, lateral and photographic", "reject",
            [q for row, q in judged if row.origin in STRANGERS],
        ),
        *(
            _scores(origin, wanted, chosen)
            for origin in origins
            for wanted in ("pass", "reject", "notice")
            if (chosen := [q for r, q in judged if r.origin == origin and _wanted(r) == wanted])
        ),
    ]  # fmt: skip


def _judged(rows: Sequence[GateRow], config: GateConfig) -> Iterable[tuple[GateRow, Quality]]:
    for fold in sorted({row.fold for row in rows}):
        others = [row.found for row in rows if row.fold != fold and row.accepted]
        limits: GateLimits = choose_limits(others, config)
        for row in rows:
            if row.fold == fold:
                yield row, judge(row.found, limits)


def _wanted(row: GateRow) -> Wanted:
    if row.accepted:
        return "pass"
    return "notice" if row.kind == "frontal" else "reject"


def _order(origin: str) -> int:
    groups = ("severity", "pretrain", *STRANGERS, "fragment", "synthetic", "damaged")
    turned = "," in origin
    begins = [origin.startswith(name) for name in groups]
    first = begins.index(True) if any(begins) else len(groups)
    return first + len(groups) * turned


def _scores(origin: str, wanted: Wanted, found: Sequence[Quality]) -> GateScores:
    return GateScores(
        origin=origin,
        wanted=wanted,
        images=len(found),
        rejected=_share([not quality.accepted for quality in found]),
        noticed=_share([bool(quality.findings) for quality in found]),
    )


def _share(hits: Sequence[bool]) -> Estimate:
    if not hits:
        return Estimate(value=0, low=0, high=1)
    test = binomtest(sum(hits), len(hits))
    interval = test.proportion_ci(method="wilson")
    return Estimate(
        value=round(sum(hits) / len(hits), 4),
        low=round(float(interval.low), 4),
        high=round(float(interval.high), 4),
    )
