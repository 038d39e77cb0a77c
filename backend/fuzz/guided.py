"""Files that atheris makes for the parsers, guided by the code that they reach: `fuzz.reached` in a
process of its own, which ends at the first fault with the input kept."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from fuzz.seeds import decoding_seeds

_BACKEND = Path(__file__).parents[1]
_LONGEST = 16_384
"""Bytes of an input: headers are short, and what lies behind them is the native decoders'."""
_SILENT_SECONDS = 120
"""Of the clock, after which an input is taken to hang, whatever else the machine does."""
_MOST_MB = 1500
_OWN_MEMORY = '"$@"; exit $?'
"""A shell in between. The most memory that a process ever had stays noted over an exec, and
libFuzzer reads that note: started by one of two gigabytes, it would end at once."""


@dataclass(frozen=True, slots=True)
class Guided:
    """What came of a run."""

    inputs: int
    kept: int
    """Inputs that reached code which no other did."""
    crashes: int
    log: str


def available() -> bool:
    return importlib.util.find_spec("atheris") is not None


def run(minutes: float, seed: int, corpus: Path, crashes: Path) -> Guided:
    """Try inputs for `minutes`.

    Args:
        corpus: folder of what reached new code; a later run begins with it.
        crashes: folder for the input that was answered wrongly, if one was.
    """
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(decoding_seeds()):
        if len(data) <= _LONGEST:
            (corpus / f"seed-{number:02}").write_bytes(data)
    before = set(crashes.iterdir())
    command = [
        *("sh", "-c", _OWN_MEMORY, "sh"),
        *(sys.executable, "-m", "fuzz.reached", str(corpus), f"-seed={seed + 1}"),
        *(f"-max_total_time={round(60 * minutes)}", f"-max_len={_LONGEST}", "-print_final_stats=1"),
        *(f"-timeout={_SILENT_SECONDS}", f"-report_slow_units={_SILENT_SECONDS}"),
        *(f"-rss_limit_mb={_MOST_MB}", "-reload=0"),
        f"-artifact_prefix={crashes}{os.sep}",
    ]
    ended = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PYTHONPATH": str(_BACKEND)},
    )  # fmt: skip
    found = len(set(crashes.iterdir()) - before)
    if not any(crashes.iterdir()):
        crashes.rmdir()
    executed = re.search(r"stat::number_of_executed_units:\s*(\d+)", ended.stdout)
    faults = max(found, int(ended.returncode != 0))
    kept = len(list(corpus.iterdir()))
    return Guided(int(executed[1]) if executed else 0, kept, faults, ended.stdout)
