"""That no worker outlives its parent, whenever that is told to stop."""

from __future__ import annotations

import subprocess
import sys

import pytest

START = """
import os, signal, time
from cxr_severity.api.workers import Workers

forks = 0
fork = os.fork

def counted():
    global forks
    if SIGNAL_AT == "before":
        os.kill(os.getpid(), signal.SIGTERM)
    pid = fork()
    forks += 1
    if pid and SIGNAL_AT == "behind":
        os.kill(os.getpid(), signal.SIGTERM)
    return pid

def work():
    print("works", flush=True)
    time.sleep(60)

os.fork = counted
Workers(4, work).supervise()
print("forks", forks)
try:
    print("left", os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
    print("none left")
"""


@pytest.mark.parametrize("moment", ["before", "behind"])
def test_told_to_stop_while_workers_are_started_it_leaves_none(moment: str) -> None:
    """The signal comes around the fork, before the worker is noted."""
    script = START.replace("SIGNAL_AT", repr(moment))
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=False
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.splitlines()[-2:] == ["forks 1", "none left"]


def test_a_worker_can_be_told_to_stop_by_itself() -> None:
    """The signals that its parent holds back around the fork reach it."""
    script = """
import os, signal
from cxr_severity.api.workers import Workers

def work():
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    os.kill(os.getpid(), signal.SIGTERM)
    signal.pause()

print(Workers(2, work).supervise())
"""
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=False
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout == "False\n", "workers that end at once are started again, but not forever"
    assert found.stderr.count("ended with -15") >= 5
