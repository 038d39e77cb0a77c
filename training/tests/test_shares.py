"""Processes that share a run's networks: which of them, and that they end with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentTypeError
from pathlib import Path

import pytest

from cxr_training.shares import Share

PARENT = """
import sys
from cxr_training.shares import in_shares
sys.executable = sys.argv[1]
in_shares(2, [])
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_share_is_part_of_a_whole() -> None:
    assert Share.parse("1/3") == Share(1, 3)
    for text in ("", "1", "3/3", "-1/2", "a/b"):
        with pytest.raises(ArgumentTypeError):
            Share.parse(text)


def test_shares_end_with_their_parent(tmp_path: Path) -> None:
    endless = tmp_path / "endless"
    endless.write_text(f"#!/bin/sh\n: > {tmp_path}/$$.pid\nexec sleep 60\n")
    endless.chmod(0o755)
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(endless)])
    try:
        begun = time.monotonic()
        while len(pids := [int(path.stem) for path in tmp_path.glob("*.pid")]) < 2:
            assert time.monotonic() - begun < 60
            time.sleep(0.05)
        assert all(map(alive, pids))
        parent.terminate()
        assert parent.wait(30) == 128 + signal.SIGTERM
        assert not any(map(alive, pids))
    finally:
        parent.kill()
        parent.wait()
