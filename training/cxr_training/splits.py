"""Who trains and who tests: by patient, stratified, seeded, written down with a hash."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import StratifiedGroupKFold

from cxr_severity.model.assessment import SEVERITIES
from cxr_training.cases import Case, Dataset
from cxr_training.config import SplitConfig
from cxr_training.duplicates import SAME_PATIENT, near_duplicates
from cxr_training.errors import TrainingError
from cxr_training.lesions import Lesion
from cxr_training.whole_file import write_whole


class Split(BaseModel):
    """The fold of every scored film, and what becomes of the films with masks or boxes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    labels_sha256: str
    fold: dict[str, int]
    held_back: tuple[str, ...]
    """Drawn films that no network learns from: explanations are measured on them."""
    copies: tuple[str, ...]
    """Drawn films that are copies of scored ones, or look too much like one of these or like one
    that is held back: they are left out, so that no film is learned in one guise and tested in
    another."""

    patients: dict[str, str] = {}
    """Of each scored film, one name for all whose films are near-duplicates."""

    def named(self, dataset: Dataset) -> Dataset:
        """The data set with the patients' names of this split."""
        cases = tuple(
            replace(case, patient=self.patients.get(case.image, case.patient))
            for case in dataset.cases
        )
        return replace(dataset, cases=cases)

    @property
    def sha256(self) -> str:
        """Hash of all that it says, independent of order."""
        content = self.model_dump()
        content |= {"held_back": sorted(self.held_back), "copies": sorted(self.copies)}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def write(self, path: Path) -> None:
        content = {**self.model_dump(), "sha256": self.sha256}
        write_whole(path, (json.dumps(content, indent=1) + "\n").encode())

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


def merge_patients(dataset: Dataset, hashes: NDArray[np.bool_]) -> Dataset:
    """The data set with one name for all patients whose films are near-duplicates.

    Collections copy from each other: one person's films can stand under two names.

    Args:
        hashes: (N, 256) perceptual hashes of the data set's films.
    """
    patients = np.array([case.patient for case in dataset.cases])
    linked = near_duplicates(hashes, hashes, SAME_PATIENT) | (patients[:, None] == patients)
    _, groups = connected_components(linked, directed=False)
    name = {group: min(patients[groups == group]) for group in set(groups.tolist())}
    cases = tuple(
        replace(case, patient=str(name[group]))
        for case, group in zip(dataset.cases, groups.tolist(), strict=True)
    )
    return replace(dataset, cases=cases)


def make_split(
    dataset: Dataset, lesions: Sequence[Lesion], hashes: NDArray[np.bool_], config: SplitConfig
) -> Split:
    """Assign every film its part; the same seed gives the same parts.

    Each fold holds every grade of both collections alike; films without a class are spread like a
    class of their own, if there are enough.

    Args:
        hashes: (N + M, 256) of the scored films and of `lesions`.

    Raises:
        TrainingError: fewer patients than folds, or a fold or its complement without one grade.
    """
    cases = dataset.cases
    patients = [case.patient for case in cases]
    if len(set(patients)) < config.folds:
        raise TrainingError(f"{len(set(patients))} patients do not fill {config.folds} folds")
    strata = _strata(cases, config.folds)
    if max(Counter(strata).values()) < config.folds:
        raise TrainingError(f"no grade has films for {config.folds} folds")
    folder = StratifiedGroupKFold(n_splits=config.folds, shuffle=True, random_state=config.seed)
    fold: dict[str, int] = {}
    for number, (_, members) in enumerate(folder.split(strata, strata, patients)):
        fold.update({cases[i].image: number for i in members})
        test = set(members.tolist())
        for part, name in ((test, "test"), (set(range(len(cases))) - test, "training")):
            lacking = set(SEVERITIES) - {cases[i].severity for i in part}
            if lacking:
                raise TrainingError(
                    f"the {name} part of fold {number} has no {sorted(lacking)[0]} film"
                )
    count = len(cases)
    near = np.asarray(near_duplicates(hashes[count:], hashes[:count], SAME_PATIENT).any(axis=1))
    copies = [
        lesion.file
        for lesion, alike in zip(lesions, near.tolist(), strict=True)
        if alike or lesion.copy_of is not None
    ]
    people = sorted({lesion.person for lesion in lesions})
    random = np.random.default_rng(config.seed)
    held = set(random.permutation(people)[: int(len(people) * config.held_back)].tolist())
    out = set(copies)
    held_back = [
        k for k, lesion in enumerate(lesions) if lesion.person in held and lesion.file not in out
    ]
    # Films with masks name no patient, and collections of them hold one film more than once.
    drawn = hashes[count:]
    twins = np.asarray(near_duplicates(drawn, drawn[held_back], SAME_PATIENT).any(axis=1))
    copies += [
        lesion.file
        for lesion, twin in zip(lesions, twins.tolist(), strict=True)
        if twin and lesion.person not in held and lesion.file not in out
    ]
    return Split(
        seed=config.seed,
        labels_sha256=dataset.labels_sha256,
        fold=fold,
        held_back=tuple(lesions[k].file for k in held_back),
        copies=tuple(copies),
        patients={case.image: case.patient for case in cases},
    )  # fmt: skip


def _strata(cases: Sequence[Case], folds: int) -> list[str]:
    """Collection and grade of each film. Films without a class are a stratum of their own, and
    where a collection has fewer of them than folds they count as mild ones."""
    strata = [f"{case.set} {case.severity}" for case in cases]
    count = Counter(strata)
    return [
        f"{case.set} {SEVERITIES[0]}" if case.severity is None and count[name] < folds else name
        for case, name in zip(cases, strata, strict=True)
    ]


def check_disjoint(cases: Sequence[Case], split: Split, hashes: NDArray[np.bool_]) -> None:
    """Raises TrainingError when a patient or a near-duplicate film stands in two folds.

    Args:
        hashes: (N, 256) of the cases.
    """
    owner: dict[str, int] = {}
    for case in cases:
        fold = split.fold[case.image]
        if owner.setdefault(case.patient, fold) != fold:
            raise TrainingError(f"patient {case.patient} stands on two sides of a split")
    pairs = np.argwhere(np.triu(near_duplicates(hashes, hashes, SAME_PATIENT), k=1))
    for i, j in pairs.tolist():
        if split.fold[cases[i].image] != split.fold[cases[j].image]:
            raise TrainingError(
                f"{cases[i].image} and {cases[j].image} look alike and stand on two sides of a "
                "split"
            )
