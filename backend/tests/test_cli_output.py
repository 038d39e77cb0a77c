"""A command whose output cannot be written says so in a line."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import MakeVersion

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


def test_what_nobody_foresaw_is_no_table_with_refused_films(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("nobody knows why")

    monkeypatch.setattr(openapi, "create_app", broken)
    assert main(["openapi"]) == 2
    assert capsys.readouterr().err.endswith("RuntimeError: nobody knows why\n")


def test_documents_are_utf_8_whatever_the_terminal_is(tmp_path: Path) -> None:
    done = run("PYTHONIOENCODING=ascii cxr settings", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")


class Full(io.StringIO):
    """A log on a disk that is full."""

    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("stderr", [None, Full()])
def test_films_are_judged_though_nothing_can_be_said_of_them(
    stderr: io.StringIO | None, make_version: MakeVersion, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("CXR_WEIGHTS", str(make_version().parent))
    monkeypatch.setattr(sys, "stderr", stderr)
    (tmp_path / "bad.png").write_bytes(b"bad")
    films = [str(tmp_path / "bad.png"), str(tmp_path / "gone.png")]
    assert main(["predict", "--json", *films]) == 1
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["file"] for each in said] == films
    table = tmp_path / "t.csv"
    assert main(["score", films[0], "--out", str(table), "--workers", "1"]) == 1
    assert len(table.read_text().splitlines()) == 2
    assert capsys.readouterr().out == ""
    assert sys.stderr is stderr


def test_no_file_takes_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    new = str(tmp_path / "new")
    code = "import os; from cxr_severity.cli.streams import usable_streams as usable\n"
    code += f"with usable(): os.write(os.open({new!r}, 65), b'%d' % os.open('.', 0))"
    subprocess.run(["/bin/sh", "-c", '"$0" -c "$1" <&- >&- 2>&-', sys.executable, code], check=True)
    assert int(Path(new).read_bytes()) > 3


@needs_full
def test_a_log_that_is_full_is_no_status(tmp_path: Path) -> None:
    done = run("cxr serve --port nine 2>/dev/full; echo $?", tmp_path)
    assert done.stdout == "2\n"
