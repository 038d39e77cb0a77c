"""Who trains and who tests: by patient, stratified, seeded, written down with a hash."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from sklearn.model_selection import StratifiedGroupKFold

from cxr_severity.model.assessment import SEVERITIES
from cxr_training.config import SplitConfig
from cxr_training.data import Case, Dataset, read_labels
from cxr_training.duplicates import SAME_PATIENT, near_duplicates, perceptual_hash
from cxr_training.errors import TrainingError


class Split(BaseModel):
    """The fold of every film."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    labels_sha256: str
    fold: dict[str, int]

    @property
    def sha256(self) -> str:
        """Hash of who is where, independent of order."""
        return hashlib.sha256(json.dumps(self.fold, sort_keys=True).encode()).hexdigest()

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {**self.model_dump(), "sha256": self.sha256}
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Split:
        """Raises TrainingError when the file was changed by hand or is none."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            digest = content.pop("sha256", None)
            split = cls.model_validate(content)
        except (OSError, ValueError, AttributeError, TypeError, ValidationError) as error:
            raise TrainingError(f"{path}: is no split") from error
        if digest != split.sha256:
            raise TrainingError(f"{path}: was changed after it was written")
        return split


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a cross-validation; indices into the data set's cases."""

    number: int
    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]


def hash_films(dataset: Dataset) -> NDArray[np.bool_]:
    """(N, 256) perceptual hashes of the data set's films; TrainingError names a broken one."""
    hashes = []
    for case in dataset.cases:
        path = dataset.root / case.image
        try:
            hashes.append(perceptual_hash(path.read_bytes()))
        except OSError as error:
            raise TrainingError(f"{path}: does not decode") from error
    return np.stack(hashes)


def open_dataset(folder: Path) -> tuple[Dataset, NDArray[np.bool_]]:
    """The labels of `folder` with one name for each patient, and the (N, 256) hashes of its films.

    Raises:
        TrainingError: as `read_labels` does.
    """
    dataset = read_labels(folder)
    hashes = hash_films(dataset)
    return merge_patients(dataset, hashes), hashes


def merge_patients(dataset: Dataset, hashes: NDArray[np.bool_]) -> Dataset:
    """The data set with one name for all patients whose films are near-duplicates.

    Collections copy from each other: one person's films can stand under two names.
    """
    name = {case.patient: case.patient for case in dataset.cases}
    for i, j in _alike(hashes):
        one, other = name[dataset.cases[i].patient], name[dataset.cases[j].patient]
        keep = min(one, other)
        name = {patient: keep if to in (one, other) else to for patient, to in name.items()}
    cases = tuple(replace(case, patient=name[case.patient]) for case in dataset.cases)
    return replace(dataset, cases=cases)


def split_by_patient(dataset: Dataset, config: SplitConfig) -> Split:
    """Assign every film to a fold; the same seed gives the same folds.

    Films without a class are spread over the folds like a class of their own.

    Raises:
        TrainingError: fewer patients, or films of the largest class, than folds.
    """
    cases = dataset.cases
    patients = [case.patient for case in cases]
    if len(set(patients)) < config.folds:
        raise TrainingError(f"{len(set(patients))} patients do not fill {config.folds} folds")
    strata = [len(SEVERITIES) if case.severity is None else case.label for case in cases]
    most = max(Counter(strata).values())
    if most < config.folds:
        raise TrainingError(f"{most} films of the largest class do not fill {config.folds} folds")
    folder = StratifiedGroupKFold(n_splits=config.folds, shuffle=True, random_state=config.seed)
    fold: dict[str, int] = {}
    for number, (_, members) in enumerate(folder.split(strata, strata, patients)):
        fold.update({cases[i].image: number for i in members})
    return Split(seed=config.seed, labels_sha256=dataset.labels_sha256, fold=fold)


def rounds(dataset: Dataset, split: Split, config: SplitConfig) -> list[Round]:
    """The rounds that a split defines.

    Raises:
        TrainingError: the split is of other labels, or a part lacks one of the classes.
    """
    if split.labels_sha256 != dataset.labels_sha256:
        raise TrainingError("the split is of other labels")
    fold = np.array([split.fold[case.image] for case in dataset.cases])
    result = []
    for number in range(config.rounds):
        offset = (fold - number * config.test) % config.folds
        test, validation = offset < config.test, offset < config.test + config.validation
        parts = Round(
            number,
            train=tuple(np.flatnonzero(~validation).tolist()),
            validation=tuple(np.flatnonzero(validation & ~test).tolist()),
            test=tuple(np.flatnonzero(test).tolist()),
        )
        for name in ("train", "test", *(("validation",) if config.validation else ())):
            lacking = set(SEVERITIES) - {
                dataset.cases[i].severity for i in getattr(parts, name)
            }  # fmt: skip
            if lacking:
                raise TrainingError(f"the {name} part has no {sorted(lacking)[0]} image")
        result.append(parts)
    return result


def check_disjoint(
    cases: Sequence[Case], parts: Sequence[Sequence[int]], hashes: NDArray[np.bool_]
) -> None:
    """Raises TrainingError when a patient or a near-duplicate film stands in two parts.

    Args:
        parts: indices into `cases` and into the (N, 256) `hashes`.
    """
    part_of = {i: number for number, part in enumerate(parts) for i in part}
    owner: dict[str, int] = {}
    for i, part in part_of.items():
        if owner.setdefault(cases[i].patient, part) != part:
            raise TrainingError(f"patient {cases[i].patient} stands on two sides of a split")
    for i, j in _alike(hashes):
        if part_of.get(i, -1) != part_of.get(j, -1):
            raise TrainingError(
                f"{cases[i].image} and {cases[j].image} look alike and stand on two sides "
                "of a split"
            )


def _alike(hashes: NDArray[np.bool_]) -> list[tuple[int, int]]:
    pairs = np.argwhere(np.triu(near_duplicates(hashes, hashes, SAME_PATIENT), k=1))
    return [(int(i), int(j)) for i, j in pairs]
