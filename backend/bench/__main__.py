"""`python -m bench`: measure, judge against the goals, write tables and a chart."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import budget, measure
from bench.forward import Bare
from bench.goals import judge
from bench.inputs import REPOSITORY, SIDES
from bench.ratios import COMMITTED, as_data, told
from bench.report import NAME, markdown, write
from bench.server import baseline, service
from cxr_severity.machine import available_cpus
from cxr_severity.model.artifact import versions
from cxr_severity.model.predictor import Predictor
from cxr_severity.settings import Settings


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute, for a first look")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "docs" / "bench")
    parser.add_argument(
        "--readme", action="store_true", help="also write the README's table and the sizing from it"
    )
    parser.add_argument("--requests", type=int, default=8_000, help="of the endurance run")
    arguments = parser.parse_args()
    weights = Settings().model.weights
    result = run(weights, quick=arguments.quick, requests=arguments.requests)
    write(result, arguments.out)
    if arguments.readme:
        from bench.readme import SECTIONS, update

        for file, made in SECTIONS.items():
            update(file, result, made)
    print(markdown(result))
    if arguments.quick and COMMITTED.is_file():
        print(told(json.loads(COMMITTED.read_text(encoding="utf-8")), result))
    print(f"written to {arguments.out}/{NAME}.json, .md, .svg, .png")
    return 0


def run(weights: Path, *, quick: bool, requests: int = 8_000) -> dict[str, Any]:
    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    newest = weights / versions(weights)[-1]
    result: dict[str, Any] = {
        "made_by": "make bench" + (" QUICK=1" if quick else ""),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": _machine(newest),
    }
    result["starts"] = measure.starts(weights, 1 if quick else 3, say)
    bare = Bare(newest, threads=available_cpus())
    with service(weights) as ours, baseline(weights) as theirs:
        result["alone"] = measure.alone(ours, theirs, bare, 4 if quick else 20, say)
        clients = [1, 16] if quick else [1, 4, 16, 64]
        result["load"] = measure.under_load(ours, theirs, clients, 3 if quick else 8, say)
        sides = [512, 1024] if quick else list(SIDES)
        result["inputs"] = measure.by_input(ours, theirs, sides, 3 if quick else 5, say)
        result["peak_mb"] = {
            "service": round(ours.peak_mb(), 1),
            "baseline": round(theirs.peak_mb(), 1),
        }
    result["budget"] = budget.measure(weights, [1, 16], 3 if quick else 12)
    result["busy"] = measure.busy(weights, 3 if quick else 12, say)
    result["endurance"] = measure.endurance(weights, 300 if quick else requests, say)
    result["growth"] = measure.growth(weights, [100] if quick else [100, 1_000, 10_000], say)
    result["goals"] = judge(result)
    result["ratios"] = as_data(result)
    return result


def _machine(directory: Path) -> dict[str, Any]:
    settings = Settings()
    return {
        "processor": _processor(),
        "cpus": available_cpus(),
        "python": platform.python_version(),
        "packages": {
            name: version(name)
            for name in (
                "cxr-severity",
                "torch",
                "onnxruntime",
                "pillow",
                "isal",
                "kornia-rs",
                "flask",
                "grad-cam",
            )
        },
        "model": directory.name,
        "engine": Predictor.load(directory).engine,
        "settings": {
            name: {**settings.model.model_dump(), **settings.serve.model_dump()}[name]
            for name in (
                "threads",
                "threads_alone",
                "lanes",
                "batch",
                "batch_wait_ms",
                "concurrency",
                "queue",
            )
        },
        "load_average_before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


if __name__ == "__main__":
    sys.exit(main())
