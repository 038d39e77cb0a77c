"""What readers say of films: the reference that a table of results is compared with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxr_severity.bulk.csv_text import CsvError, lines_of, plain
from cxr_severity.bulk.sources import PATH_COLUMNS
from cxr_severity.interop.table import unescaped_text
from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, SEVERITIES, ZONES, Severity
from cxr_severity.model.calibration import HIGHEST_TOTAL
from cxr_severity.model.measure.brixia import brixia_severity

KEYS = ("sha256", "sop_instance_uid", "file", "accession_number")
"""By which a reading and a result are told to be of one film, the surest first."""
_NAMING = tuple(dict.fromkeys((*KEYS, *PATH_COLUMNS)))
_GRADE = ("reader_grade", "grade", "severity")
_TOTAL = ("reader_total", "brixia_total", "total")
_ZONES = ("reader_", "brixia_", "")
"""Before each zone's letter."""
_PATIENT = ("patient", "patient_id")
_BLIND = ("reader_blind", "blind")
_TEXTS = ("accession_number", *PATH_COLUMNS, *_PATIENT)
"""What has an apostrophe before it in CSV where a spreadsheet would take it for a formula."""
_MODEL = ("severity", "brixia_total", *(f"brixia_{zone}" for zone in ZONES))
"""What a table that holds the model's probabilities, or a reader's own columns, tells of the model,
and of no reader."""
_PROBABILITIES = {"probability_mild", "p_mild"}
_KNOWN = {
    plain(name): name
    for name in (
        *KEYS, *PATH_COLUMNS, *_GRADE, *_TOTAL, *_PATIENT, *_BLIND, *_PROBABILITIES,
        *(f"{before}{zone}" for before in _ZONES for zone in ZONES),
    )
}  # fmt: skip
_KIND = "cxr-severity-readings"


class ReadingsError(Exception):
    """A file of readings cannot be used; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader says of one film."""

    where: str
    """For messages: the file and line."""
    keys: Mapping[str, str]
    """Of `KEYS`, those that are known."""
    severity: Severity
    total: float | None
    """Brixia total, 0 to 18; None where only the grade was given."""
    patient: str
    """Empty where it was not said."""
    blind: bool | None
    """False where it was given with the model's result on the screen; None where it was not
    said."""


def read_readings(path: Path) -> tuple[list[Reading], int]:
    """A CSV or TSV file, or what the page saves as its file of readings.

    Columns, of each kind the first that there is: `reader_grade`, `grade` or `severity`;
    `reader_total`, `brixia_total` or `total`, else six zones `reader_A` to `reader_F`, `brixia_A`
    or `A`; `patient` or `patient_id`; `reader_blind` or `blind`; and at least one of `KEYS`
    (`path`, `filename` and `image` stand for `file`). Capitals, spaces and underscores in their
    names do not matter. A grade that is not given is that of the total. Of a table that also holds
    what the model said, only the reader's columns count: where the model's probabilities are in it,
    or two kinds of columns for one thing.

    Returns:
        The readings, and how many lines hold none.

    Raises:
        ReadingsError: the file cannot be read, or a value in it is none.
    """
    try:
        raw = path.read_bytes()
        lines = _of_page(path, raw) if path.suffix.lower() == ".json" else _of_table(path, raw)
    except OSError as error:
        raise ReadingsError(f"{path}: {error.strerror}") from error
    except CsvError as error:
        raise ReadingsError(f"{path}: {error}") from error
    found = [_reading(where, line) for where, line in lines]
    readings = [each for each in found if each is not None]
    if not readings:
        raise ReadingsError(
            f"{path}: no line of it holds a grade, a Brixia total or six zones, in columns such as "
            "grade, total or A to F"
        )
    return readings, len(found) - len(readings)


def _of_table(path: Path, raw: bytes) -> list[tuple[str, dict[str, str]]]:
    lines = lines_of(raw, path.name)
    columns = [_column(name) for name in next(lines, (0, []))[1]]
    if not {*_NAMING} & set(columns):
        raise ReadingsError(
            f"{path}: none of its columns names films: {', '.join(_NAMING)}; it has "
            f"{', '.join(columns) or 'none'}"
        )
    for name in _KNOWN.values():
        if columns.count(name) > 1:
            raise ReadingsError(f"{path}: several of its columns are called {name}")
    if _PROBABILITIES & set(columns) or _beside_the_model_s(set(columns)):
        columns = ["" if name in _MODEL else name for name in columns]
        said = (*_GRADE, *_TOTAL, *(f"{before}A" for before in _ZONES))
        if not set(said) & set(columns):
            raise ReadingsError(f"{path}: holds what a model says, and nothing of a reader")
    found = []
    for number, line in lines:
        where = f"{path}, line {number}"
        # Spreadsheets leave out the empty cells at the end of a line. A reader's must be there, or
        # the model's would be looked for in its stead.
        cells = [cell.strip() for cell in line] + [""] * (len(columns) - len(line))
        if any(cells[len(columns) :]):
            raise ReadingsError(f"{where}: has more cells than the first line names")
        found.append((where, dict(_known(columns, cells))))
    return found


def _beside_the_model_s(columns: set[str]) -> bool:
    """Whether the columns that may be the model's or a reader's are the model's: where a grade
    stands beside such a one, or a total or zones beside such ones."""
    zones = [f"{before}{zone}" for before in _ZONES for zone in ZONES]
    kinds = (columns.intersection(_GRADE), columns.intersection((*_TOTAL, *zones)))
    return any(kind.intersection(_MODEL) and kind.difference(_MODEL) for kind in kinds)


def _known(columns: list[str], cells: list[str]) -> Iterator[tuple[str, str]]:
    """Cells by their columns' names; texts as they are in the film, where they were copied from a
    table in CSV."""
    for name, cell in zip(columns, cells, strict=False):
        if name:
            yield name, unescaped_text(cell) if name in _TEXTS else cell


def _column(name: str) -> str:
    """As it is called here, however it is written."""
    name = name.strip()
    return _KNOWN.get(plain(name), name)


def _of_page(path: Path, raw: bytes) -> list[tuple[str, dict[str, str]]]:
    try:
        held: Any = json.loads(raw)
        if held["kind"] != _KIND:
            raise ValueError
        lines = [
            {
                "file": str(each["file"]), "sha256": str(each["sha256"]),
                "reader_grade": str(each["grade"] or ""),
                _BLIND[0]: {True: "true", False: "false"}.get(each.get("blind"), ""),
                **{f"reader_{zone}": str(each["zones"].get(zone, "")) for zone in ZONES},
            }
            for each in held["readings"]
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReadingsError(f"{path}: is no file of readings that the page saved") from error
    return [(f"{path}, reading {i}", line) for i, line in enumerate(lines, 1)]


def _reading(where: str, line: Mapping[str, str]) -> Reading | None:
    total = _number(where, line, _first(line, _TOTAL), HIGHEST_TOTAL)
    if total is None:
        total = _sum_of_zones(where, line)
    graded = _first(line, _GRADE)
    said = line.get(graded, "").lower()
    severity = next((each for each in SEVERITIES if each == said), None)
    if said and severity is None:
        raise ReadingsError(f"{where}: {graded} {said!r} is none of {', '.join(SEVERITIES)}")
    if severity is None:
        if total is None:
            return None
        severity = brixia_severity(total)
    keys = {key: line[key] for key in KEYS if line.get(key)}
    if named := line.get(_first(line, PATH_COLUMNS)):
        keys["file"] = named
    if not keys:
        raise ReadingsError(f"{where}: has a reading, and does not say of which film")
    if "sha256" in keys:
        keys["sha256"] = keys["sha256"].lower()
    patient = line.get(_first(line, _PATIENT), "")
    return Reading(where, keys, severity, total, patient, _blind(where, line))


def _blind(where: str, line: Mapping[str, str]) -> bool | None:
    column = _first(line, _BLIND)
    said = line.get(column, "").lower()
    if said not in ("true", "false", ""):
        raise ReadingsError(f"{where}: {column} {said!r} is neither true nor false")
    return said == "true" if said else None


def _sum_of_zones(where: str, line: Mapping[str, str]) -> float | None:
    before = next((each for each in _ZONES if all(f"{each}{zone}" in line for zone in ZONES)), None)
    if before is None:
        return None
    scores = [_number(where, line, f"{before}{zone}", HIGHEST_ZONE_SCORE) for zone in ZONES]
    known = [score for score in scores if score is not None]
    return sum(known) if len(known) == len(ZONES) else None


def _number(where: str, line: Mapping[str, str], column: str, highest: int) -> float | None:
    text = line.get(column, "")
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1
    if not 0 <= value <= highest:
        raise ReadingsError(f"{where}: {column} {text!r} is no number from 0 to {highest}")
    return value


def _first(line: Mapping[str, str], columns: tuple[str, ...]) -> str:
    """A column that is there, though it may be empty in this line; else none's name."""
    return next((column for column in columns if column in line), "")
