"""Fixtures for training: the bundled radiographs with made-up labels."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from cxr_severity.model.network import NetworkConfig, SeverityNet
from cxr_training.data import REQUIRED_COLUMNS
from cxr_training.train import BACKBONE_WEIGHTS

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    return SAMPLES


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of 24 images of 24 invented patients, eight of each class, and a backbone."""
    root = tmp_path_factory.mktemp("data")
    severity = root / "severity"
    severity.mkdir()
    films = sorted(SAMPLES.glob("*.png"))
    with (severity / "labels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, REQUIRED_COLUMNS, restval="")
        writer.writeheader()
        for i in range(24):
            (severity / f"{i}.png").write_bytes(films[i % 8].read_bytes())
            writer.writerow({"image": f"{i}.png", "patient": f"p{i}", "grade": 1 + i % 3})
    weights = root / BACKBONE_WEIGHTS
    weights.parent.mkdir()
    state = SeverityNet(NetworkConfig()).backbone.state_dict()
    np.savez(weights, **{key: value.numpy() for key, value in state.items()})
    return root
