"""How many cores a process may use, by what Linux says of its control group; when it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cxr_severity.machine import available_cpus

CORES = 8


@pytest.fixture(autouse=True)
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(CORES)))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("50000 100000", 1),
        ("6400000 100000", CORES),
        ("max 100000", CORES),
        ("", CORES),
        ("0 0", CORES),
    ],
)
def test_a_bound_on_its_time_bounds_its_cores(tmp_path: Path, said: str, expected: int) -> None:
    (tmp_path / "cpu.max").write_text(f"{said}\n")
    assert available_cpus(tmp_path) == expected


@pytest.mark.parametrize(("quota", "expected"), [("300000", 3), ("-1", CORES)])
def test_as_the_first_version_of_control_groups_says_it(
    tmp_path: Path, quota: str, expected: int
) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(quota)
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000")
    assert available_cpus(tmp_path) == expected


def test_without_a_word_all_are_its(tmp_path: Path) -> None:
    assert available_cpus(tmp_path) == CORES


PARENT = """
import multiprocessing, os, time
from concurrent.futures import ProcessPoolExecutor
from cxr_severity.machine import end_with_parent

if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), end_with_parent)
    print(pool.submit(os.getpid).result(), flush=True)
    pool.submit(time.sleep, 60)
    time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="asks Linux who is still there")
def test_a_pool_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = Path("/proc") / parent.stdout.readline().strip()
        assert child.exists()
        parent.kill()
    until = time.monotonic() + 20
    while child.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not child.exists()
