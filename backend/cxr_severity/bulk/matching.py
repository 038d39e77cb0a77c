"""Which result is of the film that a reading speaks of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from unicodedata import normalize

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
    """Readings of no film of the table, or of one among several that are called alike, or whose
    keys speak of different films."""
    ungraded: Mapping[str, int]
    """Films with a reading and no grade, by the code of the reason."""
    sighted: int
    """Readings of the pairs that are not said to be blind."""
    unsaid: int
    """Of these, those that say neither."""


def match(rows: Sequence[Row], readings: Sequence[Reading]) -> Matched:
    """Pair results with readings, each film once; several readers of a film are averaged.

    Readings and results meet by the first of `KEYS` that both have, unless a surer one that both
    have says otherwise; a file by its path as it stands, else by its name where only one content
    has that name, and where the folders that both name agree.

    Raises:
        ReadingsError: readers of one film gave different grades and no totals to average.
    """
    found: dict[str, list[Reading]] = {}
    by: Counter[str] = Counter()
    unfound = []
    films = _Films(rows)
    of_film = {film_of(row): row for row in reversed(rows)}
    hits = [(reading, *films.find(reading)) for reading in readings]
    rivals = films.rivals([(reading, film) for reading, film, key in hits if key == _NAME])
    for reading, film, key in hits:
        if film is None or reading.where in rivals:
            unfound.append(reading)
        else:
            by["file" if key == _NAME else key] += 1
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


_NAME = "name"
"""What a film was found by where it was its file's name without folders."""

_Parts = tuple[str, ...]


class _Films:
    """The films of a table, to be looked up."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._by = {key: _index((_value(row, key), row) for row in rows) for key in KEYS}
        # Of what could not be read, too: the reading may be of that one.
        self._named = _index((_parts(row["file"])[-1], row) for row in rows)
        self._rows: dict[str, list[Row]] = {}
        for row in rows:
            self._rows.setdefault(film_of(row), []).append(row)

    def find(self, reading: Reading) -> tuple[str | None, str]:
        """The film, and by what of `KEYS` or `_NAME` it was found."""
        for key in KEYS:
            film = self._by[key].get(_value(reading.keys, key))
            if film and not self._excludes(film, reading, key):
                return film, key
        said = _parts(reading.keys.get("file", ""))
        film = self._named.get(said[-1])
        if film and self._suits(film, said) and not self._excludes(film, reading, "file"):
            return film, _NAME
        return None, ""

    def rivals(self, named: Sequence[tuple[Reading, str | None]]) -> set[str]:
        """`where` of readings that were found by name and are of different files: what the table
        calls `0012.dcm` is not both `2024/0012.dcm` and `2025/0012.dcm`."""
        claims: dict[_Parts, dict[_Parts, list[str]]] = {}
        for reading, film in named:
            said = _parts(reading.keys["file"])
            for row in self._rows[film or ""]:
                path = _parts(row["file"])
                if _agree(path, said):
                    claims.setdefault(path, {}).setdefault(said, []).append(reading.where)
        return {
            where
            for said in claims.values()
            if not all(_agree(one, other) for one, other in combinations(said, 2))
            for each in said.values()
            for where in each
        }

    def _suits(self, film: str, said: _Parts) -> bool:
        return any(_agree(_parts(row["file"]), said) for row in self._rows[film])

    def _excludes(self, film: str, reading: Reading, key: str) -> bool:
        """Whether a key that is surer than `key` says that the reading is of another film."""
        for surer in KEYS[: KEYS.index(key)]:
            said = _value(reading.keys, surer)
            held = {value for row in self._rows[film] if (value := _value(row, surer))}
            if not said or not held or said in held:
                continue
            if surer != "file" or not self._suits(film, _parts(said)):
                return True
        return False


def _index(rows: Iterable[tuple[str, Row]]) -> dict[str, str | None]:
    """From a key's value to the film; None where it is that of several."""
    index: dict[str, str | None] = {}
    for value, row in rows:
        if value:
            film = film_of(row)
            index[value] = film if index.get(value, film) == film else None
    return index


def _value(keys: Mapping[str, str], key: str) -> str:
    """As it is compared: a Mac parts the letters of names from their accents."""
    return normalize("NFC", keys.get(key, "")) if key == "file" else keys.get(key, "")


def _parts(file: str) -> _Parts:
    """Folders, archives and name, which is empty where there is none."""
    parts = normalize("NFC", file).replace("\\", "/").replace("!", "/").split("/")
    return tuple(part for part in parts if part not in ("", ".")) or ("",)


def _agree(one: _Parts, other: _Parts) -> bool:
    """Whether one path is the end of the other."""
    fewer = min(len(one), len(other))
    return one[-fewer:] == other[-fewer:]


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
