"""What gates measured on images that they were not fitted on: the table that training leaves."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from cxr_severity.model.gate import KINDS, Kind, Measurements
from cxr_training.config_gate import GateConfig
from cxr_training.csv_files import csv_bytes, one_of
from cxr_training.errors import TrainingError
from cxr_training.whole_file import write_whole

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


class GateNote(BaseModel):
    """What a table was measured with and on, besides the run's networks; kept beside it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gate: GateConfig
    images_sha256: str


def note_of(path: Path) -> Path:
    """Where the note of a table stands."""
    return path.with_suffix(".json")


def read_note(path: Path) -> GateNote | None:
    """The note of a table; None where there is none, as in runs of earlier releases.

    Raises:
        TrainingError: when there is something else in its place.
    """
    try:
        return GateNote.model_validate_json(note_of(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise TrainingError(f"{note_of(path)}: is no note on a gate") from error


def is_of(path: Path, note: GateNote) -> bool:
    """Whether there is a table, and it is noted as of these settings and images."""
    kept = note_of(path)
    if not (path.is_file() and kept.is_file() and kept.read_text(encoding="utf-8") == _text(note)):
        return False
    with path.open(newline="", encoding="utf-8") as file:
        # An earlier release measured less.
        return next(csv.reader(file), []) == list(COLUMNS)


def _text(note: GateNote) -> str:
    return note.model_dump_json(indent=1) + "\n"


def write_rows(path: Path, rows: Iterable[GateRow], note: GateNote) -> None:
    note_of(path).unlink(missing_ok=True)  # it is of the table that now goes
    cells = [
        [
            row.fold, row.origin, row.kind,
            *(f"{v:.6g}" if isinstance(v, float) else v for v in asdict(row.found).values()),
        ]
        for row in rows
    ]  # fmt: skip
    write_whole(path, csv_bytes(COLUMNS, cells))
    write_whole(note_of(path), _text(note).encode())


def read_rows(path: Path) -> list[GateRow]:
    """The table's rows; raises TrainingError when the file is none of `write_rows`."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            table = csv.DictReader(file)
            lacking = sorted(set(COLUMNS) - set(table.fieldnames or ()))
            if lacking and set(_IDENTITY) <= set(table.fieldnames or ()):
                raise TrainingError(
                    f"{path}: lacks {lacking[0]}, as one of an earlier release; "
                    "`cxr-train --resume` measures gates anew; without the file they are left out"
                )
            return [_row(cells) for cells in table]
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise TrainingError(f"{path}: is no table of the gate's measurements") from error


def _row(cells: dict[str, str]) -> GateRow:
    found = Measurements(
        **{name: float(cells[name]) for name in _MEASURED if name not in ("likeliest", "side")},
        likeliest=one_of(cells["likeliest"], KINDS),
        side=int(cells["side"]),
    )
    return GateRow(int(cells["fold"]), cells["origin"], one_of(cells["kind"], KINDS), found)
