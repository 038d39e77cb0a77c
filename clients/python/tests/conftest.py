"""A service on a real socket for the client's tests, and films to send to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from interop.films import film
from served import serving
from support import NO_LIMITS, write_version
from waiting import wait_until

from cxr_severity.api.app import create_app
from cxr_severity.model.gate import Limit
from cxr_severity.settings import Settings
from cxr_severity_client import Client


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two versions; the first's gate lets nothing pass."""
    weights = tmp_path_factory.mktemp("client") / "weights"
    nothing = NO_LIMITS.model_copy(update={"frontal": Limit(reject=2.0)})
    write_version(weights, "0.8.0", seed=2, limits=nothing)
    write_version(weights, "0.9.0", seed=1)
    with serving(create_app(Settings.of(weights=weights))) as port:
        with Client(f"http://127.0.0.1:{port}") as client:
            wait_until(client.ready)
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def dicom(tmp_path: Path) -> Path:
    path = tmp_path / "film.dcm"
    path.write_bytes(film())
    return path
