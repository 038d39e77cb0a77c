"""What the service should reach, and whether a run reached it. Ratios hold within one run."""

from __future__ import annotations

from typing import Any


def judge(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of `goal`, `measured`, `limit` and `met`; those that a run did not measure are left
    out."""
    rows: list[dict[str, Any]] = []

    def goal(name: str, measured: float, limit: float, *, at_least: bool = False) -> None:
        met = measured >= limit if at_least else measured <= limit
        word = "at least" if at_least else "at most"
        rows.append(
            {"goal": name, "measured": round(measured, 2), "limit": f"{word} {limit:g}", "met": met}
        )

    ratios = result["alone"]["ratios"]
    goal(
        "Explained answer to a 1024 x 1024 PNG, times the fastest bare forward pass and decoding",
        ratios["explained_to_fastest_forward_and_decode"],
        2.5,
    )
    goal(
        "Baseline's time for it, times this service's",
        ratios["baseline_to_explained"],
        10,
        at_least=True,
    )
    rates = {row["clients"]: row for row in result["load"]}
    if 16 in rates:
        ours, theirs = rates[16]["service"], rates[16]["baseline"]
        if theirs["per_second"]:
            goal(
                "Explained answers a second at 16 clients, times the baseline's",
                ours["per_second"] / theirs["per_second"],
                12,
                at_least=True,
            )
    if 64 in rates:
        ours = rates[64]["service"]
        others = sum(n for status, n in ours["statuses"].items() if status not in ("200", "503"))
        goal("Errors other than 503 at 64 clients", others, 0)
        goal("p99 at 64 clients, times p50", ours["p99_ms"] / ours["p50_ms"], 3)
    endurance = result["endurance"]
    goal("Steady memory of the process, MB", endurance["steady_mb"], 700)
    goal(
        f"Growth of memory over the second half of {endurance['requests']} requests, percent",
        endurance["growth_percent"],
        2,
    )
    first, *later = result["starts"]["service_s"]
    goal("Seconds from start to ready", first, 4)
    if later:
        goal("A later start, times the first", max(later) / first, 1.2)
    return rows
