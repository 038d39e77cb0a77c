"""`python -m fuzz`: bounded in minutes; exit status 1 when anything was answered wrongly.

Each part tries its inputs for MINUTES, or until it has had as many as `--inputs` says, and prints
one line.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from bench.server import service

from fuzz import decoding, document, guided, http

TESTS = Path(__file__).parents[1] / "tests"
CRASHES = TESTS / "imaging" / "crashes"
REQUESTS = TESTS / "api" / "crashes"
WEIGHTS = Path(__file__).parents[1] / "weights"
PARTS = ("decode", "guided", "http", "document")


def main() -> int:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; or all")
    parser.add_argument("--minutes", type=float, default=2.0, help="for each part")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="for each part, at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reports", type=Path, default=Path("../runs/fuzz"), metavar="DIR")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    asked.reports.mkdir(parents=True, exist_ok=True)
    faults = [_part(part, asked) for part in asked.parts or PARTS]
    return int(any(faults))


def _part(part: str, asked: argparse.Namespace) -> int:
    """How many faults it found."""
    if part == "decode":
        report = asked.reports / "decode.json"
        tally = decoding.run(asked.seed, asked.inputs, asked.minutes, CRASHES, report)
        return _say(part, asdict(tally), len(tally.faults))
    if part == "guided":
        if not guided.available():
            print("guided: left out; atheris is not installed (pip install 'cxr-severity[fuzz]')")
            return 0
        found = guided.run(asked.minutes, asked.seed, asked.reports / "corpus", CRASHES)
        (asked.reports / "guided.log").write_text(found.log)
        counts = {**asdict(found), "log": "guided.log"}
        return _say(part, counts, found.crashes)
    with service(WEIGHTS) as server:
        if part == "http":
            sent = http.run(
                server.port, server.pid, asked.seed, asked.inputs, asked.minutes, REQUESTS
            )
            faults = sent.faults if server.is_alive else [*sent.faults, "the service ended"]
            return _say(part, {**asdict(sent), "faults": faults}, len(faults))
        url = f"http://127.0.0.1:{server.port}"
        wrong, said = document.run(url, 60 * asked.minutes, asked.seed)
        (asked.reports / "document.log").write_text(said)
        return _say(part, {"said": said.strip().splitlines()[-1].strip("= ")}, wrong)


def _say(part: str, found: dict[str, object], faults: int) -> int:
    print(f"{part}: {json.dumps(found)}", flush=True)
    if faults:
        print(f"{part}: {faults} faults", file=sys.stderr)
    return faults


if __name__ == "__main__":
    raise SystemExit(main())
