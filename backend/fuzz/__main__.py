"""`python -m fuzz`: bounded in minutes; exit status 1 when anything was answered wrongly."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from fuzz import decoding

CRASHES = Path(__file__).parents[1] / "tests" / "imaging" / "crashes"


def main() -> int:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--report", type=Path, default=Path("fuzz-decode.json"))
    arguments = parser.parse_args()
    tally = decoding.run(
        arguments.seed, arguments.inputs, arguments.minutes, CRASHES, arguments.report
    )
    print(json.dumps(asdict(tally), indent=2))
    return bool(tally.faults)


if __name__ == "__main__":
    raise SystemExit(main())
