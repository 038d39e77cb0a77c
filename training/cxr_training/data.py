"""Films and what their readers said: `severity/labels.csv`, and the reference standard."""

from __future__ import annotations

import csv
import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, SEVERITIES, ZONES, Severity
from cxr_training.errors import TrainingError
from cxr_training.reference import first_edition

READERS = ("senior", "junior")
HIGHEST = {
    "brixia_senior": 18, "brixia_junior": 18, "grade": 5, "extent": 8, "opacity": 6,
    "involvement": 1,
    **{f"brixia_{reader}_{zone}": HIGHEST_ZONE_SCORE for reader in READERS for zone in ZONES},
}  # fmt: skip
"""Scores, each from 0 to this; an empty cell means that its reader did not score the film."""
TEXT_COLUMNS = ("image", "patient", "view", "sex", "age", "source", "lung_mask", "opacity_mask")


@dataclass(frozen=True, slots=True)
class Case:
    """One film with everything its readers said about it; NaN or None where they said nothing."""

    image: str
    patient: str
    severity: Severity | None
    """The reference class; None where the scores define none."""
    brixia: tuple[float, float]
    """Totals of the senior and the junior radiologist, 0-18."""
    zones: tuple[tuple[float, ...], tuple[float, ...]]
    """Of each of the two, the scores of `ZONES`, 0-3."""
    grade: float
    """1 mild to 5 critical, 0 no severity assignable."""
    extent: float
    opacity: float
    involvement: float
    """Geographic extent 0-8, degree of opacity 0-6, share of the lung area 0-1."""
    view: str
    sex: str
    age: float
    source: str
    lung_mask: str | None
    opacity_mask: str | None

    @classmethod
    def unscored(cls, image: str) -> Case:
        """A film of which nobody said anything, of a patient of its own."""
        nobody = (math.nan,) * len(ZONES)
        return cls(
            image=image, patient=image, severity=None, brixia=(math.nan, math.nan),
            zones=(nobody, nobody), grade=math.nan, extent=math.nan, opacity=math.nan,
            involvement=math.nan, view="", sex="", age=math.nan, source="", lung_mask=None,
            opacity_mask=None,
        )  # fmt: skip

    @property
    def label(self) -> int:
        """Index of the reference class in `SEVERITIES`; ValueError where there is none."""
        if self.severity is None:
            raise ValueError(f"{self.image} has no class")
        return SEVERITIES.index(self.severity)

    @property
    def mean_brixia(self) -> float:
        """Mean of both readers' totals; NaN unless both scored the film."""
        return sum(self.brixia) / 2


@dataclass(frozen=True, slots=True)
class Dataset:
    root: Path
    cases: tuple[Case, ...]
    labels_sha256: str

    @property
    def classed(self) -> tuple[Case, ...]:
        return tuple(case for case in self.cases if case.severity is not None)


def read_csv(path: Path, columns: Sequence[str]) -> tuple[csv.DictReader[str], str]:
    """The rows of a table that has these columns, and the file's sha256.

    Raises:
        TrainingError: the file cannot be read, is not UTF-8, or lacks a column.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path}: {error.strerror}") from error
    try:
        # -sig: spreadsheets put a byte-order mark before the first column's name.
        rows = csv.DictReader(raw.decode("utf-8-sig").splitlines())
    except UnicodeDecodeError as error:
        raise TrainingError(f"{path}: is not UTF-8 (byte {error.start})") from error
    for column in columns:
        if column not in (rows.fieldnames or ()):
            raise TrainingError(f"{path}: column {column!r} is missing")
    return rows, hashlib.sha256(raw).hexdigest()


def read_labels(folder: Path) -> Dataset:
    """Read `folder/labels.csv`.

    Raises:
        TrainingError: a missing file or column, a cell that is no number, a score out of range,
            an image or mask that is not there, or a class without images.
    """
    path = folder / "labels.csv"
    rows, digest = read_csv(path, (*TEXT_COLUMNS, *HIGHEST))
    cases: list[Case] = []
    for line, row in enumerate(rows, start=2):
        where = f"{path}:{line}"
        if None in row or None in row.values():
            raise TrainingError(f"{where}: has another number of cells than the header")
        cases.append(_case(row, folder, where))
    counts = Counter(case.severity for case in cases)
    for severity in SEVERITIES:
        if not counts[severity]:
            raise TrainingError(f"{path}: no image is {severity}")
    seen = Counter(case.image for case in cases)
    twice = next((image for image, count in seen.items() if count > 1), None)
    if twice is not None:
        raise TrainingError(f"{path}: {twice} stands in two rows")
    return Dataset(folder, tuple(cases), digest)


def _case(row: Mapping[str, str], folder: Path, where: str) -> Case:
    score = {
        column: _number(row[column], highest, where, column)
        for column, highest in HIGHEST.items()
    }  # fmt: skip
    if not row["patient"]:
        raise TrainingError(f"{where}: no patient; a split needs one")
    for column in ("image", "lung_mask", "opacity_mask"):
        name = row[column]
        if (name or column == "image") and not (folder / name).is_file():
            raise TrainingError(f"{where}: {column} {name!r} is not there")
    senior, junior = (
        tuple(score[f"brixia_{reader}_{zone}"] for zone in ZONES) for reader in READERS
    )
    return Case(
        image=row["image"],
        patient=row["patient"],
        severity=first_edition(score["brixia_senior"], score["brixia_junior"], score["grade"]),
        brixia=(score["brixia_senior"], score["brixia_junior"]),
        zones=(senior, junior),
        grade=score["grade"],
        extent=score["extent"],
        opacity=score["opacity"],
        involvement=score["involvement"],
        view=row["view"],
        sex=row["sex"],
        age=_number(row["age"], 130, where, "age"),
        source=row["source"],
        lung_mask=row["lung_mask"] or None,
        opacity_mask=row["opacity_mask"] or None,
    )


def _number(cell: str, highest: float, where: str, column: str) -> float:
    if cell == "":
        return math.nan
    try:
        value = float(cell)
    except ValueError as error:
        raise TrainingError(f"{where}: {column} {cell!r} is no number") from error
    if not 0 <= value <= highest:
        raise TrainingError(f"{where}: {column} {cell} is not between 0 and {highest:g}")
    return value
