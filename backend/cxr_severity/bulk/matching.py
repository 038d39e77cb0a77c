"""Which result is of the film that a reading speaks of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cxr_severity.bulk.readings import KEYS, Reading, ReadingsError
from cxr_severity.bulk.rows import GRADED, Row
from cxr_severity.model.assessment import Severity
from cxr_severity.model.measure.brixia import brixia_severity


@dataclass(frozen=True, slots=True)
class Pair:
    """A graded film and what its readers said of it."""

    row: Row
    severity: Severity
    total: float | None
    """Mean of the readers' Brixia totals."""
    patient: str
    """Empty where nobody said it."""


@dataclass(frozen=True, slots=True)
class Matched:
    pairs: list[Pair]
    by: Mapping[str, int]
    """How many readings found their film by each of `KEYS`."""
    unfound: list[Reading]
    """Readings of no film of the table, or of one among several that are called alike."""
    ungraded: Mapping[str, int]
    """Films with a reading and no grade, by the code of the reason."""
    sighted: int
    """Readings of the pairs that are not said to be blind."""
    unsaid: int
    """Of these, those that say neither."""


def match(rows: Sequence[Row], readings: Sequence[Reading]) -> Matched:
    """Pair results with readings, each film once; several readers of a film are averaged.

    Readings and results meet by the first of `KEYS` that both have; a file by its path as it
    stands, else by its name alone where only one content has that name.

    Raises:
        ReadingsError: readers of one film gave different grades and no totals to average.
    """
    found: dict[str, list[Reading]] = {}
    by: Counter[str] = Counter()
    unfound = []
    indices = {key: _index(rows, key) for key in KEYS}
    names = _names(rows)
    of_film = {film_of(row): row for row in reversed(rows)}
    for reading in readings:
        film, key = _find(reading, indices, names)
        if film is None:
            unfound.append(reading)
        else:
            by[key] += 1
            found.setdefault(film, []).append(reading)
    graded = {film: of_film[film] for film in found if of_film[film]["status"] == GRADED}
    missed = Counter(of_film[film]["code"] for film in found if film not in graded)
    pairs = [_pair(row, found[film]) for film, row in graded.items()]
    blind = [each.blind for film in graded for each in found[film]]
    sighted, unsaid = len(blind) - blind.count(True), blind.count(None)
    return Matched(pairs, dict(by), unfound, dict(missed.most_common()), sighted, unsaid)


def film_of(row: Row) -> str:
    """One for all files of the same bytes."""
    return row["sha256"] or row["file"]


def _index(rows: Sequence[Row], key: str) -> dict[str, str | None]:
    """From a key's value to the film; None where it is that of several."""
    index: dict[str, str | None] = {}
    for row in rows:
        if value := row[key]:
            film = film_of(row)
            index[value] = film if index.get(value, film) == film else None
    return index


def _names(rows: Sequence[Row]) -> dict[str, str | None]:
    return _index([{**row, "file": _name(row["file"])} for row in rows if row["sha256"]], "file")


def _name(file: str) -> str:
    """Without folders and archives."""
    return file.replace("\\", "/").replace("!", "/").rsplit("/", 1)[-1]


def _find(
    reading: Reading, indices: Mapping[str, Mapping[str, str | None]],
    names: Mapping[str, str | None],
) -> tuple[str | None, str]:  # fmt: skip
    for key in KEYS:
        if film := indices[key].get(reading.keys.get(key, "")):
            return film, key
    # A content that is known is looked for and not a name: another film may have it.
    if "sha256" not in reading.keys and (film := names.get(_name(reading.keys.get("file", "")))):
        return film, "file"
    return None, ""


def _pair(row: Row, readings: Sequence[Reading]) -> Pair:
    totals = [each.total for each in readings if each.total is not None]
    total = sum(totals) / len(totals) if len(totals) == len(readings) else None
    severities = {each.severity for each in readings}
    if len(severities) > 1:
        if total is None:
            where = " and ".join(each.where for each in readings)
            raise ReadingsError(f"{where}: different grades of one film, and no totals to average")
        severities = {brixia_severity(total)}
    (severity,) = severities
    patient = next((each.patient for each in readings if each.patient), "") or row["patient_id"]
    return Pair(row, severity, total, patient)
