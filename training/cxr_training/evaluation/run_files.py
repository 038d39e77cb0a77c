"""What a training run's folder holds for an evaluation, beside the predictions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.evaluation import Collection, Evaluation, MapKind
from cxr_severity.model.measure.bootstrap import RESAMPLES
from cxr_severity.model.networks.cells_kernel import within_lungs
from cxr_training.cases import COLLECTIONS, Dataset
from cxr_training.config_gate import GateConfig
from cxr_training.errors import TrainingError
from cxr_training.evaluation.evaluate import Beside, evaluate
from cxr_training.evaluation.explanations import (
    Drawing,
    Explained,
    explain,
    explanation_scores,
    read_explanations,
)
from cxr_training.evaluation.gate import gate_scores
from cxr_training.evaluation.predictions import Predictions, read_predictions
from cxr_training.evaluation.readers import PEERS, read_peers
from cxr_training.evaluation.series import repeated_films
from cxr_training.gate.rows import read_note, read_rows
from cxr_training.run_folder import RunFolder


def evaluate_run(
    folder: RunFolder, data: Path, dataset: Dataset, *, version: str, resamples: int = RESAMPLES
) -> Evaluation:
    """Everything that the run's tables tell; what needs its networks is left out.

    Raises:
        TrainingError: a table or a film of a series that is missing or wrong.
    """
    note = read_note(folder.gate)
    rows = read_rows(folder.gate) if folder.gate.is_file() else ()
    return evaluate(
        read_predictions(folder.predictions),
        dataset,
        Beside(
            across=read_across(folder),
            peers=read_peers(data / "ralo" / PEERS),
            explanations=explanation_scores(read_explanations(folder.explanations), resamples)
            if folder.explanations.is_file()
            else (),
            gate=gate_scores(rows, note.gate if note else GateConfig()) if rows else (),
            repeated=repeated_films(dataset),
        ),
        version=version,
        resamples=resamples,
    )


def read_across(folder: RunFolder) -> dict[Collection, Predictions]:
    """Readings of the networks that were trained without a collection, where there are any."""
    found: dict[Collection, Predictions] = {}
    for name in COLLECTIONS:
        parts = [
            unit.predictions
            for unit in folder.units()
            if unit.fold == f"without-{name}" and unit.predictions.is_file()
        ]
        if parts:
            found[name] = _joined([read_predictions(part) for part in parts])
    return found


def _joined(parts: Sequence[Predictions]) -> Predictions:
    return Predictions(
        np.concatenate([part.seeds for part in parts]),
        np.concatenate([part.folds for part in parts]),
        tuple(image for part in parts for image in part.images),
        tuple(patient for part in parts for patient in part.patients),
        np.concatenate([part.logits for part in parts]),
        np.concatenate([part.zones for part in parts]),
    )


def read_maps(path: Path) -> tuple[tuple[str, ...], dict[MapKind, Float64Array]]:
    """The maps of held-back films by one network: their names, and (N, h, w) of each kind.

    Raises:
        TrainingError: the file is none of maps.
    """
    try:
        with np.load(path) as stored:
            files = tuple(str(name) for name in stored["files"])
            maps: dict[MapKind, Float64Array] = {
                "grad-cam": stored["burden"].astype(np.float64),
                "opacity": within_lungs(stored["places"].astype(np.float32)).astype(np.float64),
            }
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise TrainingError(f"{path}: holds no maps") from error
    return files, maps


def explain_run(folder: RunFolder, drawn: Sequence[Drawing]) -> list[Explained]:
    """The maps that every fold's networks made of films that no network learned from.

    Raises:
        TrainingError: maps that are missing a film, or cannot be read.
    """
    found = []
    for unit in folder.units():
        if isinstance(unit.fold, int) and unit.maps.is_file():
            files, maps = read_maps(unit.maps)
            found += explain(maps, files, drawn, str(unit.fold), unit.seed)
    return found
