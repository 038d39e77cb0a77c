"""What the command line is given as files, and is none."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from support import SAMPLES

from cxr_severity.cli import main
from cxr_severity.service.exits import EXIT_SOME_FAILED


def test_pipes_and_devices_neither_hang_nor_fill_the_memory(
    random_version: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CXR_WEIGHTS", str(random_version.parent))
    unwritten = tmp_path / "unwritten"
    os.mkfifo(unwritten)
    out, into = os.pipe()

    def write() -> None:
        with os.fdopen(into, "wb") as pipe:
            pipe.write(SAMPLES[0].read_bytes())

    # As a shell does for `<(...)`.
    writer = threading.Thread(target=write)
    writer.start()
    names = [str(unwritten), "/dev/zero", f"/dev/fd/{out}", str(SAMPLES[0])]
    try:
        assert main(["predict", "--force", *names]) == EXIT_SOME_FAILED
    finally:
        os.close(out)
        writer.join()
    told = capsys.readouterr()
    assert [line.partition(": ")[0] for line in told.out.splitlines()] == names[2:]
    assert [line.split(": ")[:2] for line in told.err.splitlines()] == [
        [names[0], "empty-file"],
        [names[1], "file-too-large"],
    ]
