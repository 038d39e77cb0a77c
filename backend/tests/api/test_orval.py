"""What orval makes of the OpenAPI document compiles strictly, and works with the service."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support import REPOSITORY, SAMPLES

FOLDER = REPOSITORY / "clients" / "orval"
TOOLS = FOLDER / "node_modules" / ".bin"


@pytest.fixture(scope="module")
def calls(port: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated client and its calls, compiled, as what node runs."""
    assert TOOLS.is_dir(), "orval is missing: `make test` installs it"
    folder = tmp_path_factory.mktemp("orval")
    for name in ("calls.ts", "tsconfig.json", "package.json"):
        shutil.copy(FOLDER / name, folder)
    (folder / "node_modules").symlink_to(FOLDER / "node_modules")
    address = {"OUT": str(folder), "SERVICE": f"http://127.0.0.1:{port}/v1"}
    _run(TOOLS / "orval", "--config", "orval.config.cjs", cwd=FOLDER, **address)
    _run(TOOLS / "tsc", "--project", folder, cwd=folder)
    return folder / "calls.js"


def _run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_calls_are_answered(calls: Path, random_version: Path) -> None:
    said: dict[str, Any] = json.loads(_run("node", calls, SAMPLES[0], cwd=calls.parent))
    assert said["severity"] in {"mild", "moderate", "severe"}
    assert list(said["zones"]) == list("ABCDEF")
    assert sum(said["zones"].values()) == pytest.approx(said["total"], abs=0.01)
    assert said["refused"] == [422, "not-an-image", []]
    assert said["unknown"] == [404, "unknown-version"]
    assert said["model"] == random_version.name
