"""Do the heatmaps point where radiologists outlined opacities? Beside maps that know nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from cxr_severity.model.evaluation import ExplanationScores
from cxr_training.bootstrap import RESAMPLES, Array, Bootstrap
from cxr_training.data import Dataset
from cxr_training.errors import TrainingError
from cxr_training.evaluation.predictions import Integers, integers, numbers, read_table

EXPLANATIONS = "explanations.csv"
SHARES = (
    "hit", "in_opacity", "in_lungs", "opacity_share", "lung_share", "opacity_share_of_lungs",
)  # fmt: skip
ALWAYS = ("hit", "in_opacity", "opacity_share")

Measure = Literal["peak in opacity", "energy in opacity", "energy in lungs"]
Against = Literal["image", "lungs"]

COMPARISONS: tuple[tuple[Measure, Against, str, str], ...] = (
    ("peak in opacity", "image", "hit", "opacity_share"),
    ("peak in opacity", "lungs", "hit", "opacity_share_of_lungs"),
    ("energy in opacity", "image", "in_opacity", "opacity_share"),
    ("energy in opacity", "lungs", "in_opacity", "opacity_share_of_lungs"),
    ("energy in lungs", "image", "in_lungs", "lung_share"),
)
"""What is measured, where the uninformed map is spread, and the columns of both.

The peak is the pointing game (Zhang et al., IJCV 2018), the energy that of Score-CAM's
energy-based pointing game (Wang et al., CVPR workshops 2020). A map that merely finds the lungs
beats chance over the image, not chance over the lungs.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Explanations:
    """R heatmaps, each of one film by one seed's network."""

    seeds: Integers
    images: tuple[str, ...]
    shares: Array
    """(R, 6), columns as `SHARES`, in [0, 1]; NaN where the film has no lung mask."""

    def share(self, name: str) -> Array:
        column: Array = self.shares[:, SHARES.index(name)]
        return column


def read_explanations(path: Path) -> Explanations:
    """Read a table of heatmap measurements; it has no rows where no film has an opacity mask.

    Raises:
        TrainingError: a file, column or cell that is missing, a share outside 0 to 1, or a film
            that one seed explained twice.
    """
    rows = read_table(path, ("seed", "image", *SHARES), may_be_empty=True)
    values = numbers(path, rows, SHARES)
    outside = np.argwhere((values < 0) | (values > 1))
    if len(outside):
        line, column = outside[0]
        raise TrainingError(f"{path}:{line + 2}: {SHARES[column]} is not between 0 and 1")
    needed = [SHARES.index(name) for name in ALWAYS]
    empty = np.argwhere(np.isnan(values[:, needed]))
    if len(empty):
        line, column = empty[0]
        raise TrainingError(f"{path}:{line + 2}: {ALWAYS[column]} is empty")
    seeds = integers(path, rows, "seed")
    images = tuple(row["image"] for row in rows)
    seen: set[tuple[int, str]] = set()
    for i, key in enumerate(zip(seeds.tolist(), images, strict=True)):
        if key in seen:
            raise TrainingError(f"{path}:{i + 2}: seed {key[0]} explained {key[1]} twice")
        seen.add(key)
    return Explanations(seeds, images, values)


def explanation_scores(
    explanations: Explanations, dataset: Dataset, resamples: int = RESAMPLES
) -> list[ExplanationScores]:
    """Means over films and seeds, beside uninformed maps on the same films.

    Raises:
        TrainingError: a film that is not in the labels.
    """
    patient_of = {case.image: case.patient for case in dataset.cases}
    for image in explanations.images:
        if image not in patient_of:
            raise TrainingError(f"explanations: {image} is not in the labels")
    found = []
    for measure, against, column, uninformed_column in COMPARISONS:
        measured = explanations.share(column)
        uninformed = explanations.share(uninformed_column)
        usable = np.isfinite(measured) & np.isfinite(uninformed)
        images: Sequence[str] = np.asarray(explanations.images)[usable].tolist()
        if not images:
            continue
        bootstrap = Bootstrap.over([patient_of[image] for image in images], resamples=resamples)
        found.append(
            ExplanationScores(
                measure=measure,
                against=against,
                images=len(set(images)),
                patients=bootstrap.patients,
                measured=bootstrap.mean(measured[usable]),
                uninformed=bootstrap.mean(uninformed[usable]),
                difference=bootstrap.mean((measured - uninformed)[usable]),
            )
        )
    return found
