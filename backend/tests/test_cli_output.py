"""A command whose output cannot be written says so in a line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cxr_severity.api.access.keys import KeyFile
from cxr_severity.cli import main, openapi

needs_full = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="this system has no device that is always full"
)


def run(command: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """In a shell; `cxr` is the command line."""
    return subprocess.run(
        ["/bin/bash", "-c", command.replace("cxr ", f"{sys.executable} -m cxr_severity.cli ")],
        env={**os.environ, "CXR_KEYS": str(tmp_path / "keys.json")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@needs_full
def test_a_key_that_was_not_printed_is_not_valid(tmp_path: Path) -> None:
    done = run("cxr keys add bob >/dev/full", tmp_path)
    assert (done.returncode, done.stderr) == (1, "standard output: No space left on device\n")
    (key,) = KeyFile(tmp_path / "keys.json").all()
    assert key.revoked is not None


@needs_full
def test_a_full_disk_under_the_output_is_told(tmp_path: Path) -> None:
    done = run("cxr settings >/dev/full", tmp_path)
    assert (done.returncode, done.stderr) == (1, "standard output: No space left on device\n")


def test_a_reader_that_has_had_enough_is_no_fault(tmp_path: Path) -> None:
    done = run("set -o pipefail; cxr openapi | true", tmp_path)
    assert (done.returncode, done.stderr) == (1, "")


def test_without_an_output_nothing_is_done(tmp_path: Path) -> None:
    done = run("cxr keys add bob >&-", tmp_path)
    assert (done.returncode, done.stderr) == (2, "standard output is closed\n")
    assert not (tmp_path / "keys.json").exists()


def test_an_interrupt_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(openapi, "create_app", interrupted)
    assert main(["openapi"]) == 130
    assert capsys.readouterr().err == ""
