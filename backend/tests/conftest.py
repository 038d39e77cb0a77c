"""Fixtures that every test of the service may use."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from support import SAMPLES, WEIGHTS_FOLDER, MakeVersion, write_version

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.artifact import versions
from cxr_severity.model.predictor import Predictor


@pytest.fixture(scope="session")
def sample_files() -> list[Path]:
    assert len(SAMPLES) == 8
    return SAMPLES


@pytest.fixture(scope="session")
def sample(sample_files: list[Path]) -> Radiograph:
    return decode(sample_files[0].read_bytes())


@pytest.fixture(scope="session")
def shipped() -> Predictor:
    """The newest version that ships, loaded as the service loads it."""
    return Predictor.load(WEIGHTS_FOLDER / versions(WEIGHTS_FOLDER)[-1])


@pytest.fixture
def make_version(tmp_path: Path) -> MakeVersion:
    """`make_version(version="0.9.0", seed=0)` writes a version into a folder of this test."""
    return partial(write_version, tmp_path / "weights")
