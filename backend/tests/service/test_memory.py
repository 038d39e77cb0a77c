"""Memory that a large film took is the system's again afterwards."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cxr_severity.service.memory import _glibc

pytestmark = pytest.mark.skipif(_glibc() is None, reason="of glibc's allocator alone")

# Blocks that glibc keeps, as it maps only larger ones by themselves; the last one pins the rest.
PROGRAM = """
import sys
from pathlib import Path
from cxr_severity.imaging.limits import DEFAULT_LIMITS
from cxr_severity.service.film_memory import FilmMemory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 1_000_000

side, memory = int(sys.argv[1]), FilmMemory(4_000_000_000)
before = resident()
with memory.share(DEFAULT_LIMITS) as limits:
    limits.check_size(side, side)
    blocks = [bytearray(60_000) for _ in range(4_000)]
    last = blocks[-1]
    during = resident()
    del blocks
print(during - before, resident() - before)
"""


@pytest.mark.parametrize(("side", "given_back"), [(8000, True), (1000, False)])
def test_memory_is_given_back_after_a_large_film(side: int, given_back: bool) -> None:
    """Not after every film, as that would take time from each."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(side)], capture_output=True, text=True, check=True
    )
    during, after = map(int, done.stdout.split())
    assert during > 200
    assert (after < 40) == given_back, (during, after)
