"""Out-of-fold readings of films: the table that training leaves, and its rows beside the labels."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, SEVERITIES, ZONES
from cxr_training.bootstrap import Array
from cxr_training.data import Case, Dataset
from cxr_training.errors import TrainingError

PREDICTIONS = "predictions.csv"
IDENTITY = ("seed", "fold", "image", "patient")
LOGITS = tuple(f"logit_{name}" for name in SEVERITIES)
ZONE_SCORES = tuple(f"zone_{zone}" for zone in ZONES)
COLUMNS = (*IDENTITY, *LOGITS, *ZONE_SCORES)

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """R readings, each of one film by one network that never saw its patient."""

    seeds: Integers
    folds: Integers
    images: tuple[str, ...]
    patients: tuple[str, ...]
    logits: Array
    """(R, 3) in the order of `SEVERITIES`, uncalibrated, finite."""
    zones: Array
    """(R, 6) estimated scores of `ZONES`, 0-3."""

    @property
    def totals(self) -> Array:
        """(R,) estimated Brixia totals, 0-18."""
        totals: Array = self.zones.sum(axis=1)
        return totals


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Readings and, row for row, the films they are of."""

    predictions: Predictions
    cases: tuple[Case, ...]
    labels: NDArray[np.intp]
    """(R,) reference classes; -1 where the film has none."""
    brixia: Array
    """(R, 2) totals of the senior and the junior reader; NaN where missing."""
    reader_zones: Array
    """(R, 2, 6) their zone scores; NaN where missing."""

    @property
    def seeds(self) -> tuple[int, ...]:
        return tuple(int(seed) for seed in np.unique(self.predictions.seeds))


def read_table(
    path: Path, columns: Sequence[str], *, may_be_empty: bool = False
) -> list[dict[str, str]]:
    """The rows of a CSV file that has at least these columns.

    Raises:
        TrainingError: it cannot be read, lacks a column or a cell, or has no rows though it must.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise TrainingError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TrainingError(f"{path}: is not UTF-8 (byte {error.start})") from error
    reader = csv.DictReader(lines)
    for column in columns:
        if column not in (reader.fieldnames or ()):
            raise TrainingError(f"{path}: column {column!r} is missing")
    rows = list(reader)
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise TrainingError(f"{path}:{line}: has another number of cells than the header")
    if not (rows or may_be_empty):
        raise TrainingError(f"{path}: has no rows")
    return rows


def numbers(path: Path, rows: Sequence[dict[str, str]], columns: Sequence[str]) -> Array:
    """(R, C) float64; an empty cell is NaN.

    Raises:
        TrainingError: naming the first cell that is no number.
    """
    values = np.empty((len(rows), len(columns)))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            try:
                values[i, j] = float(row[column] or "nan")
            except ValueError as error:
                raise TrainingError(
                    f"{path}:{i + 2}: {column} {row[column]!r} is no number"
                ) from error
    return values


def integers(path: Path, rows: Sequence[dict[str, str]], column: str) -> Integers:
    """(R,) int64; raises TrainingError naming the first cell that is no whole number."""
    values = np.empty(len(rows), dtype=np.int64)
    for i, row in enumerate(rows):
        try:
            values[i] = int(row[column])
        except (ValueError, OverflowError) as error:
            raise TrainingError(
                f"{path}:{i + 2}: {column} {row[column]!r} is no whole number"
            ) from error
    return values


def read_predictions(path: Path) -> Predictions:
    """Read a table of readings.

    Raises:
        TrainingError: a file or column that is missing, a number that is not finite or a zone
            score out of range, an image that one seed read twice, or a patient in two folds of one
            seed.
    """
    rows = read_table(path, COLUMNS)
    values = numbers(path, rows, (*LOGITS, *ZONE_SCORES))
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        line, column = bad[0]
        raise TrainingError(
            f"{path}:{line + 2}: {(*LOGITS, *ZONE_SCORES)[column]} is not a finite number"
        )
    zones = values[:, len(LOGITS) :]
    outside = np.argwhere((zones < 0) | (zones > HIGHEST_ZONE_SCORE))
    if len(outside):
        line, column = outside[0]
        raise TrainingError(
            f"{path}:{line + 2}: {ZONE_SCORES[column]} is not between 0 and {HIGHEST_ZONE_SCORE}"
        )
    seeds, folds = integers(path, rows, "seed"), integers(path, rows, "fold")
    read: set[tuple[int, str]] = set()
    fold_of: dict[tuple[int, str], int] = {}
    for i, row in enumerate(rows):
        seed, fold, where = int(seeds[i]), int(folds[i]), f"{path}:{i + 2}"
        if (seed, row["image"]) in read:
            raise TrainingError(f"{where}: seed {seed} read {row['image']} twice")
        read.add((seed, row["image"]))
        if fold_of.setdefault((seed, row["patient"]), fold) != fold:
            raise TrainingError(
                f"{where}: patient {row['patient']} stands in fold {fold} and in fold "
                f"{fold_of[seed, row['patient']]} of seed {seed}"
            )
    return Predictions(
        seeds=seeds,
        folds=folds,
        images=tuple(row["image"] for row in rows),
        patients=tuple(row["patient"] for row in rows),
        logits=values[:, : len(LOGITS)],
        zones=zones,
    )


def join(predictions: Predictions, dataset: Dataset) -> Joined:
    """Each reading beside its film; films without a class stay in.

    Raises:
        TrainingError: a reading of an unknown image or with another patient than its label's,
            an image with a class that a seed did not read, or a class that no image has.
    """
    known = {case.image: case for case in dataset.cases}
    for image, patient in zip(predictions.images, predictions.patients, strict=True):
        if image not in known:
            raise TrainingError(f"predictions: {image} is not in the labels")
        if known[image].patient != patient:
            raise TrainingError(
                f"predictions: {image} is of patient {known[image].patient}, not {patient}"
            )
    read = set(zip(predictions.seeds.tolist(), predictions.images, strict=True))
    for seed in np.unique(predictions.seeds).tolist():
        for case in dataset.cases:
            if case.severity is not None and (seed, case.image) not in read:
                raise TrainingError(f"predictions: seed {seed} did not read {case.image}")
    cases = tuple(known[image] for image in predictions.images)
    labels = np.array([-1 if case.severity is None else case.label for case in cases], np.intp)
    for i, name in enumerate(SEVERITIES):
        if not (labels == i).any():
            raise TrainingError(f"predictions: no image is {name}")
    return Joined(
        predictions=predictions,
        cases=cases,
        labels=labels,
        brixia=np.array([case.brixia for case in cases], np.float64),
        reader_zones=np.array([case.zones for case in cases], np.float64),
    )
