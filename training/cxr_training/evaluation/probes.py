"""What needs a run's networks to be measured: changes that should not matter, and faithful maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.calibration import HIGHEST_TOTAL, Scaling
from cxr_severity.model.evaluation import Evaluation, MapKind
from cxr_severity.model.explain import grad_cam
from cxr_severity.model.measure.bootstrap import RESAMPLES
from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.networks.cells_kernel import within_lungs
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_severity.model.reference.tensors import normalise
from cxr_training.cases import Case, Dataset
from cxr_training.evaluation.crossfit import fold_scalings
from cxr_training.evaluation.faithful import Faithful, faithful, faithfulness_scores
from cxr_training.evaluation.predictions import join, read_predictions
from cxr_training.evaluation.shifts import perturb, probe_source, shifts
from cxr_training.films import exact_grids

EVERY_RALO = 12
"""One in this many films of `ralo/`, which are of one hospital, is changed in every way."""
EVERY_FAITHFUL = 6
"""One in this many of those films has its maps' curves taken: 60 readings a map."""


def probe(
    networks: Mapping[int, CellNet], fold_of: Mapping[str, int], predictions: Path,
    dataset: Dataset, config: PreprocessConfig, evaluation: Evaluation, resamples: int = RESAMPLES,
) -> Evaluation:  # fmt: skip
    """The evaluation with what the folds' networks, of one seed, do on films of their folds.

    Args:
        predictions: the table of what these networks said, to calibrate them by.

    Raises:
        TrainingError: predictions that do not belong to the networks.
    """
    scalings: Mapping[int, Scaling] = fold_scalings(join(read_predictions(predictions), dataset))
    cases = sampled(dataset.cases)
    perturbed = perturb(networks, fold_of, dataset, cases, scalings, config)
    curves = [
        _faithful(networks[fold_of[case.image]], case, grid, config, seed)
        for seed, (case, grid) in enumerate(tqdm(
            zip(cases[::EVERY_FAITHFUL], exact_grids(dataset, cases[::EVERY_FAITHFUL], config),
                strict=True),
            "deletion and insertion", len(cases[::EVERY_FAITHFUL]), unit="film",
        ))
    ]  # fmt: skip
    return evaluation.model_copy(
        update={
            "shifts": shifts(perturbed, resamples),
            "source_probe": probe_source(perturbed, fold_of, resamples),
            "faithfulness": faithfulness_scores(curves, resamples),
        }
    )


def sampled(cases: Sequence[Case]) -> list[Case]:
    """Films with a class: all of `severity/`, some of `ralo/`."""
    classed = [case for case in cases if case.severity is not None]
    of_ralo = [case for case in classed if case.set == "ralo"]
    return [case for case in classed if case.set != "ralo"] + of_ralo[::EVERY_RALO]


def _faithful(
    network: CellNet, case: Case, grid: Float32Array, config: PreprocessConfig, seed: int
) -> Faithful:
    """`seed`: of the map of chance, another one for each film."""
    with torch.no_grad():
        maps = network.features(normalise(torch.from_numpy(grid[None]), config))
    cam = grad_cam(network, maps, ["burden"]).cam[0].numpy()
    opacity = within_lungs(network.on_film(maps.places.sigmoid(), maps).numpy())[0]
    found: dict[MapKind, Float32Array] = {
        "grad-cam": cam, "opacity": opacity,
    }  # fmt: skip

    def total(films: Float32Array) -> NDArray[np.floating]:
        with torch.no_grad():
            parts = [
                network(normalise(part, config)).zones.sum(dim=1).numpy() / HIGHEST_TOTAL
                for part in torch.split(torch.from_numpy(films), 16)
            ]
        return np.concatenate(parts)

    return faithful(case.image, case.patient, grid, found, total, seed=seed)
