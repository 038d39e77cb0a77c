"""What openapi-python-client makes of the OpenAPI document works with the running service."""

from __future__ import annotations

import importlib
import subprocess
import sys
import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from support import REPOSITORY, SAMPLES


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("generated")
    config = folder / "config.yml"
    config.write_text("post_hooks: []\n")
    made = subprocess.run(
        [
            Path(sys.executable).parent / "openapi-python-client", "generate",
            "--path", REPOSITORY / "backend" / "openapi.json",
            "--output-path", folder / "generated_client",
            "--meta", "none", "--config", config,
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    assert "will not be generated" not in made.stdout
    sys.path.insert(0, str(folder))
    yield "generated_client"
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.startswith("generated_client")]:
        del sys.modules[name]


class _Generated:
    def __init__(self, package: str, port: int) -> None:
        self._package = package
        self._url = f"http://127.0.0.1:{port}/v1"

    def module(self, name: str) -> ModuleType:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # it writes `!= 3and not`
            warnings.simplefilter("ignore", DeprecationWarning)  # the same, before Python 3.12
            return importlib.import_module(f"{self._package}.{name}")

    def call(self, name: str, *path: str, **arguments: Any) -> Any:
        endpoint = self.module(f"api.{name}")
        with self.module("client").Client(base_url=self._url) as client:
            return endpoint.sync_detailed(*path, client=client, **arguments).parsed

    def form(self, data: bytes) -> Any:
        file = self.module("types").File(BytesIO(data), "film", "application/octet-stream")
        return self.module("models").PredictBody(file=file)


@pytest.fixture
def generated(package: str, port: int) -> _Generated:
    return _Generated(package, port)


def test_its_prediction_has_all_zones(generated: _Generated) -> None:
    found = generated.call("prediction.predict", body=generated.form(SAMPLES[0].read_bytes()))
    zones = found.brixia.zones
    scores = [zones.a, zones.b, zones.c, zones.d, zones.e, zones.f]
    assert all(0 <= score <= 3 for score in scores)
    assert sum(scores) == pytest.approx(found.brixia.total, abs=0.01)
    assert zones.to_dict() == dict(zip("ABCDEF", scores, strict=True))
    assert found.to_dict()["brixia"]["zones"]["D"] == zones.d


def test_its_errors_are_read(generated: _Generated) -> None:
    problem = generated.call("prediction.predict", body=generated.form(b"no film"))
    assert type(problem).__name__ == "Problem"
    assert (problem.status, str(problem.code)) == (422, "not-an-image")
    unknown = generated.call("models.get_model", "9.9.9")
    assert (unknown.status, str(unknown.code)) == (404, "unknown-version")


def test_its_other_answers_are_read(generated: _Generated, random_version: Path) -> None:
    models = generated.call("models.list_models")
    assert models.default == random_version.name
    details = generated.call("models.get_model", models.default)
    assert details.manifest.version == models.default
    assert generated.call("prediction.get_limits").max_bytes > 0
    assert generated.call("health.get_readiness").status == "ready"
    assert len(generated.call("errors.list_problems").problems) > 20
    assert generated.call("errors.get_problem", "busy").status == 503
