"""Mutated files through `decode`, in a process of its own that may die.

What must hold of each: an answer or an `InputRefusedError`, within two seconds of a core; and of
all together: memory that stays flat.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import InputRefusedError
from fuzz.mutate import mutated
from fuzz.seeds import decoding_seeds

MOST_SECONDS = 2.0
"""Of a core, for one input."""
_SILENT_SECONDS = 120
"""Of the clock, after which an input is taken to hang, whatever else the machine does."""
_NOTED = 1000
"""Inputs after which what came of them is written down."""


@dataclass
class Tally:
    """What came of the inputs of one run."""

    inputs: int = 0
    graded: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    slowest_ms: float = 0.0
    slowest_index: int = 0
    peak_mb_early: float = 0.0
    """After the first tenth."""
    peak_mb: float = 0.0
    faults: list[str] = field(default_factory=list)


def try_one(data: bytes, tally: Tally, name: str, index: int = 0) -> None:
    """Decode `data`, the input of that index, and count what came of it."""
    start = time.process_time()
    try:
        decode(data)
        tally.graded += 1
    except InputRefusedError as refusal:
        tally.refused[refusal.code] = tally.refused.get(refusal.code, 0) + 1
    except Exception as fault:  # noqa: BLE001 - whatever it is, is what is looked for
        tally.faults.append(f"{name}: {type(fault).__name__}")
    spent = time.process_time() - start
    tally.inputs += 1
    if spent * 1e3 > tally.slowest_ms:
        tally.slowest_ms, tally.slowest_index = round(spent * 1e3, 1), index
    if spent > MOST_SECONDS:
        tally.faults.append(f"{name}: {spent:.1f} s of a core")


def _work(
    seed: int, first: int, count: int, stop_at: float, at: Synchronized[int], out: str
) -> None:
    seeds = decoding_seeds()
    tally = Tally()
    for index in range(first, first + count):
        at.value = index
        faults = len(tally.faults)
        try_one(mutated(seeds, seed, index), tally, f"{seed}-{index}", index)
        if len(tally.faults) > faults or tally.inputs % _NOTED == 0:
            _note(tally, out)  # what was found must not be lost with the process
        if tally.inputs == count // 10:
            tally.peak_mb_early = _peak_mb()
        if time.monotonic() > stop_at:
            break
    _note(tally, out)


def _note(tally: Tally, out: str) -> None:
    tally.peak_mb = _peak_mb()
    partial = Path(f"{out}.partial")
    partial.write_text(json.dumps(asdict(tally)))
    partial.replace(out)


def _peak_mb() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6, 1)


def run(seed: int, count: int, minutes: float, crashes: Path, report: Path) -> Tally:
    """Up to `count` inputs within `minutes`; inputs that were answered wrongly are kept in
    `crashes`, and the tally in `report`.

    After a crash or a hang it goes on behind the input that was to blame.
    """
    context = multiprocessing.get_context("spawn")
    stop_at = time.monotonic() + 60 * minutes
    whole, first = Tally(), 0
    while first < count and time.monotonic() < stop_at:
        at = context.Value("q", first)
        arguments = (seed, first, count - first, stop_at, at, str(report))
        report.unlink(missing_ok=True)
        worker = context.Process(target=_work, args=arguments)
        worker.start()
        hung = _watch(worker, at)
        counted = whole.inputs
        if report.exists():
            _add(whole, json.loads(report.read_text()))
        if worker.exitcode == 0:
            break
        whole.inputs = counted + at.value - first + 1
        whole.faults.append(f"{seed}-{at.value}: {'a hang' if hung else 'a crash'}")
        first = at.value + 1
    report.write_text(json.dumps(asdict(whole), indent=2) + "\n")
    _keep(whole, decoding_seeds(), crashes)
    return whole


def _watch(worker: multiprocessing.process.BaseProcess, at: Synchronized[int]) -> bool:
    """Wait for the process; one that stays at an input is ended, and True is returned."""
    seen, since = at.value, time.monotonic()
    while worker.is_alive():
        worker.join(1)
        if at.value != seen:
            seen, since = at.value, time.monotonic()
        elif time.monotonic() - since > _SILENT_SECONDS and worker.is_alive():
            worker.kill()
            worker.join()
            return True
    return False


def _add(whole: Tally, found: dict[str, object]) -> None:
    part = Tally(**found)  # type: ignore[arg-type]
    whole.inputs += part.inputs
    whole.graded += part.graded
    for code, times in part.refused.items():
        whole.refused[code] = whole.refused.get(code, 0) + times
    if part.slowest_ms > whole.slowest_ms:
        whole.slowest_ms, whole.slowest_index = part.slowest_ms, part.slowest_index
    whole.peak_mb_early, whole.peak_mb = part.peak_mb_early, part.peak_mb
    whole.faults += part.faults


def _keep(tally: Tally, seeds: Sequence[bytes], crashes: Path) -> None:
    for fault in tally.faults:
        seed, index = fault.split(":")[0].split("-")
        data = mutated(seeds, int(seed), int(index))
        name = hashlib.sha256(data).hexdigest()[:16]
        crashes.mkdir(parents=True, exist_ok=True)
        (crashes / name).write_bytes(data)
        sys.stderr.write(f"{fault}: kept as {crashes / name}\n")
