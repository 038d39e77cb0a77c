"""Several processes on one machine, each training some of a run's networks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

_GRACE = 10
"""Seconds that a share has for its last step."""


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
    other. They end with this process, also where it is asked to end (SIGTERM).
    """
    threads = max(1, (os.cpu_count() or 1) // jobs)
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    processes: list[subprocess.Popen[bytes]] = []
    # The default action would skip the `finally` below and leave the shares running.
    former = signal.signal(signal.SIGTERM, _leave)
    try:
        for number in range(jobs):
            command = [
                sys.executable, "-m", "cxr_training.train", *arguments, "--jobs", "1",
                "--share", f"{number}/{jobs}",
            ]  # fmt: skip
            processes.append(
                subprocess.Popen(command, env=environment)  # noqa: S603 - our own program
            )
        return all(process.wait() == 0 for process in processes)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            _wait(process)
        signal.signal(signal.SIGTERM, former)


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:  # Lightning passes over a signal between two trainings
        process.kill()
        process.wait()


def _leave(number: int, _: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
