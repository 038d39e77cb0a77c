"""What of the machine this process may use, and for how long."""

from __future__ import annotations

import math
import multiprocessing
import os
import threading
from multiprocessing import connection
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")


def available_cpus(groups: Path = _CGROUPS) -> int:
    """Cores that this process may use, at least 1: those it may run on, or as many as it has time
    of, which in a container can be fewer (`docker run --cpus`, a limit of Kubernetes).

    `groups`: where Linux tells the time that a control group has, of version 2 or 1.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, math.ceil(min(cores, _quota(groups))))


def _quota(groups: Path) -> float:
    """Cores' worth of time; infinite where nothing bounds it, or nothing says so."""
    try:
        quota, period = (groups / "cpu.max").read_text().split()
    except (OSError, ValueError):
        first = groups / "cpu"
        try:
            quota, period = (
                (first / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period")
            )
        except OSError:
            return math.inf
    try:
        found = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):  # "max": as much as there is
        return math.inf
    return found if found > 0 else math.inf


def end_with_parent() -> None:
    """Have this process of `multiprocessing` end when the one that began it does: one that was
    killed cannot tell its pool to end. Does nothing in any other process."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=[parent.sentinel], daemon=True).start()


def _end_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
