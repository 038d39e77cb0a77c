"""Several processes on one machine, each training some of a run's networks."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """Every `of`-th network, from `number` on."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Share:
        """Read `I/N`; ArgumentTypeError when it is none."""
        number, _, of = text.partition("/")
        if not (number.isdecimal() and of.isdecimal() and int(number) < int(of)):
            raise ArgumentTypeError(f"{text!r} is not like 0/2")
        return cls(int(number), int(of))


def in_shares(jobs: int, arguments: Sequence[str]) -> bool:
    """Run `cxr-train` with these arguments as `jobs` processes; whether all succeeded.

    They divide the processor's threads among them: more threads than cores only wait for each
    other.
    """
    threads = max(1, (os.cpu_count() or 1) // jobs)
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    processes = [
        subprocess.Popen(  # noqa: S603 - our own program with the caller's own arguments
            [sys.executable, "-m", "cxr_training.train", *arguments, "--jobs", "1",
             "--share", f"{number}/{jobs}"],
            env=environment,
        )
        for number in range(jobs)
    ]  # fmt: skip
    try:
        return all(process.wait() == 0 for process in processes)
    finally:
        for process in processes:
            process.terminate()
