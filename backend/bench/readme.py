"""The README's table of speed, written from the JSON of a run and never by hand.

`python -m bench.readme` writes it again; `--check` fails where it differs.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bench.budget_report import NAME as BUDGET
from bench.inputs import REPOSITORY
from bench.report import NAME, goals_table

BEGIN, END = "<!-- bench: written by make bench -->", "<!-- /bench -->"
RESULT = REPOSITORY / "docs" / "bench" / f"{NAME}.json"
README = REPOSITORY / "README.md"


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


def _picture(result: dict[str, Any]) -> str:
    if "budget" not in result:
        return ""
    return (
        f"\nWhere each millisecond of such an answer goes, of CPU and of wall time:\n\n"
        f'<img src="docs/bench/{BUDGET}.png" width="860" alt="Milliseconds of an answer by step">\n'
    )


def updated(text: str, result: dict[str, Any] | None) -> str:
    """The README with the section of `result` in the place of the one it has; empty for None.

    Raises:
        ValueError: when it has none.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the README lacks {BEGIN} and {END}")
    new = f"{BEGIN}\n{END}" if result is None else section(result)
    return before + new + after


def update(readme: Path, result: dict[str, Any] | None) -> None:
    text = readme.read_text(encoding="utf-8")
    readme.write_text(updated(text, result), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.readme", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    arguments = parser.parse_args()
    result = measured()
    if not arguments.check:
        update(README, result)
        return 0
    text = README.read_text(encoding="utf-8")
    if updated(text, result) == text:
        return 0
    print("README.md differs from docs/bench/bench.json: python -m bench.readme", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
