"""The measurements, each a function that returns plain data for the JSON report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench.client import latencies, load, multipart
from bench.forward import REPEATS, Bare, decode_ms
from bench.inputs import FORMATS, Format, radiograph
from bench.server import Server, baseline, service
from cxr_severity.machine import available_cpus

EXPLAINED, BARE = "/predict?force=true", "/predict?explain=false&force=true"
"""`force`: the gate works all the same, and whether it likes an enlarged sample must not matter."""
_HOG = "while True: pass"
Say = Callable[[str], None]


def starts(weights: Path, times: int, say: Say) -> dict[str, Any]:
    """Seconds from the start of the process to ready, one start after the other."""
    found = []
    for i in range(times):
        with service(weights) as server:
            found.append(round(server.ready_s, 2))
            say(f"start {i + 1}: ready after {found[-1]} s")
    with baseline(weights) as server:
        return {"service_s": found, "baseline_s": round(server.ready_s, 2)}


def alone(ours: Server, theirs: Server, bare: Bare, rounds: int, say: Say) -> dict[str, Any]:
    """One client, a PNG of 1024 x 1024: each round measures everything once, in turn, so that
    whatever else the machine does touches all of it alike."""
    data = radiograph(1024, "png")
    body = multipart(data)
    rows: dict[str, list[float]] = {}

    def note(name: str, values: list[float]) -> None:
        rows.setdefault(name, []).extend(values)

    ratios: dict[str, list[float]] = {}
    for _ in range(rounds):
        forward = {engine: bare.forward_ms(engine) for engine in bare.engines}
        decoded = decode_ms(data)
        explained = latencies(ours, EXPLAINED, body, REPEATS)
        plain = latencies(theirs, EXPLAINED, body, REPEATS)
        for engine, value in forward.items():
            note(f"forward_{engine}", [value])
        for decoder, value in decoded.items():
            note(f"decode_{decoder}", [value])
        note("service_explained", explained)
        note("service_unexplained", latencies(ours, BARE, body, REPEATS))
        note("baseline_explained", plain)
        fastest = min(forward.values()) + min(decoded.values())
        ratios.setdefault("explained_to_fastest_forward_and_decode", []).append(
            median(explained) / fastest
        )
        ratios.setdefault("baseline_to_explained", []).append(median(plain) / median(explained))
    for name, values in rows.items():
        say(f"{name}: {median(values):.1f} ms")
    return {
        "input": {"format": "png", "side": 1024, "bytes": len(data)},
        "rounds": rounds,
        "median_ms": {name: round(median(values), 2) for name, values in rows.items()},
        "ratios": {name: round(median(values), 2) for name, values in ratios.items()},
        "ratios_by_round": {
            name: [round(value, 3) for value in values] for name, values in ratios.items()
        },
    }


def under_load(
    ours: Server, theirs: Server, clients: list[int], seconds: float, say: Say
) -> list[dict[str, Any]]:
    body = multipart(radiograph(1024, "png"))
    rows = []
    for count in clients:
        row = {
            "service": load(ours, EXPLAINED, body, count, seconds).summary(),
            "service_unexplained": load(ours, BARE, body, count, seconds / 2).summary(),
            "baseline": load(theirs, EXPLAINED, body, count, seconds).summary(),
        }
        for name, found in row.items():
            say(f"{count} clients, {name}: {found}")
        rows.append({"clients": count, **row})
    return rows


def by_input(
    ours: Server, theirs: Server, sides: list[int], repeats: int, say: Say
) -> list[dict[str, Any]]:
    rows = []
    for side in sides:
        for file_format in FORMATS:
            data = radiograph(side, file_format)
            row: dict[str, Any] = {"format": file_format, "side": side, "bytes": len(data)}
            row |= _input_row(ours, theirs, file_format, multipart(data), repeats)
            say(str(row))
            rows.append(row)
    return rows


def _input_row(
    ours: Server, theirs: Server, file_format: Format, body: bytes, repeats: int
) -> dict[str, float | None]:
    def one(server: Server, path: str, count: int) -> float:
        return round(median(latencies(server, path, body, count)), 1)

    return {
        "service_explained_ms": one(ours, EXPLAINED, repeats),
        "service_unexplained_ms": one(ours, BARE, repeats),
        # The baseline reads what Pillow reads.
        "baseline_explained_ms": None
        if file_format == "dicom"
        else one(theirs, EXPLAINED, max(1, repeats // 2)),
    }


def busy(weights: Path, rounds: int, say: Say) -> dict[str, Any]:
    """One client beside one process for each core that does nothing but compute; the service as it
    is, and one that may use but one thread, in turn."""
    body = multipart(radiograph(1024, "png"))
    found: dict[str, list[float]] = {"as_it_is": [], "one_thread": []}
    with service(weights) as ours, service(weights, threads_alone="1") as single:
        for server in (ours, single):
            latencies(server, EXPLAINED, body, 20)
        hogs = [subprocess.Popen([sys.executable, "-c", _HOG]) for _ in range(available_cpus())]
        try:
            for _ in range(rounds):
                found["as_it_is"] += latencies(ours, EXPLAINED, body, REPEATS)
                found["one_thread"] += latencies(single, EXPLAINED, body, REPEATS)
        finally:
            for hog in hogs:
                hog.kill()
                hog.wait()
    p50 = {name: round(median(values), 1) for name, values in found.items()}
    ratio = round(p50["as_it_is"] / p50["one_thread"], 2)
    say(f"beside {len(hogs)} busy processes: {p50} ms, {ratio}")
    return {"hogs": len(hogs), "p50_ms": p50, "to_one_thread": ratio}


def endurance(weights: Path, requests: int, say: Say) -> dict[str, Any]:
    """Resident memory over many explained requests of four clients, sizes mixed."""
    parts = 10
    bodies = [multipart(radiograph(side, "jpeg")) for side in (512, 640, 384, 448, 576)]
    with service(weights) as server:
        at_start = server.resident_mb()
        marks = []
        for part in range(parts):
            body = bodies[part % len(bodies)]
            found = load(server, EXPLAINED, body, 4, 600, requests=requests // parts)
            if set(found.statuses) != {"200"}:
                raise RuntimeError(f"endurance: {found.statuses}")
            marks.append(round(server.resident_mb(), 1))
            say(f"{(part + 1) * requests // parts} requests: {marks[-1]} MB")
        # The first tenth fills caches and the allocator's arenas, and each size is met by half.
        middle, end = marks[len(bodies) - 1], marks[-1]
        return {
            "requests": requests,
            "ready_mb": round(at_start, 1),
            "steady_mb": end,
            "peak_mb": round(server.peak_mb(), 1),
            "marks_mb": marks,
            "growth_percent": round(100 * (end - middle) / middle, 2),
        }


def growth(weights: Path, counts: list[int], say: Say) -> list[dict[str, Any]]:
    """Time and peak memory of the command line over more and more files.

    Its start is measured by a run of one file and taken off, so that the rate is the work's.
    """
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for i in range(20):
            file = Path(folder) / f"film{i}.jpg"
            file.write_bytes(radiograph(512, "jpeg", seed=i))
            files.append(str(file))
        for count in [1, *counts]:
            wanted = (files * (count // len(files) + 1))[:count]
            seconds, peak = _command_line(weights, wanted)
            start = rows[0]["seconds"] if rows else 0.0
            row: dict[str, Any] = {
                "images": count,
                "seconds": round(seconds, 2),
                "peak_mb": round(peak, 1),
            }
            if rows:
                row["images_per_second"] = round(count / max(seconds - start, 1e-3), 1)
            say(str(row))
            rows.append(row)
    return rows


def _command_line(weights: Path, files: list[str]) -> tuple[float, float]:
    """Seconds and peak resident megabytes of scoring `files`."""
    options = ["--json", "--no-explain", "--force"]
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "cxr_severity.cli", "predict", *options, *files],
        env={**os.environ, "CXR_WEIGHTS": str(weights)},
        stdout=subprocess.PIPE,
    )
    if process.stdout is None:
        raise RuntimeError("no output")
    answers = sum(1 for line in process.stdout if "probabilities" in json.loads(line))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or answers != len(files):
        raise RuntimeError(f"{answers} of {len(files)} files were answered")
    return time.perf_counter() - start, usage.ru_maxrss * 1024 / 1e6
