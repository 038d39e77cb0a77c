"""The bench: its judgement, its tables, and the README that is written from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bench import readme
from bench.client import Load, multipart
from bench.goals import judge
from bench.inputs import FORMATS, Format, radiograph
from bench.report import markdown

from cxr_severity.imaging.decode import decode


def row(clients: int, rate: float, **statuses: int) -> dict[str, Any]:
    found = Load(clients, seconds=10.0)
    found.answered = [20.0] * 99 + [30.0]
    found.statuses.update(statuses or {"200": 100})
    found.cpu_seconds = 1.0
    return found.summary() | {"per_second": rate}


@pytest.fixture
def result() -> dict[str, Any]:
    """A run that reaches every goal."""
    return {
        "made_by": "a test",
        "made_at": "2026-01-02T03:04:05+00:00",
        "machine": {
            "processor": "none",
            "cpus": 2,
            "python": "3",
            "packages": {"torch": "2"},
            "model": "1.0.0",
            "engine": "onnxruntime",
            "settings": {"threads": 1},
            "load_average_before": 0.0,
        },
        "starts": {"service_s": [1.2, 1.3], "baseline_s": 3.0},
        "alone": {
            "median_ms": {
                "forward_onnxruntime": 4.0,
                "decode_pillow": 19.0,
                "decode_own": 9.0,
                "service_explained": 20.0,
                "service_unexplained": 15.0,
                "baseline_explained": 240.0,
            },
            "ratios": {
                "explained_to_fastest_forward_and_decode": 1.5,
                "baseline_to_explained": 14.5,
            },
        },
        "load": [
            {
                "clients": clients,
                "service": row(clients, 85),
                "service_unexplained": row(clients, 100),
                "baseline": row(clients, 5),
            }
            for clients in (1, 16, 64)
        ],
        "inputs": [
            {
                "format": "png",
                "side": 512,
                "bytes": 1000,
                "service_explained_ms": 1.0,
                "service_unexplained_ms": 1.0,
                "baseline_explained_ms": None,
            }
        ],
        "budget": {
            "phases": [
                {
                    "clients": clients,
                    "answers": 10,
                    "cpu_ms": {"decode": 4.0, "other": 0.1},
                    "wall_ms": {"decode": 4.5, "waiting for a thread": 1.25},
                    "whole_cpu_ms": 4.2,
                    "whole_wall_ms": 5.8,
                    "explained_cpu": 0.97,
                    "explained_wall": 0.99,
                }
                for clients in (1, 16)
            ]
        },
        "busy": {
            "hogs": 2,
            "p50_ms": {"as_it_is": 61.5, "one_thread": 60.0},
            "to_one_thread": 1.03,
        },
        "peak_mb": {"service": 500.0, "baseline": 900.0},
        "endurance": {
            "requests": 20_000,
            "ready_mb": 300.0,
            "steady_mb": 450.0,
            "peak_mb": 500.0,
            "growth_percent": 0.5,
        },
        "growth": [{"images": 1, "seconds": 3.0, "peak_mb": 400.0}],
    }


def missed(result: dict[str, Any]) -> list[str]:
    return [goal["goal"] for goal in judge(result) if not goal["met"]]


def test_goals_are_judged(result: dict[str, Any]) -> None:
    assert len(judge(result)) == 14
    assert not missed(result)
    result["load"][2]["service"]["statuses"] = {"200": 5, "503": 900}
    assert not missed(result), "503 is how a full service answers"
    result["load"][2]["service"]["statuses"]["500"] = 1
    result["load"][2]["service"]["p99_ms"] = 61.0
    result["load"][1]["service"] |= {"per_second": 79.0, "cpu_ms_per_image": 13.7}
    result["alone"]["ratios"]["baseline_to_explained"] = 13.9
    result["alone"]["ratios"]["explained_to_fastest_forward_and_decode"] = 1.7
    result["endurance"] |= {"ready_mb": 351.0, "steady_mb": 701.0, "growth_percent": 2.1}
    result["starts"]["service_s"] = [4.1, 5.2]
    result["inputs"].append(result["inputs"][0] | {"side": 4096, "service_explained_ms": 70.1})
    result["budget"]["phases"][1]["explained_cpu"] = 0.94
    result["busy"]["to_one_thread"] = 1.4
    assert len(missed(result)) == len(judge(result)) - 1, "the budget of one client explains enough"


def test_what_was_not_measured_is_not_judged(result: dict[str, Any]) -> None:
    result["load"] = result["load"][:1]
    result["starts"]["service_s"] = [1.0]
    del result["budget"], result["busy"]
    assert len(judge(result)) == 6


def test_the_report_tells_what_was_not_reached(result: dict[str, Any]) -> None:
    result["starts"]["service_s"] = [4.4]
    result["goals"] = judge(result)
    text = markdown(result)
    assert "| Seconds from start to ready | at most 1.5 | 4.4 | **not met** |" in text
    assert "| 64 | service | 85 | 20.0 |" in text
    assert "| decode | 4.0 | 4.5 | 4.0 | 4.5 |" in text
    assert "| waiting for a thread |  | 1.25 |  | 1.25 |" in text
    assert "p50 61.5 ms;\nwith `CXR_THREADS_ALONE=1` 60.0 ms." in text
    assert "| of that explained | 97% | 99% | 97% | 99% |" in text


def test_readme_and_sizing_are_what_the_last_run_measured() -> None:
    for file, made in readme.SECTIONS.items():
        text = file.read_text(encoding="utf-8")
        assert readme.updated(text, readme.measured(), made) == text, "python -m bench.readme"


def test_the_readmes_section_is_replaced_and_nothing_else(
    result: dict[str, Any], tmp_path: Path
) -> None:
    result["goals"] = judge(result)
    file = tmp_path / "README.md"
    file.write_text(f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n")
    readme.update(file, json.loads(json.dumps(result)))
    text = file.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "20 ms explained" in text
    readme.update(file, None)
    assert file.read_text() == f"before\n{readme.BEGIN}\n{readme.END}\nafter\n"
    with pytest.raises(ValueError, match="lacks"):
        readme.updated("nothing here", result)


@pytest.mark.parametrize("file_format", FORMATS)
def test_inputs_are_what_they_say(file_format: Format) -> None:
    data = radiograph(96, file_format)
    film = decode(data)
    assert film.source.format == file_format
    assert film.pixels.shape == (96, 96)
    assert film.pixels.std() > 0.05
    assert data == radiograph(96, file_format)
    assert data in multipart(data)
