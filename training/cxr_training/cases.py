"""The scored films of both collections as one set, and what their readers said of each."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, SEVERITIES, ZONES, Severity
from cxr_severity.model.calibration import HIGHEST_TOTAL
from cxr_severity.model.evaluation import Collection
from cxr_severity.model.measure.brixia import brixia_severity
from cxr_training.csv_files import Table, read_table
from cxr_training.errors import TrainingError
from cxr_training.reference import (
    INTERCEPT,
    PER_EXTENT,
    PER_OPACITY,
    ReferenceKind,
    reference,
)

COLLECTIONS: tuple[Collection, ...] = get_args(Collection)
ReferenceBy = Literal[ReferenceKind, "ralo", "none"]
"""Whose scores a film's reference total comes from."""
READERS = ("senior", "junior")
HIGHEST_SIDES, HIGHEST_GRADE = 8, 5
"""Of extent and opacity of both lungs together, and of `grade`."""
_NAN = math.nan


@dataclass(frozen=True, slots=True)
class Case:
    """One film with everything its readers said about it; NaN or None where they said nothing."""

    image: str
    """`severity/images/….jpg` or `ralo/….jpg`: unique over all sources."""
    set: Collection
    patient: str
    total: float
    """Reference Brixia total, 0-18; may be a mean of readers."""
    reference: ReferenceBy
    brixia: tuple[float, float] = (_NAN, _NAN)
    """Totals of the senior and the junior radiologist, 0-18."""
    zones: tuple[tuple[float, ...], tuple[float, ...]] = ((_NAN,) * 6, (_NAN,) * 6)
    """Of each of the two, the scores of `ZONES`, 0-3."""
    sides: tuple[tuple[float, ...], tuple[float, ...]] = ((_NAN,) * 4, (_NAN,) * 4)
    """Of each of the two raters of `ralo/`: extent and opacity of the right lung, then of the
    left, 0-4 each."""
    grade: float = _NAN
    """1 mild to 5 critical, 0 no severity assignable; an auxiliary target, no reference."""
    extent: float = _NAN
    opacity: float = _NAN
    """Geographic extent and degree of opacity, 0-8 each, mean of raters."""
    view: str = ""
    sex: str = ""
    age: float = _NAN
    source: str = ""
    day: float = _NAN
    lung_mask: str | None = None
    opacity_mask: str | None = None

    @property
    def severity(self) -> Severity | None:
        return None if math.isnan(self.total) else brixia_severity(self.total)

    @property
    def label(self) -> int:
        """Index of the reference class in `SEVERITIES`; ValueError where there is none."""
        if self.severity is None:
            raise ValueError(f"{self.image} has no class")
        return SEVERITIES.index(self.severity)


@dataclass(frozen=True, slots=True)
class Dataset:
    """All scored films below `root`."""

    root: Path
    cases: tuple[Case, ...]
    labels_sha256: str


def half_of(extent: float, opacity: float) -> float:
    """As `total_of`, for one lung (0-4 each): the sum of its three zones, 0-9."""
    return INTERCEPT / 2 + PER_EXTENT * extent + PER_OPACITY * opacity


def read_cases(root: Path, sets: Sequence[Collection] = COLLECTIONS) -> Dataset:
    """Read `labels.csv` of the collections below `root`.

    Raises:
        TrainingError: a missing file or column, a cell that is no number, a score out of range, an
            image that is not there, or a class without films.
    """
    cases: list[Case] = []
    digest = hashlib.sha256()
    for name in sets:
        table = read_table(root / name / "labels.csv", (), may_be_empty=True)
        digest.update(table.content)
        make = _severity_case if name == "severity" else _ralo_case
        cases += [make(Row(table, i)) for i in range(len(table.rows))]
    counts = Counter(case.severity for case in cases)
    for severity in SEVERITIES:
        if not counts[severity]:
            raise TrainingError(
                f"{root}: no film is {severity}; a grade needs the Brixia totals of both readers, "
                "or extent and opacity"
            )
    twice = [image for image, n in Counter(case.image for case in cases).items() if n > 1]
    if twice:
        raise TrainingError(f"{root}: {twice[0]} stands in two rows")
    return Dataset(root, tuple(cases), digest.hexdigest())


class Row:
    """A row of a table, whose cells are read with their limits."""

    def __init__(self, table: Table, index: int) -> None:
        self._table, self._index = table, index

    def error(self, message: str) -> TrainingError:
        return self._table.error(self._index, message)

    def text(self, column: str) -> str:
        try:
            return self._table.rows[self._index][column]
        except KeyError:
            raise TrainingError(f"{self._table.path}: column {column!r} is missing") from None

    def number(self, column: str, highest: float, lowest: float = 0) -> float:
        """NaN where the cell is empty."""
        cell = self.text(column)
        if cell == "":
            return math.nan
        try:
            value = float(cell)
        except ValueError as error:
            raise self.error(f"{column} {cell!r} is no number") from error
        if not lowest <= value <= highest:
            raise self.error(f"{column} {cell} is not between {lowest:g} and {highest:g}")
        return value


def _severity_case(row: Row) -> Case:
    if not row.text("patient"):
        raise row.error("no patient; a split needs one")
    brixia = [row.number(f"brixia_{reader}", HIGHEST_TOTAL) for reader in READERS]
    zones = [
        tuple(row.number(f"brixia_{reader}_{zone}", HIGHEST_ZONE_SCORE) for zone in ZONES)
        for reader in READERS
    ]
    experts = [
        row.number("covidnet_extent", HIGHEST_SIDES), row.number("covidnet_opacity", HIGHEST_SIDES),
    ]  # fmt: skip
    standard = reference(brixia[0], brixia[1], experts[0], experts[1])
    extent = experts[0] if experts[0] == experts[0] else row.number("extent", HIGHEST_SIDES)
    masks = [row.text(name) or None for name in ("lung_mask", "opacity_mask")]
    return Case(
        image=f"severity/{row.text('image')}",
        set="severity",
        patient=row.text("patient"),
        total=_NAN if standard is None else standard.total,
        reference="none" if standard is None else standard.kind,
        brixia=(brixia[0], brixia[1]),
        zones=(zones[0], zones[1]),
        grade=row.number("grade", HIGHEST_GRADE),
        extent=extent,
        opacity=experts[1],
        view=row.text("view"),
        sex=row.text("sex"),
        age=row.number("age", 130),
        source=row.text("source"),
        day=row.number("offset", 10_000, -10_000),
        lung_mask=f"severity/{masks[0]}" if masks[0] else None,
        opacity_mask=f"severity/{masks[1]}" if masks[1] else None,
    )


def _ralo_case(row: Row) -> Case:
    sides = [
        tuple(
            row.number(f"r{rater}_{side}_{what}", 4)
            for side in ("right", "left")
            for what in ("extent", "opacity")
        )
        for rater in (1, 2)
    ]
    # Of the lungs' own cells: the table's sums are 0 where a rater gave nothing.
    extent, opacity = (_mean([one[part] + one[part + 2] for one in sides]) for part in (0, 1))
    standard = reference(_NAN, _NAN, extent, opacity)
    return Case(
        image=f"ralo/{row.text('image')}",
        set="ralo",
        patient=row.text("patient"),
        total=_NAN if standard is None else standard.total,
        reference="none" if standard is None else "ralo",
        sides=(sides[0], sides[1]),
        extent=extent,
        opacity=opacity,
        source="Stony Brook (RALO)",
        day=row.number("day", 10_000),
    )


def _mean(values: Sequence[float]) -> float:
    """NaN unless all are known."""
    return sum(values) / len(values)


def doubtful_patients(cases: Sequence[Case]) -> list[str]:
    """What to look at in the names of patients, a line each: strangers of two tables under one
    name, and one person under two."""
    told = []
    names = {kind: {case.patient for case in cases if case.set == kind} for kind in COLLECTIONS}
    both = set.intersection(*names.values()) - {""}
    if both:
        told.append(
            f"{len(both)} patients stand in both severity/ and ralo/, {min(both)!r} for one, and "
            "each counts as one person: name strangers apart"
        )
    spellings: dict[str, set[str]] = {}
    for name in set.union(*names.values()):
        spellings.setdefault("".join(name.split()).casefold(), set()).add(name)
    told += [
        "patients " + ", ".join(map(repr, sorted(alike))) + " count as different persons"
        for _, alike in sorted(spellings.items())
        if len(alike) > 1
    ]
    return told


def totals(cases: Sequence[Case]) -> Float32Array:
    """(N,) float32 reference totals, NaN where there is none."""
    return np.array([case.total for case in cases], np.float32)
