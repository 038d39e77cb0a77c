"""Fixtures that every test of the service may use."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from support import SAMPLES, MakeVersion, write_version

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.predictor import Predictor


@pytest.fixture(scope="session")
def sample_files() -> list[Path]:
    assert len(SAMPLES) == 8
    return SAMPLES


@pytest.fixture(scope="session")
def sample(sample_files: list[Path]) -> Radiograph:
    return decode(sample_files[0].read_bytes())


@pytest.fixture(scope="session")
def random_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a version of the shipped ones' input size, with random weights."""
    return write_version(tmp_path_factory.mktemp("random") / "weights", seed=1, size=224)


@pytest.fixture(scope="session")
def predictor(random_version: Path) -> Predictor:
    return Predictor.load(random_version)


@pytest.fixture
def make_version(tmp_path: Path) -> MakeVersion:
    """`make_version(version="0.9.0", seed=0)` writes a version into a folder of this test."""
    return partial(write_version, tmp_path / "weights")
