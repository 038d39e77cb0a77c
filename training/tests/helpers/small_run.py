"""A recipe that is trained in seconds, with all that a whole one has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from cxr_training.cases import Case
from cxr_training.config import TrainConfig
from cxr_training.run_folder import RunFolder
from cxr_training.train import run

PRETEXT = {
    "epochs": 1, "steps": 2, "severity": 0, "ralo": 0, "masks": 2, "boxes": 2, "size": 96,
}  # fmt: skip
MAIN = {
    "epochs": 2, "steps": 2, "frozen_blocks": 5, "severity": 3, "ralo": 3, "masks": 1, "boxes": 1,
    "size": 96,
}  # fmt: skip
SMALL = {
    "version": "0.7.0",
    "seeds": [1],
    "first": {"pretext": PRETEXT, "main": {**MAIN, "epochs": 1},
              "head": {"steps": 2, "films": 4, "unscored": 2, "copies": 2}},
    "pretext": PRETEXT,
    "main": {**MAIN, "masks": 2, "boxes": 2, "alike": 0.5, "exchange": 0.5},
    "head": {"steps": 2, "films": 4, "alike": 0.5, "own": 0.5, "unscored": 3,
             "steeper": 1.2},
    "copies": {"severity": 1, "ralo": 1, "masks": 1, "boxes": 1},
    "split": {"folds": 3, "held_back": 0.2},
    "preprocess": {"size": 112},  # other than the courses', as of what ships
    "network": {"hidden_size": 8, "channels": 8},
    "gate": {"every": 1, "every_ralo": 4, "variants": 1, "dimensions": 4},
}  # fmt: skip


def trained(config: TrainConfig, data: Path, root: Path) -> RunFolder:
    """A whole run of a recipe."""
    torch.set_num_threads(1)
    folder = RunFolder(root)
    with pytest.MonkeyPatch.context() as patch:
        # Twenty changes and four maps' curves of each: three films will do.
        patch.setattr("cxr_training.evaluation.probes.sampled", _one_of_each_grade)
        run(config, data, folder)
    return folder


def _one_of_each_grade(cases: Sequence[Case]) -> list[Case]:
    by_grade = {case.severity: case for case in cases if case.severity is not None}
    return list(by_grade.values())
