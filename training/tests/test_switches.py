"""What `make` hands to the commands of training, whichever way its values are written."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def called(tmp_path: Path, target: str, *values: str) -> str:
    """The last line that a target's command was called with."""
    for name in ("train", "evaluate", "ablation"):
        command = tmp_path / f"cxr-{name}"
        command.write_text('#!/bin/sh\necho "$@"\n')
        command.chmod(0o755)
    done = subprocess.run(
        ["make", "-s", "-o", ".venv/.dev", target, f"BIN={tmp_path}", *values],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("report", "own"),
    [
        ("docs/evaluation", True), ("docs/evaluation/", True), ("./docs/evaluation", True),
        (str(ROOT / "docs" / "evaluation"), True), ("docs/evaluation old", False),
        ("runs/mine/report", False),
    ],
)  # fmt: skip
def test_the_readme_goes_with_this_repositorys_report_alone(
    tmp_path: Path, report: str, own: bool
) -> None:
    said = called(tmp_path, "evaluate", f"REPORT={report}")
    assert said.endswith(f"--out {report} --readme README.md" if own else f"--out {report}")
    table = "docs/ablation.md" if own else f"{report}/ablation.md"
    assert called(tmp_path, "ablation", f"REPORT={report}").endswith(f"--out {table}")


@pytest.mark.parametrize(
    ("value", "resumed"), [("", False), ("0", False), ("no", False), ("1", True), ("yes", True)]
)
def test_a_switch_that_is_0_is_off(tmp_path: Path, value: str, resumed: bool) -> None:
    assert ("--resume" in called(tmp_path, "train", f"RESUME={value}")) == resumed
