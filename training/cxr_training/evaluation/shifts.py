"""What changes of the input do to the readings of a run's own networks, out of fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from tqdm import tqdm

from cxr_severity.imaging.arrays import Float32Array, Float64Array
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import ImageWithoutContrastError
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.calibration import Scaling, softmax
from cxr_severity.model.evaluation import Shift, SourceProbe
from cxr_severity.model.measure.bootstrap import (
    Bootstrap,
    Indices,
    interval,
    interval_if_any,
    ratio,
)
from cxr_severity.model.measure.grades import confusions, scores
from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.preprocess import PreprocessConfig, to_grid
from cxr_severity.model.reference.tensors import normalise
from cxr_training.cases import Case, Dataset
from cxr_training.errors import TrainingError
from cxr_training.evaluation.predictions import Mask
from cxr_training.films import read_files
from cxr_training.masks import open_mask
from cxr_training.perturbations import CHANGES, Change

UNCHANGED = "as it is"
PROBE_PARTS = 5
"""Groups of patients that the films of a network are dealt into, each judged by the others."""


@dataclass(frozen=True, slots=True, eq=False)
class Perturbed:
    """Of N films with a class: `probabilities` (1 + C, N, 3), unchanged first, and mean features
    (N, 1280) of the unchanged."""

    cases: tuple[Case, ...]
    probabilities: Float64Array
    features: Float32Array


def perturb(
    networks: Mapping[int, CellNet],
    fold_of: Mapping[str, int],
    dataset: Dataset,
    cases: Sequence[Case],
    scalings: Mapping[int, Scaling],
    config: PreprocessConfig,
    changes: tuple[Change, ...] = CHANGES,
) -> Perturbed:
    """Read films with a class, changed in every way, by the network of each film's fold.

    Films without a lung mask take a box for it, over the middle of the film.

    Args:
        scalings: of each fold, fitted on other patients, as a fit on all of them would have seen
        the films.

    Raises:
        TrainingError: when a fold has none.
    """
    for fold, network in networks.items():
        if fold not in scalings:
            raise TrainingError(
                f"predictions: the network of fold {fold} read no film with a class"
            )
        network.calibrate(scalings[fold])
    found = np.full((1 + len(changes), len(cases), 3), np.nan)
    features = np.empty((len(cases), 1280), np.float32)
    files = zip(cases, read_files(dataset, cases), strict=True)
    for i, (case, data) in enumerate(tqdm(files, "perturbations", len(cases), unit="film")):
        film = decode(data)
        lungs = _lung_mask(dataset, case, film.pixels.shape)
        grids = [to_grid(film, config)]
        for change in changes:
            try:
                changed = Radiograph(change.apply(film.pixels, lungs), film.source)
                grids.append(to_grid(changed, config))
            except ImageWithoutContrastError:
                grids.append(np.zeros_like(grids[0]))
        network = networks[fold_of[case.image]]
        with torch.no_grad():
            maps = network.features(normalise(torch.from_numpy(np.stack(grids)), config))
            logits = network.read(maps).logits.numpy()
        found[:, i] = softmax(logits)
        features[i] = maps.last[0].mean(dim=(1, 2)).numpy()
    return Perturbed(tuple(cases), found, features)


def _lung_mask(dataset: Dataset, case: Case, shape: tuple[int, ...]) -> Float32Array:
    height, width = shape
    if case.lung_mask is None:
        mask = np.zeros(shape, np.float32)
        mask[height // 8 : height * 7 // 8, width // 10 : width * 9 // 10] = 1
        return mask
    drawn = open_mask((dataset.root / case.lung_mask).read_bytes(), case.lung_mask)
    scaled = drawn.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(scaled, dtype=np.float32) / np.float32(255)


def shifts(
    perturbed: Perturbed, resamples: int, changes: tuple[Change, ...] = CHANGES
) -> list[Shift]:
    """A row for each change, the unchanged films first."""
    patients = [case.patient for case in perturbed.cases]
    labels = np.array([case.label for case in perturbed.cases])
    bootstrap = Bootstrap.over(patients, resamples=resamples)
    before = perturbed.probabilities[0]
    rows = []
    named = [(UNCHANGED, False), *((change.name, change.matters) for change in changes)]
    for (name, matters), after in zip(named, perturbed.probabilities, strict=True):
        classes = after.argmax(axis=1)
        found = scores(confusions(labels, classes, bootstrap))
        rows.append(
            Shift(
                change=name,
                matters=matters,
                images=len(labels),
                patients=bootstrap.patients,
                flipped=bootstrap.share((classes != before.argmax(axis=1)).astype(np.float64)),
                moved=bootstrap.mean(np.abs(after - before).max(axis=1)),
                kappa=interval_if_any(found.kappa),
            )
        )
    return rows


def probe_source(
    perturbed: Perturbed, fold_of: Mapping[str, int], resamples: int
) -> SourceProbe | None:
    """Whether a film is of Stony Brook, told from its features by a logistic regression.

    Fitted and judged on features of one network, that of the films' fold: another's lie along
    directions of its own, where the same source would not be found again. Judged on patients that
    it was not fitted on; the films of all networks are pooled. None where those of one network are
    of one source, or hold too few patients of either.
    """
    target = np.array([case.set == "ralo" for case in perturbed.cases])
    patients = np.array([case.patient for case in perturbed.cases])
    folds = np.array([fold_of[case.image] for case in perturbed.cases])
    guessed = np.zeros(len(target), dtype=np.bool_)
    for fold in np.unique(folds):
        own = np.flatnonzero(folds == fold)
        parts = _by_patient(target[own], patients[own])
        if not parts:
            return None
        for fitted, judged in parts:
            guessed[own[judged]] = _told(
                perturbed.features[own[fitted]],
                target[own[fitted]],
                perturbed.features[own[judged]],
            )
    bootstrap = Bootstrap.over([case.patient for case in perturbed.cases], resamples=resamples)
    right = (guessed == target).astype(np.float64)
    recalls = [
        ratio(bootstrap.sums(right * side), bootstrap.sums(side.astype(np.float64)), np.nan)
        for side in (target, ~target)
    ]
    return SourceProbe(
        collection="`ralo/`",
        images=len(target),
        patients=bootstrap.patients,
        balanced_accuracy=interval(np.mean(recalls, axis=0)),
        chance=0.5,
    )


def _by_patient(target: Mask, patients: NDArray[np.str_]) -> list[tuple[Indices, Indices]]:
    """Rows to fit on and rows to judge, each row judged once; the same patients are always dealt
    alike. Empty where some part to fit on would lack a side of (N,) `target`."""
    fewest = min(len(np.unique(patients[target == side])) for side in (True, False))
    if fewest < 2:
        return []
    folder = StratifiedGroupKFold(n_splits=min(PROBE_PARTS, fewest))
    parts = [
        (fitted, judged) for fitted, judged in folder.split(target, target, patients) if len(judged)
    ]
    whole = all(len(np.unique(target[fitted])) == 2 for fitted, _ in parts)
    return parts if whole else []


def _told(features: Float32Array, target: Mask, judged: Float32Array) -> Mask:
    """(K,) sides of (K, F) films, by a fit on (N, F) films and their (N,) sides."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-4
    model = LogisticRegression(C=0.01, class_weight="balanced", max_iter=500)
    model.fit((features - mean) / spread, target)
    sides: Mask = model.predict((judged - mean) / spread)
    return sides
