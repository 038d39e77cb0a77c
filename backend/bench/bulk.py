"""`python -m bench.bulk`: films in bulk by `cxr-severity score`, the run killed again and again.

The table must hold each film once. What is measured is the whole of it, the starts of the processes
and of every run included: films a second as the clock of this machine had them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from pyarrow import parquet

from bench.inputs import REPOSITORY
from cxr_severity.bulk.own import journal_of

_VARIANTS = 5
"""Of each sample, by where it is cut and how bright it is."""
_LOOK = 0.05
"""Seconds between two looks at the journal."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.bulk", description=__doc__)
    parser.add_argument("--films", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--engine", choices=("processes", "ray"), default="processes")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bulk-") as name:
        folder, out = Path(name, "films"), Path(name, "table.parquet")
        make(folder, asked.films)
        command = [
            *(sys.executable, "-m", "cxr_severity.cli", "score", str(folder), "--out", str(out)),
            *("--workers", str(asked.workers), "--engine", asked.engine),
        ]
        start = time.perf_counter()
        for kill in range(1, asked.kills + 1):
            killed_at = killed(command, journal_of(out), asked.films * kill // (asked.kills + 1))
            print(f"kill {kill}: {killed_at} rows", file=sys.stderr, flush=True)
        ended = subprocess.run(command, env=_environment(), stderr=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        table = parquet.read_table(out, columns=["file", "status", "duplicate_of"])
        rows = table.to_pylist()
    statuses = [row["status"] for row in rows]
    found = {
        "films": asked.films,
        "kills": asked.kills,
        "engine": asked.engine,
        "workers": asked.workers,
        "exit_status": ended.returncode,
        "rows": len(rows),
        "distinct": len({row["file"] for row in rows}),
        "duplicates": sum(bool(row["duplicate_of"]) for row in rows),
        "statuses": {status: statuses.count(status) for status in sorted(set(statuses))},
        "seconds": round(seconds, 1),
        "films_per_second": round(asked.films / seconds, 2),
    }
    print(json.dumps(found))
    return 0 if found["rows"] == found["distinct"] == asked.films else 1


def make(folder: Path, count: int) -> None:
    """JPEGs of the samples, no two with the same bytes: each has a comment of its own."""
    folder.mkdir()
    kinds = [_variant(path, which) for path in _samples() for which in range(_VARIANTS)]
    for number in range(count):
        film = kinds[number % len(kinds)]
        comment = f"film {number}".encode()
        segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
        (folder / f"{number:06}.jpg").write_bytes(film[:2] + segment + film[2:])


def _samples() -> list[Path]:
    return sorted((REPOSITORY / "samples").glob("*.png"))


def _variant(path: Path, which: int) -> bytes:
    grey = np.asarray(Image.open(path).convert("L"), np.float32)
    cut = grey[which : grey.shape[0] - which, 2 * which :]
    pixels = np.clip(cut * (1 + 0.02 * which), 0, 255).astype(np.uint8)
    out = BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=92)
    return out.getvalue()


def killed(command: list[str], journal: Path, rows: int) -> int:
    """Run until the journal has that many rows, then SIGKILL; returns how many there were.

    Raises:
        RuntimeError: it ended before.
    """
    run = subprocess.Popen(command, env=_environment(), stderr=subprocess.DEVNULL)
    while _rows(journal) < rows:
        if run.poll() is not None:
            raise RuntimeError(f"the run ended with status {run.returncode}")
        time.sleep(_LOOK)
    run.kill()
    run.wait()
    return _rows(journal)


def _rows(journal: Path) -> int:
    # Its first line says what run it is of.
    return max(0, journal.read_bytes().count(b"\n") - 1) if journal.exists() else 0


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY / "backend")}


if __name__ == "__main__":
    sys.exit(main())
