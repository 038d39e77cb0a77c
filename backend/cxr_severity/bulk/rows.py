"""A row of the table: every film has one, whatever became of it."""

from __future__ import annotations

from cxr_severity.interop.table import COLUMNS as JUDGEMENT

Row = dict[str, str]

GRADED, REFUSED, FAILED, DUPLICATE = "graded", "refused", "failed", "duplicate"
"""`status`: judged; an image that cannot be judged; not read or not finished. `duplicate` stands
only until the table is written, where the row takes over what its content got."""

UNWRITTEN = "heatmap-not-written"
"""The `code` of a film that was graded, whose heatmap could not be kept."""

COLUMNS = ("file", "status", "code", "detail", "duplicate_of", *JUDGEMENT, "heatmap")
"""In this order; more may come behind them, none is renamed or removed."""

INTEGERS = ("width", "height")
BOOLEANS = ("refer", "accepted")
NUMBERS = tuple(
    name
    for name in JUDGEMENT
    if name.startswith(("probability_", "brixia_")) or name in ("confidence", "lung_fraction")
)


def blank(name: str, status: str, code: str = "", detail: str = "") -> Row:
    return {**dict.fromkeys(COLUMNS, ""), "file": name, "status": status, "code": code,
            "detail": detail}  # fmt: skip


def resolved(row: Row, leader: Row) -> Row:
    """A duplicate's row, of the same content as `leader`."""
    return {**leader, "file": row["file"], "duplicate_of": leader["file"]}
