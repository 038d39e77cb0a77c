"""Labels, reference standard, splits by patient, and images on the network's grid."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from sklearn.model_selection import StratifiedGroupKFold
from tqdm import tqdm

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.model.assessment import SEVERITIES, Severity
from cxr_severity.model.preprocess import PreprocessConfig, to_grid
from cxr_training.config import SplitConfig
from cxr_training.errors import TrainingError

Part = Literal["train", "validation", "test"]

REQUIRED_COLUMNS = ("image", "patient", "brixia_senior", "brixia_junior", "grade")
MODERATE_FROM, SEVERE_FROM = 5.5, 11.5
"""Brixia totals (mean of two readers) at which the classes begin: bins 0-5, 6-11, 12-18."""


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled radiograph."""

    image: str
    patient: str
    severity: Severity

    @property
    def label(self) -> int:
        return SEVERITIES.index(self.severity)


@dataclass(frozen=True, slots=True)
class SecondReading:
    """One image that both radiologists scored, each score by itself as a class."""

    patient: str
    senior: int
    junior: int


@dataclass(frozen=True, slots=True)
class Dataset:
    root: Path
    cases: tuple[Case, ...]
    read_twice: tuple[SecondReading, ...]
    """What people make of each other's films: the ceiling that a model is read against."""
    labels_sha256: str


def reference_severity(
    brixia_senior: float | None, brixia_junior: float | None, grade: int | None
) -> Severity | None:
    """The class of an image from its readers' scores; None where they define none.

    The mean of two Brixia scores (0-18) where both exist, else the grade (1 mild, 2 moderate,
    3-5 severe; 0 means that no COVID-19 severity could be assigned).
    """
    if brixia_senior is not None and brixia_junior is not None:
        return brixia_severity((brixia_senior + brixia_junior) / 2)
    if grade is None or grade == 0:
        return None
    return "mild" if grade == 1 else "moderate" if grade == 2 else "severe"


def brixia_severity(score: float) -> Severity:
    """The class of a Brixia total (0-18), which may be a mean of readers."""
    if score < MODERATE_FROM:
        return "mild"
    return "moderate" if score < SEVERE_FROM else "severe"


def read_labels(folder: Path) -> Dataset:
    """Read `folder/labels.csv` and keep the images that have a class.

    Raises:
        TrainingError: a missing file or column, a cell that is no number, a score out of range,
            an image that is not there, or a class without images.
    """
    path = folder / "labels.csv"
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path}: {error.strerror}") from error
    try:
        # -sig: spreadsheets put a byte-order mark before the first column's name.
        rows = csv.DictReader(raw.decode("utf-8-sig").splitlines())
    except UnicodeDecodeError as error:
        raise TrainingError(f"{path}: is not UTF-8 (byte {error.start})") from error
    missing = [name for name in REQUIRED_COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise TrainingError(f"{path}: column {missing[0]!r} is missing")
    cases: list[Case] = []
    read_twice: list[SecondReading] = []
    for line, row in enumerate(rows, start=2):
        where = f"{path}:{line}"
        if None in row or None in row.values():
            raise TrainingError(f"{where}: has another number of cells than the header")
        grade = _number(row["grade"], 5, where, "grade")
        senior = _number(row["brixia_senior"], 18, where, "brixia_senior")
        junior = _number(row["brixia_junior"], 18, where, "brixia_junior")
        severity = reference_severity(senior, junior, None if grade is None else int(grade))
        if severity is None:
            continue
        if senior is not None and junior is not None:
            read_twice.append(
                SecondReading(
                    row["patient"],
                    SEVERITIES.index(brixia_severity(senior)),
                    SEVERITIES.index(brixia_severity(junior)),
                )
            )
        if not row["patient"]:
            raise TrainingError(f"{where}: no patient; a split needs one")
        if not (folder / row["image"]).is_file():
            raise TrainingError(f"{where}: {row['image']} is not there")
        cases.append(Case(row["image"], row["patient"], severity))
    counts = Counter(case.severity for case in cases)
    for severity in SEVERITIES:
        if not counts[severity]:
            raise TrainingError(f"{path}: no image is {severity}")
    return Dataset(folder, tuple(cases), tuple(read_twice), hashlib.sha256(raw).hexdigest())


def _number(cell: str, highest: float, where: str, column: str) -> float | None:
    if cell == "":
        return None
    try:
        value = float(cell)
    except ValueError as error:
        raise TrainingError(f"{where}: {column} {cell!r} is no number") from error
    if not 0 <= value <= highest:
        raise TrainingError(f"{where}: {column} {cell} is not between 0 and {highest:g}")
    return value


def split_by_patient(cases: Sequence[Case], config: SplitConfig) -> dict[Part, list[Case]]:
    """Stratified parts that share no patient; the same seed gives the same parts.

    Raises:
        TrainingError: fewer patients than folds, or a part without one of the classes.
    """
    patients = [case.patient for case in cases]
    if len(set(patients)) < config.folds:
        raise TrainingError(f"{len(set(patients))} patients do not fill {config.folds} folds")
    folder = StratifiedGroupKFold(n_splits=config.folds, shuffle=True, random_state=config.seed)
    labels = [case.label for case in cases]
    parts: dict[Part, list[Case]] = {"train": [], "validation": [], "test": []}
    for number, (_, members) in enumerate(folder.split(labels, labels, patients)):
        part: Part = (
            "test" if number < config.test
            else "validation" if number < config.test + config.validation
            else "train"
        )  # fmt: skip
        parts[part].extend(cases[i] for i in members)
    for part, members_of in parts.items():
        lacking = set(SEVERITIES) - {case.severity for case in members_of}
        if lacking:
            raise TrainingError(f"the {part} part has no {sorted(lacking)[0]} image")
    check_disjoint(parts)
    return parts


def check_disjoint(parts: Mapping[Part, Sequence[Case]]) -> None:
    """Raises TrainingError when a patient stands in two parts."""
    owner: dict[str, Part] = {}
    for part, cases in parts.items():
        for case in cases:
            if owner.setdefault(case.patient, part) != part:
                raise TrainingError(
                    f"patient {case.patient} stands in {owner[case.patient]} and in {part}"
                )


def split_digest(parts: Mapping[Part, Sequence[Case]]) -> str:
    """Hash of who is where, independent of order."""
    content = {part: sorted(case.image for case in cases) for part, cases in parts.items()}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def load_grids(root: Path, cases: Sequence[Case], config: PreprocessConfig) -> torch.Tensor:
    """All images decoded and scaled as the service does it: (N, S, S) float32 in [0, 1].

    Raises:
        TrainingError: naming the image that does not decode.
    """
    grids = np.empty((len(cases), config.size, config.size), dtype=np.float32)
    for i, case in enumerate(tqdm(cases, desc="decode", unit="image")):
        try:
            grids[i] = to_grid(decode((root / case.image).read_bytes()), config)
        except InputRefusedError as error:
            raise TrainingError(f"{root / case.image}: {error.detail}") from error
    return torch.from_numpy(grids)
