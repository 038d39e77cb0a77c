"""The networks that a training run left, for measurements that need more than its tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from cxr_severity.model.artifact import WEIGHTS, ArtifactError, load_state
from cxr_severity.model.network import SeverityNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.config import TrainConfig
from cxr_training.errors import TrainingError
from cxr_training.splits import Split

RUN = "run.json"
SPLIT = "split.json"


@dataclass(frozen=True, slots=True)
class TrainedRun:
    """Of a run in which every fold tests once: the first seed's network of each fold."""

    networks: dict[int, SeverityNet]
    seed: int
    """Theirs."""
    fold_of: dict[str, int]
    """The fold that tests a film."""
    preprocess: PreprocessConfig


def open_run(run: Path) -> TrainedRun | None:
    """The networks in a run's folder; None where there are only tables, or folds are grouped.

    Raises:
        TrainingError: when the folder holds something else than a run leaves.
    """
    if not (run / RUN).is_file():
        return None
    try:
        recipe = json.loads((run / RUN).read_text(encoding="utf-8"))["recipe"]
        config = TrainConfig.model_validate(recipe)
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise TrainingError(f"{run / RUN}: is of no run of this release") from error
    if config.split.rounds != config.split.folds:
        return None
    networks: dict[int, SeverityNet] = {}
    for fold in range(config.split.rounds):
        path = run / f"fold-{fold}" / f"seed-{config.seeds[0]}" / WEIGHTS
        network = SeverityNet(config.network, config.preprocess.size)
        try:
            load_state(network, path.read_bytes())
        except (OSError, ArtifactError) as error:
            raise TrainingError(f"{path}: cannot be read") from error
        networks[fold] = network.eval().requires_grad_(False)
    fold_of = Split.read(run / SPLIT).fold
    return TrainedRun(networks, config.seeds[0], fold_of, config.preprocess)
