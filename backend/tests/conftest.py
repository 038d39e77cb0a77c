"""Fixtures that every test of the service may use."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from served import serving
from support import SAMPLES, MakeVersion, write_version
from waiting import wait_until

from cxr_severity.api.app import create_app
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.predictor import Predictor
from cxr_severity.settings import Settings


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


@pytest.fixture(scope="module")
def port(random_version: Path) -> Iterator[int]:
    """Of a service that is ready, with `random_version`."""
    app = create_app(Settings.of(weights=random_version.parent))
    with serving(app) as port:
        wait_until(lambda: app.state.registry.failure is None)
        yield port
