"""What the service should reach, and whether a run reached it. Ratios hold within one run."""

from __future__ import annotations

from typing import Any

_LARGE = {("png", 4096): 70.0, ("dicom", 4096): 60.0}
"""Milliseconds by format and side."""


def fastest(medians: dict[str, float], kind: str) -> float:
    """The least of the rows of one kind: `forward` or `decode`."""
    return min(value for name, value in medians.items() if name.startswith(f"{kind}_"))


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
        1.6,
    )
    goal(
        "Baseline's time for it, times this service's",
        ratios["baseline_to_explained"],
        14,
        at_least=True,
    )
    rates = {row["clients"]: row for row in result["load"]}
    if 16 in rates:
        ours, theirs = rates[16]["service"], rates[16]["baseline"]
        if theirs["per_second"]:
            goal(
                "Explained answers a second at 16 clients, times the baseline's",
                ours["per_second"] / theirs["per_second"],
                16,
                at_least=True,
            )
        forward = fastest(result["alone"]["median_ms"], "forward")
        # 22 ms where the bare forward pass takes 6.5.
        goal(
            "CPU of an explained answer at 16 clients, times the fastest bare forward pass",
            ours["cpu_ms_per_image"] / forward,
            3.4,
        )
    if 64 in rates:
        ours = rates[64]["service"]
        others = sum(n for status, n in ours["statuses"].items() if status not in ("200", "503"))
        goal("Errors other than 503 at 64 clients", others, 0)
        goal("p99 at 64 clients, times p50", ours["p99_ms"] / ours["p50_ms"], 1.5)
    for phase in result.get("budget", {}).get("phases", []):
        least = min(phase["explained_cpu"], phase["explained_wall"])
        many = "1 client" if phase["clients"] == 1 else f"{phase['clients']} clients"
        goal(f"Share of an answer that the budget explains, {many}", least, 0.95, at_least=True)
    for row in result["inputs"]:
        limit = _LARGE.get((row["format"], row["side"]))
        if limit is not None:
            name = f"Explained {row['format'].upper()} of {row['side']} x {row['side']}, ms"
            goal(name, row["service_explained_ms"], limit)
    if "busy" in result:
        name = "p50 beside a busy process for each core, times what one thread gives"
        goal(name, result["busy"]["to_one_thread"], 1.3)
    endurance = result["endurance"]
    goal("Memory when ready, MB", endurance["ready_mb"], 350)
    goal("Steady memory of the process, MB", endurance["steady_mb"], 700)
    goal(
        f"Growth of memory over the second half of {endurance['requests']} requests, percent",
        endurance["growth_percent"],
        2,
    )
    first, *later = result["starts"]["service_s"]
    goal("Seconds from start to ready", first, 1.5)
    if later:
        goal("A later start, times the first", max(later) / first, 1.2)
    return rows
