"""Tables and a chart from a run's data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.budget_report import budget_chart, budget_text
from bench.goals import fastest
from bench.tables import table

NAME = "bench"


def write(result: dict[str, Any], folder: Path) -> None:
    """JSON, Markdown and chart of a run."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2, ensure_ascii=False)
    (folder / f"{NAME}.json").write_text(text + "\n", encoding="utf-8")
    (folder / f"{NAME}.md").write_text(markdown(result), encoding="utf-8")
    chart(result, folder)
    if "budget" in result:
        budget_chart(result["budget"], folder)


def goals_table(result: dict[str, Any]) -> str:
    return table(
        ["goal", "limit", "measured", ""],
        [
            [row["goal"], row["limit"], row["measured"], "met" if row["met"] else "**not met**"]
            for row in result["goals"]
        ],
    )


def alone_table(result: dict[str, Any]) -> str:
    names = {
        "forward_onnxruntime": "bare backbone, ONNX Runtime",
        "forward_openvino": "bare backbone, OpenVINO",
        "forward_torch": "bare backbone, PyTorch",
        "decode_pillow": "decoding the PNG, Pillow",
        "decode_own": "decoding the PNG, ISA-L and kornia_rs, as the service does",
        "service_unexplained": "service, without explanation",
        "service_explained": "service, explained",
        "baseline_explained": "Flask, PyTorch and grad-cam, explained",
    }
    found = result["alone"]["median_ms"]
    return table(
        ["", "ms, median"],
        [[label, found[name]] for name, label in names.items() if name in found],
    )


def load_table(result: dict[str, Any]) -> str:
    rows = []
    for row in result["load"]:
        for name in ("service", "service_unexplained", "baseline"):
            found = row[name]
            rows.append(
                [
                    row["clients"],
                    name.replace("_", ", "),
                    found["per_second"],
                    found["p50_ms"],
                    found["p95_ms"],
                    found["p99_ms"],
                    found["cpu_ms_per_image"],
                    found["health_max_ms"],
                    ", ".join(f"{n} x {status}" for status, n in found["statuses"].items()),
                ]
            )
    header = ["clients", "", "answers/s", "p50 ms", "p95", "p99", "CPU ms/image", "health max ms"]
    return table([*header, "statuses"], rows)


def _busy_text(result: dict[str, Any]) -> str:
    if "busy" not in result:
        return ""
    busy = result["busy"]
    p50 = busy["p50_ms"]
    return f"""## On a busy machine
One client beside {busy["hogs"]} processes that do nothing but compute: p50 {p50["as_it_is"]} ms;
with `CXR_THREADS_ALONE=1` {p50["one_thread"]} ms.
"""


def markdown(result: dict[str, Any]) -> str:
    machine, starts, endurance = result["machine"], result["starts"], result["endurance"]
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    settings = ", ".join(f"{name} {value}" for name, value in machine["settings"].items())
    inputs = [
        [
            f"{row['format']} {row['side']} x {row['side']}",
            f"{row['bytes'] / 1e6:.2f}",
            row["service_explained_ms"],
            row["service_unexplained_ms"],
            row["baseline_explained_ms"],
        ]
        for row in result["inputs"]
    ]
    growth = [
        [row["images"], row["seconds"], row.get("images_per_second"), row["peak_mb"]]
        for row in result["growth"]
    ]
    return f"""# How fast it is

Measured by `{result["made_by"]}` at {result["made_at"]} on {machine["cpus"]} cores
({machine["processor"]}; load average before the run {machine["load_average_before"]}). Model
{machine["model"]}, engine {machine["engine"]}. Python {machine["python"]}, {packages}.
Settings: {settings}. Client, service and baseline shared these cores.

The baseline is
[Flask, eager PyTorch and the grad-cam library](../../backend/bench/baseline_flask.py), with the
same network and weights, and pictures of the same sizes. Ratios are medians of ratios, each within
one round.

![Latency alone, and throughput by number of clients]({NAME}.svg)

## Goals
{goals_table(result)}

## One client, PNG of 1024 x 1024
{alone_table(result)}

{budget_text(result["budget"]) if "budget" in result else ""}
## Under load, PNG of 1024 x 1024
A client sends its next request when it has its answer; after a 503 it waits as long as
`Retry-After` says. Latencies are of answers with 200. Health is asked ten times a second meanwhile.

{load_table(result)}

{_busy_text(result)}
## By input, one client
{table(["input", "MB", "explained ms", "not explained ms", "baseline ms"], inputs)}

## Start and memory
{
        table(
            ["", ""],
            [
                ["starts to ready, s, in turn", ", ".join(map(str, starts["service_s"]))],
                ["start to ready, baseline, s", starts["baseline_s"]],
                ["resident when ready, MB", endurance["ready_mb"]],
                [f"resident after {endurance['requests']:,} requests, MB", endurance["steady_mb"]],
                ["peak over these, MB", endurance["peak_mb"]],
                ["peak over load and all inputs, MB", result["peak_mb"]["service"]],
                ["the same of the baseline, MB", result["peak_mb"]["baseline"]],
            ],
        )
    }

## More work on the command line
`cxr-severity predict --json --no-explain` over JPEG files of 512 x 512. The rate leaves the start
out.

{table(["images", "seconds", "images/s", "peak MB"], growth)}
"""


def chart(result: dict[str, Any], folder: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "bench"
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    found = result["alone"]["median_ms"]
    forward, decoding = (fastest(found, kind) for kind in ("forward", "decode"))
    bars = {
        "bare backbone, fastest runtime": forward,
        "backbone and PNG decoding": forward + decoding,
        "service, no explanation": found["service_unexplained"],
        "service, explained": found["service_explained"],
        "Flask, torch, grad-cam": found["baseline_explained"],
    }
    drawn = left.barh(list(bars), list(bars.values()), color="#31688e")
    left.bar_label(drawn, fmt="%.0f", padding=3)
    left.invert_yaxis()
    left.set_xlabel("milliseconds, one client, PNG of 1024 x 1024")
    left.margins(x=0.12)
    clients = [row["clients"] for row in result["load"]]
    for name, label, style in (
        ("service", "service, explained", "o-"),
        ("service_unexplained", "service, no explanation", "s--"),
        ("baseline", "Flask, torch, grad-cam", "^:"),
    ):
        rates = [row[name]["per_second"] for row in result["load"]]
        right.plot(range(len(clients)), rates, style, label=label)
    right.set_xticks(range(len(clients)), [str(count) for count in clients])
    right.set_xlabel("clients")
    right.set_ylabel("answers a second")
    right.set_ylim(bottom=0)
    right.legend(frameon=False)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(folder / f"{NAME}.svg", metadata={"Date": None})
    figure.savefig(folder / f"{NAME}.png", dpi=110)
    plt.close(figure)
