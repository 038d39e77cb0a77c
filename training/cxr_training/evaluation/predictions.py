"""Out-of-fold readings of films: the table that training leaves, and its rows beside the labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, SEVERITIES, ZONES
from cxr_training.cases import Case, Dataset
from cxr_training.csv_files import Table, read_table
from cxr_training.errors import TrainingError

IDENTITY = ("image", "patient", "fold", "seed")
LOGITS = tuple(f"logit_{name}" for name in SEVERITIES)
ZONE_SCORES = tuple(f"zone_{zone}" for zone in ZONES)
COLUMNS = (*IDENTITY, *LOGITS, *ZONE_SCORES)

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """R readings, each of one film by one network that never saw its patient."""

    seeds: Integers
    folds: NDArray[np.str_]
    """(R,) names of the folds; a patient is in the same one for every seed."""
    images: tuple[str, ...]
    patients: tuple[str, ...]
    logits: Float64Array
    """(R, 3) in the order of `SEVERITIES`, uncalibrated, finite."""
    zones: Float64Array
    """(R, 6) estimated scores of `ZONES`, 0-3."""

    @property
    def totals(self) -> Float64Array:
        """(R,) estimated Brixia totals, 0-18."""
        totals: Float64Array = self.zones.sum(axis=1)
        return totals


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """R readings and, row for row, the films they are of."""

    predictions: Predictions
    cases: tuple[Case, ...]
    labels: NDArray[np.intp]
    """(R,) reference classes; -1 where the film has none."""
    reference: Float64Array
    """(R,) reference totals; NaN where the film has none."""

    @property
    def seeds(self) -> tuple[int, ...]:
        return tuple(int(seed) for seed in np.unique(self.predictions.seeds))

    @property
    def kinds(self) -> NDArray[np.str_]:
        """(R,) whose scores the reference comes from."""
        return np.array([case.reference for case in self.cases])

    def only(self, chosen: Mask) -> Joined:
        """The readings that (R,) `chosen` selects."""
        table, rows = self.predictions, np.flatnonzero(chosen)
        return Joined(
            Predictions(
                table.seeds[rows],
                table.folds[rows],
                tuple(table.images[i] for i in rows),
                tuple(table.patients[i] for i in rows),
                table.logits[rows],
                table.zones[rows],
            ),
            tuple(self.cases[i] for i in rows),
            self.labels[rows],
            self.reference[rows],
        )


def read_predictions(path: Path) -> Predictions:
    """Read a table of readings.

    Raises:
        TrainingError: a file or column that is missing, a number that is not finite or a zone
            score out of range, an image that one seed read twice, or a patient in two folds.
    """
    table = read_table(path, COLUMNS)
    values = table.numbers((*LOGITS, *ZONE_SCORES))
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        row, column = bad[0]
        raise table.error(row, f"{(*LOGITS, *ZONE_SCORES)[column]} is not a finite number")
    zones = values[:, len(LOGITS) :]
    outside = np.argwhere((zones < 0) | (zones > HIGHEST_ZONE_SCORE))
    if len(outside):
        row, column = outside[0]
        raise table.error(row, f"{ZONE_SCORES[column]} is not between 0 and {HIGHEST_ZONE_SCORE}")
    seeds = table.integers("seed")
    _check_identity(table, seeds)
    return Predictions(
        seeds=seeds,
        folds=np.array(table.text("fold")),
        images=table.text("image"),
        patients=table.text("patient"),
        logits=values[:, : len(LOGITS)],
        zones=zones,
    )


def _check_identity(table: Table, seeds: Integers) -> None:
    read: set[tuple[int, str]] = set()
    fold_of: dict[str, str] = {}
    for i, row in enumerate(table.rows):
        key = int(seeds[i]), row["image"]
        if key in read:
            raise table.error(i, f"seed {key[0]} read {key[1]} twice")
        read.add(key)
        patient, fold = row["patient"], row["fold"]
        if fold_of.setdefault(patient, fold) != fold:
            raise table.error(
                i, f"patient {patient} stands in fold {fold} and in fold {fold_of[patient]}"
            )


def join(predictions: Predictions, dataset: Dataset, *, all_grades: bool = True) -> Joined:
    """Each reading beside its film; films without a class stay in.

    Patients go by the data set's names: a table says which went by one name when it was made.

    Args:
        all_grades: whether every class must be there; one collection may lack one.

    Raises:
        TrainingError: a reading of an unknown image, a film that some seed did not read, or a class
            that no image has.
    """
    known = {case.image: case for case in dataset.cases}
    for image in predictions.images:
        if image not in known:
            raise TrainingError(f"predictions: {image} is not in the labels")
    read = set(zip(predictions.seeds.tolist(), predictions.images, strict=True))
    films = sorted(set(predictions.images))
    for seed in np.unique(predictions.seeds).tolist():
        for image in films:
            if (seed, image) not in read:
                raise TrainingError(f"predictions: seed {seed} did not read {image}")
    cases = tuple(known[image] for image in predictions.images)
    labels = np.array([-1 if case.severity is None else case.label for case in cases], np.intp)
    for i, name in enumerate(SEVERITIES):
        if all_grades and not (labels == i).any():
            raise TrainingError(f"predictions: no image is {name}")
    return Joined(
        predictions=replace(predictions, patients=tuple(case.patient for case in cases)),
        cases=cases,
        labels=labels,
        reference=np.array([case.total for case in cases], np.float64),
    )


def check_complete(joined: Joined, dataset: Dataset) -> None:
    """Raises TrainingError when a film with a class was read by no network."""
    read = set(joined.predictions.images)
    for case in dataset.cases:
        if case.severity is not None and case.image not in read:
            raise TrainingError(f"predictions: nobody read {case.image}")
