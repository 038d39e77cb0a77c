"""What a process may take for one film, kept by the kernel also within native code."""

from __future__ import annotations

import math
import resource
from pathlib import Path
from time import process_time

SPARE_BYTES = 300_000_000
"""For what does not grow with the picture: the file, its structure, libraries not loaded yet."""
BYTES_PER_VALUE = 32
"""Of address space, for each sample that the picture's header declares. Of sound films of 16
megapixels the hungriest took 18 (run-length data) and 16 (JPEG 2000, of 16 bits)."""
SECONDS_PER_VALUE = 1e-6
"""Of a core, above the seconds that every film has. The slowest of those films, JPEG 2000, took
2e-7, and other cores are slower."""
_UNKNOWN_BYTES = 1 << 32
"""Taken for mapped where the system does not say."""


def bound(values: int, seconds: float) -> None:
    """From now on: memory for a picture of `values` samples beside what is mapped, refused where it
    would be more, and `seconds` and its share of a core, after which the process is ended."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = _address_space() + SPARE_BYTES + BYTES_PER_VALUE * values
    resource.setrlimit(resource.RLIMIT_AS, (_at_most(wanted, hard), hard))
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = math.ceil(process_time() + seconds + SECONDS_PER_VALUE * values)
    resource.setrlimit(resource.RLIMIT_CPU, (_at_most(wanted, hard), hard))


def leave_no_core() -> None:
    """A process that is ended writes none of its memory, which holds a patient's film, to disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _at_most(wanted: int, hard: int) -> int:
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def _address_space() -> int:
    pages = Path("/proc/self/statm")
    if not pages.exists():
        return _UNKNOWN_BYTES
    return int(pages.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
