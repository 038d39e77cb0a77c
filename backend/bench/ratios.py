"""What a run says in ratios within itself, and whether a later one is slower than noise explains.

`python -m bench.ratios OLD NEW` compares two runs and exits with 1 where something became slower.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.goals import fastest
from bench.inputs import REPOSITORY
from bench.tables import table

COMMITTED = REPOSITORY / "docs" / "bench" / "bench.json"
FLOOR = 0.05
"""Share by which a ratio may always differ: clocks, caches and placing in memory."""
ONE_SHOT = 0.15
"""As much for what a run measures but once."""
_STEP = 0.3
"""As much for a step of the budget, which is small beside the whole."""
_LEAST_STEP = 0.03
"""Of the network's CPU: a step below it is not compared."""
_DEVIATIONS = 3.0


@dataclass(frozen=True)
class Ratio:
    """One figure of a run; `noise` is the share by which it may differ by chance."""

    value: float
    noise: float
    higher_is_faster: bool = False


def ratios(result: dict[str, Any]) -> dict[str, Ratio]:
    """Those that a run measured, by name. Each divides by something of the same run, so that
    another machine or a busier one moves both sides."""
    found: dict[str, Ratio] = {}
    alone = result["alone"]
    for name, value in alone["ratios"].items():
        rounds = alone.get("ratios_by_round", {}).get(name, [])
        noise = _noise(rounds) if len(rounds) > 2 else ONE_SHOT
        found[name] = Ratio(value, noise, higher_is_faster=name.startswith("baseline_to"))
    forward = fastest(alone["median_ms"], "forward")
    for row in result["load"]:
        ours, theirs = row["service"], row["baseline"]
        if theirs["per_second"] and ours["cpu_ms_per_image"]:
            who = f"{row['clients']} clients"
            rate = ours["per_second"] / theirs["per_second"]
            found[f"rate to baseline's, {who}"] = Ratio(rate, ONE_SHOT, higher_is_faster=True)
            found[f"CPU to forward pass, {who}"] = Ratio(
                ours["cpu_ms_per_image"] / forward, ONE_SHOT
            )
    if "busy" in result:
        found["busy machine, to one thread"] = Ratio(result["busy"]["to_one_thread"], ONE_SHOT)
    for phase in result.get("budget", {}).get("phases", []):
        network = phase["cpu_ms"].get("network", 0.0)
        for step, spent in phase["cpu_ms"].items():
            if step != "network" and network and spent >= _LEAST_STEP * network:
                name = f"CPU of {step} to network, clients: {phase['clients']}"
                found[name] = Ratio(spent / network, _STEP)
    return found


def slower(old: dict[str, Ratio], new: dict[str, Ratio]) -> list[str]:
    """A line for each ratio of both that became worse by more than both runs' noise."""
    lines = []
    for name, before in old.items():
        now = new.get(name)
        if now is None or not before.value or not now.value:
            continue
        change = before.value / now.value if before.higher_is_faster else now.value / before.value
        allowed = 1 + max(FLOOR, (before.noise**2 + now.noise**2) ** 0.5)
        if change > allowed:
            lines.append(
                f"{name}: {before.value:.2f} -> {now.value:.2f}, "
                f"{change:.2f} times as slow; noise explains {allowed:.2f}"
            )
    return lines


def told(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Both runs beside each other, and what became slower."""
    before, now = ratios(old), ratios(new)
    rows = [
        [name, f"{before[name].value:.2f}", f"{now[name].value:.2f}"]
        for name in before
        if name in now
    ]
    lines = slower(before, now)
    verdict = "\n".join(f"SLOWER {line}" for line in lines) or "Nothing became slower than noise."
    notes = [
        f"The {what} differs: {old['machine'][what]} and {new['machine'][what]}."
        for what in ("model", "processor", "cpus", "engine")
        if old["machine"][what] != new["machine"][what]
    ]
    return "\n".join([table(["ratio", "committed", "now"], rows), "", *notes, verdict])


def as_data(result: dict[str, Any]) -> dict[str, Any]:
    return {name: asdict(ratio) for name, ratio in ratios(result).items()}


def _noise(rounds: list[float]) -> float:
    """By how much, as a share, the median of such rounds may differ: three standard errors, from
    the median deviation, which a hiccup does not move."""
    middle = median(rounds)
    deviation = 1.48 * median(abs(value - middle) for value in rounds)
    return float(_DEVIATIONS * 1.25 * deviation / len(rounds) ** 0.5 / middle)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.ratios", description=__doc__)
    parser.add_argument("old", type=Path, nargs="?", default=COMMITTED)
    parser.add_argument(
        "new", type=Path, nargs="?", default=REPOSITORY / "runs" / "bench" / "bench.json"
    )
    arguments = parser.parse_args()
    old, new = (
        json.loads(file.read_text(encoding="utf-8")) for file in (arguments.old, arguments.new)
    )
    print(told(old, new))
    return 1 if slower(ratios(old), ratios(new)) else 0


if __name__ == "__main__":
    sys.exit(main())
