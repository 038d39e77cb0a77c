"""What each course of a run learns from: which films are in its batches, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from cxr_severity.imaging.arrays import Float64Array
from cxr_training.cases import COLLECTIONS, Case, Dataset
from cxr_training.config import StageConfig, TrainConfig
from cxr_training.errors import TrainingError
from cxr_training.learn import BatchPart, Lesson, Source
from cxr_training.lesions import Lesion
from cxr_training.splits import Split
from cxr_training.targets import Targets

Fold = int | str
"""A number, or `without-<set>`."""


@dataclass(frozen=True, slots=True)
class Material:
    """All that a run may learn from: films with scores, with masks or boxes; who tests what."""

    cases: Sequence[Case]
    lesions: Sequence[Lesion]
    split: Split


def crosses(fold: Fold) -> bool:
    """Whether a whole collection is left out."""
    return isinstance(fold, str) and fold.startswith("without-")


def without(stage: StageConfig, missing: set[str]) -> StageConfig:
    """The other collection takes the place of the missing one in every batch."""
    if "ralo" in missing:
        return stage.model_copy(update={"ralo": 0, "severity": stage.severity + stage.ralo})
    if "severity" in missing:
        return stage.model_copy(update={"severity": 0, "ralo": stage.severity + stage.ralo})
    return stage


def left_out(
    dataset: Dataset, tested: Sequence[Case], fold: Fold, config: TrainConfig
) -> frozenset[str]:
    """Images that a network must not learn from: those that it is tested on, those of a collection
    that the recipe leaves out, and, where a network does without a collection, all of its patients,
    of whom another collection may hold a film or a copy."""
    strangers = {case.patient for case in tested} if crosses(fold) else set()
    return frozenset(case.image for case in tested) | {
        case.image
        for case in dataset.cases
        if case.set in config.without or case.patient in strangers
    }


def check_courses(config: TrainConfig, material: Material) -> None:
    """That every course of a run has films to learn from, maps have some to be measured on, and
    networks that did without a collection have some to be calibrated on.

    Raises:
        TrainingError: naming the course, and the parts of the data that it draws from.
    """
    sets = {case.set for case in material.cases}
    learned = sets - set(config.without)
    drawn = {one.set for one in learned_lesions(material)}
    for name, stage in (("pretext", config.pretext), ("main", config.main)):
        if stage is None:
            continue
        needed = [kind for kind in ("masks", "boxes") if getattr(stage, kind)]
        if name == "main":
            needed = [kind for kind in COLLECTIONS if getattr(stage, kind)]
        if not (learned | drawn) & set(needed):
            raise TrainingError(f"{name}: no film of {' or '.join(needed) or 'any part'} is there")
    if not material.split.held_back:
        raise TrainingError(
            f"split.held_back: {config.split.held_back:g} of {len(material.lesions)} films with "
            "masks or boxes is none, and explanations are measured on them"
        )
    if config.across and not config.without and len(sets) < 2:
        lacking = "severity" if "ralo" in sets else "ralo"
        raise TrainingError(f"{lacking}: no film is there; then without=[{lacking}]")
    if config.across and not config.without:
        _check_across(config, material)


def _check_across(config: TrainConfig, material: Material) -> None:
    """Networks without a collection are calibrated on the films of all other patients, those of a
    fold by fits on another."""
    classed = [case for case in material.cases if case.severity is not None]
    for name in COLLECTIONS:
        if all(case.set != name for case in classed):
            continue  # nothing of it is judged
        strangers = {case.patient for case in material.cases if case.set == name}
        folds = {
            material.split.fold[case.image] for case in classed if case.patient not in strangers
        }
        if len(folds) < 2:
            other = {case.patient for case in material.cases if case.set != name}
            shared = len(strangers & other)
            raise TrainingError(
                f"across: without {name}, films with a class lie in {len(folds)} of "
                f"{config.split.folds} folds, and calibration takes two; then across=false"
                + (f" ({shared} patients stand in both collections)" if shared else "")
            )


def lesson_of(
    config: TrainConfig, stage: StageConfig, material: Material, source: Source,
    left_out: frozenset[str] = frozenset(), readings: Targets | None = None,
) -> Lesson:  # fmt: skip
    """The batches of a course, whose `source` is indexed by the scored films, then the others.

    Args:
        left_out: images of the scored films that it must not see.
        readings: what a network said of each film with masks or boxes, to be learned as well.
    """
    cases, lesions = material.cases, material.lesions
    unused = unused_lesions(material.split)
    parts = []
    for name in COLLECTIONS:
        members = [
            i for i, case in enumerate(cases)
            if case.set == name and case.image not in left_out and name not in config.without
        ]  # fmt: skip
        parts.append(_scored_share(getattr(stage, name), members, cases, stage))
    for kind in ("masks", "boxes"):
        members = [
            len(cases) + k for k, one in enumerate(lesions)
            if one.set == kind and one.file not in unused
        ]  # fmt: skip
        parts.append(
            BatchPart(getattr(stage, kind), torch.tensor(members), torch.ones(len(members)))
        )
    parts = [part for part in parts if part.count and len(part.members)]
    weight = [1.0] * len(cases) + [one.weight for one in lesions]
    read = Targets.unknown(len(lesions)) if readings is None else readings
    return Lesson(
        source, parts, len(cases), Targets.of(cases, config.loss).followed_by(read),
        torch.tensor([one.label for one in lesions]), torch.tensor(weight),
    )  # fmt: skip


def unused_lesions(split: Split) -> frozenset[str]:
    """Files of films with masks or boxes that nothing learns from: held back, or much like a scored
    one."""
    return frozenset({*split.held_back, *split.copies})


def learned_lesions(material: Material) -> list[Lesion]:
    """The films with masks or boxes that are learned from."""
    unused = unused_lesions(material.split)
    return [one for one in material.lesions if one.file not in unused]


def patient_weights(cases: Sequence[Case], alike: float) -> torch.Tensor:
    """How often each film is drawn, (N,) float32: 1 / (1 + r(n-1)) of a patient's n films.

    A network errs on the films of a patient alike, so that the tenth tells it less than the first
    film of somebody else. Where `alike` = r is the intraclass correlation of such errors, these are
    the weights of generalised least squares for what a patient's films have in common (Liang and
    Zeger, Biometrika 1986).
    """
    films = Counter(case.patient for case in cases)
    return torch.tensor([1 / (1 + alike * (films[case.patient] - 1)) for case in cases])


def _scored_share(
    count: int, members: Sequence[int], cases: Sequence[Case], stage: StageConfig
) -> BatchPart:
    """Rare grades are drawn more often, long series less; films without a grade like the average
    film."""
    drawn = [cases[i] for i in members]
    labels = np.array([case.label if case.severity else -1 for case in drawn], np.int64)
    counts = np.bincount(labels[labels >= 0], minlength=3).astype(np.float64) + 1e-9
    draw: Float64Array = counts**-stage.balance
    mean = float((draw * counts).sum() / counts.sum())
    weights = torch.from_numpy(np.where(labels < 0, mean, draw[labels])).float()
    return BatchPart(count, torch.tensor(members), weights * patient_weights(drawn, stage.alike))
