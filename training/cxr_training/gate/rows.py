"""What gates measured on images that they were not fitted on: the table that training leaves."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import get_args

from cxr_severity.model.gate import Kind, Measurements
from cxr_training.errors import TrainingError

GATE = "gate.csv"
_IDENTITY = ("fold", "origin", "kind")
_MEASURED = tuple(field.name for field in fields(Measurements))
COLUMNS = (*_IDENTITY, *_MEASURED)


@dataclass(frozen=True, slots=True)
class GateRow:
    fold: int
    origin: str
    kind: Kind
    found: Measurements

    @property
    def accepted(self) -> bool:
        """Whether this is an undamaged film of the kind that the gate is to let pass."""
        return self.kind == "frontal" and "damaged" not in self.origin


def write_rows(path: Path, rows: Iterable[GateRow]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            values = asdict(row.found).values()
            cells = [f"{v:.6g}" if isinstance(v, float) else v for v in values]
            writer.writerow([row.fold, row.origin, row.kind, *cells])
    partial.replace(path)


def read_rows(path: Path) -> list[GateRow]:
    """Raises TrainingError when the file is none of `write_rows`."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [_row(cells) for cells in csv.DictReader(file)]
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise TrainingError(f"{path}: is no table of the gate's measurements") from error


def _row(cells: dict[str, str]) -> GateRow:
    found = Measurements(
        **{name: float(cells[name]) for name in _MEASURED if name not in ("likeliest", "side")},
        likeliest=_kind(cells["likeliest"]),
        side=int(cells["side"]),
    )
    return GateRow(int(cells["fold"]), cells["origin"], _kind(cells["kind"]), found)


def _kind(name: str) -> Kind:
    found: Sequence[Kind] = [kind for kind in get_args(Kind) if kind == name]
    if not found:
        raise ValueError(f"{name!r} is no kind of image")
    return found[0]
