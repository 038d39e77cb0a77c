"""The README's table of speed, and what docs/operations.md says of sizing, written from the JSON of
a run and never by hand.

`python -m bench.readme` writes it again; `--check` fails where it differs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.budget_report import NAME as BUDGET
from bench.inputs import REPOSITORY
from bench.report import NAME, goals_table

BEGIN, END = "<!-- bench: written by make bench -->", "<!-- /bench -->"
RESULT = REPOSITORY / "docs" / "bench" / f"{NAME}.json"
README, OPERATIONS = REPOSITORY / "README.md", REPOSITORY / "docs" / "operations.md"


def measured() -> dict[str, Any] | None:
    """The last run's data; None where there was none."""
    if not RESULT.is_file():
        return None
    result: dict[str, Any] = json.loads(RESULT.read_text(encoding="utf-8"))
    return result


def section(result: dict[str, Any]) -> str:
    machine, found = result["machine"], result["alone"]["median_ms"]
    return (
        f"{BEGIN}\n"
        f"Version {machine['model']} on {machine['cpus']} cores ({machine['processor']}), a PNG of "
        "1024 x 1024: "
        f"{found['service_explained']:.0f} ms explained, {found['service_unexplained']:.0f} ms "
        f"without; Flask, PyTorch and grad-cam take {found['baseline_explained']:.0f} ms.\n\n"
        f"{goals_table(result)}\n{_picture(result)}{END}"
    )


def sizing(result: dict[str, Any]) -> str:
    """What one process does, for whoever decides how many there are."""
    loads = [load["service"] for load in result["load"]]
    rates = [load["per_second"] for load in loads]
    costs = [load["cpu_ms_per_image"] for load in loads]
    cpus, memory, starts = (
        result["machine"]["cpus"], result["endurance"], result["starts"]["service_s"],
    )  # fmt: skip
    return (
        f"{BEGIN}\n"
        f"Version {result['machine']['model']} on {cpus} cores: {min(rates):.0f} to "
        f"{max(rates):.0f} explained answers a second with {loads[0]['clients']} to "
        f"{loads[-1]['clients']} clients, at {min(costs):.0f} to {max(costs):.0f} ms of a core "
        f"each, so about {max(rates) / cpus:.0f} a second for each core; "
        f"{result['alone']['median_ms']['service_explained']:.0f} ms for one alone; "
        f"{memory['steady_mb'] / 1000:.2f} GB of memory, steady over {memory['requests']:,} "
        f"requests; {min(starts)} to {max(starts)} s from start to ready.\n{END}"
    )


SECTIONS = {README: section, OPERATIONS: sizing}


def _picture(result: dict[str, Any]) -> str:
    if "budget" not in result:
        return ""
    return (
        f"\nWhere each millisecond of such an answer goes, of CPU and of wall time:\n\n"
        f'<img src="docs/bench/{BUDGET}.png" width="860" alt="Milliseconds of an answer by step">\n'
    )


def updated(
    text: str, result: dict[str, Any] | None,
    made: Callable[[dict[str, Any]], str] = section,
) -> str:  # fmt: skip
    """A document with the section of `result` in the place of the one it has; empty for None.

    Raises:
        ValueError: when it has none.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document lacks {BEGIN} and {END}")
    new = f"{BEGIN}\n{END}" if result is None else made(result)
    return before + new + after


def update(
    file: Path, result: dict[str, Any] | None, made: Callable[[dict[str, Any]], str] = section
) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(updated(text, result, made), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.readme", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    arguments = parser.parse_args()
    result = measured()
    differs = []
    for file, made in SECTIONS.items():
        text = file.read_text(encoding="utf-8")
        if not arguments.check:
            update(file, result, made)
        elif updated(text, result, made) != text:
            differs.append(file.name)
    if differs:
        said = f"{' and '.join(differs)} differ from docs/bench/bench.json: python -m bench.readme"
        print(said, file=sys.stderr)
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
