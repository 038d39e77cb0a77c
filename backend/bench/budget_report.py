"""The budget of an answer as a table and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.budget import ORDER
from bench.tables import table

NAME = "budget"


def budget_table(found: dict[str, Any]) -> str:
    phases = found["phases"]
    header = [""]
    for phase in phases:
        who = f"{phase['clients']} client" + ("s" if phase["clients"] > 1 else "")
        header += [f"CPU, {who}", f"wall, {who}"]
    rows: list[list[object]] = []
    for name in ORDER:
        values = [phase[kind].get(name) for phase in phases for kind in ("cpu_ms", "wall_ms")]
        if any(value is not None for value in values):
            rows.append([name, *values])
    measured = [phase[kind] for phase in phases for kind in ("whole_cpu_ms", "whole_wall_ms")]
    explained = [phase[kind] for phase in phases for kind in ("explained_cpu", "explained_wall")]
    rows.append(["measured as a whole", *measured])
    rows.append(["of that explained", *(f"{100 * share:.0f}%" for share in explained)])
    return table(header, rows)


def budget_text(found: dict[str, Any]) -> str:
    """The section of the report."""
    return f"""## Where each millisecond goes
Of an explained answer to a PNG of 1024 x 1024, in milliseconds: CPU of the whole process, and wall
time as the client sees it. CPU sums up all threads. Wall time follows the one way that an answer
takes: what another thread does meanwhile counts only while the answer waits for it, so that steps
beside it have CPU and no wall time. The wholes are measured apart from the steps, by the client's
clock and the kernel's count; `other` is what no step explains. Timers around the steps take part in
both.

{budget_table(found)}

![Where each millisecond goes]({NAME}.svg)
"""


def budget_chart(found: dict[str, Any], folder: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = NAME
    from matplotlib import pyplot as plt

    phases = found["phases"]
    figure, panels = plt.subplots(
        1, len(phases), figsize=(10, 6), layout="constrained", squeeze=False
    )
    for axes, phase in zip(panels[0], phases, strict=True):
        names = [name for name in ORDER if name in phase["cpu_ms"] or name in phase["wall_ms"]]
        for offset, kind, label, colour in (
            (-0.2, "cpu_ms", "CPU", "#31688e"),
            (0.2, "wall_ms", "wall", "#e0a030"),
        ):
            values = [phase[kind].get(name, 0.0) for name in names]
            whole = phase[f"whole_{kind}"]
            places = [i + offset for i in range(len(names))]
            bars = axes.barh(places, values, 0.4, label=f"{label}, {whole:.0f} ms", color=colour)
            axes.bar_label(bars, [f"{v:.1f}" if v >= 0.05 else "" for v in values], fontsize=6)
        axes.set_yticks(range(len(names)), names, fontsize=8)
        axes.invert_yaxis()
        axes.margins(x=0.1, y=0.01)
        many = "client" if phase["clients"] == 1 else "clients"
        axes.set_xlabel(f"milliseconds of an answer, {phase['clients']} {many}")
        axes.legend(frameon=False, loc="lower right")
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(folder / f"{NAME}.svg", metadata={"Date": None})
    figure.savefig(folder / f"{NAME}.png", dpi=110)
    plt.close(figure)
