"""What a training run's folder holds for an evaluation, beside the predictions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.evaluation import Evaluation, MapKind
from cxr_severity.model.measure.bootstrap import RESAMPLES
from cxr_severity.model.networks.cells_kernel import within_lungs
from cxr_training.cases import Dataset
from cxr_training.config import GateConfig
from cxr_training.errors import TrainingError
from cxr_training.evaluation.evaluate import Beside, Collection, evaluate
from cxr_training.evaluation.explanations import (
    EXPLANATIONS,
    Drawing,
    Explained,
    explain,
    explanation_scores,
    read_explanations,
)
from cxr_training.evaluation.gate import gate_scores
from cxr_training.evaluation.predictions import PREDICTIONS, Predictions, read_predictions
from cxr_training.evaluation.readers import PEERS, read_peers
from cxr_training.gate.rows import GATE, read_note, read_rows

MAPS = "maps.npz"


def evaluate_run(
    run: Path, data: Path, dataset: Dataset, *, version: str, resamples: int = RESAMPLES
) -> Evaluation:
    """Everything that the run's tables tell; what needs its networks is left out.

    Raises:
        TrainingError: a table that is missing or wrong.
    """
    explained, gated = run / EXPLANATIONS, run / GATE
    note = read_note(gated)
    rows = read_rows(gated) if gated.is_file() else ()
    return evaluate(
        read_predictions(run / PREDICTIONS),
        dataset,
        Beside(
            across=read_across(run),
            peers=read_peers(data / "ralo" / PEERS),
            explanations=explanation_scores(read_explanations(explained), resamples)
            if explained.is_file()
            else (),
            gate=gate_scores(rows, note.gate if note else GateConfig()) if rows else (),
        ),
        version=version,
        resamples=resamples,
    )


def read_across(run: Path) -> dict[Collection, Predictions]:
    """Readings of the networks that were trained without a collection, where there are any."""
    found: dict[Collection, Predictions] = {}
    for name in get_args(Collection):
        parts = sorted((run / f"without-{name}").glob(f"seed-*/{PREDICTIONS}"))
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


def explain_run(run: Path, drawn: Sequence[Drawing]) -> list[Explained]:
    """The maps that every fold's networks made of films that no network learned from.

    Raises:
        TrainingError: maps that are missing a film, or cannot be read.
    """
    found = []
    for path in sorted(run.glob(f"fold-*/seed-*/{MAPS}")):
        fold, seed = (part.name.rpartition("-")[2] for part in (path.parent.parent, path.parent))
        files, maps = read_maps(path)
        found += explain(maps, files, drawn, fold, int(seed))
    return found
