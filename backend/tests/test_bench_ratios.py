"""The guard against becoming slower: silent within noise, and naming what is beyond it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from bench.ratios import COMMITTED, ratios, slower, told


@pytest.fixture
def run() -> dict[str, Any]:
    return {
        "machine": {"model": "2.0.0", "processor": "p", "cpus": 2, "engine": "onnxruntime"},
        "alone": {
            "median_ms": {"forward_onnxruntime": 6.0},
            "ratios": {"baseline_to_explained": 12.0, "explained_to_fastest": 2.0},
            "ratios_by_round": {
                "baseline_to_explained": [11.8, 12.0, 12.1, 12.4],
                "explained_to_fastest": [1.98, 2.0, 2.01, 2.6],
            },
        },
        "load": [
            {
                "clients": 16,
                "service": {"per_second": 60.0, "cpu_ms_per_image": 24.0},
                "baseline": {"per_second": 5.0},
            }
        ],
        "budget": {
            "phases": [{"clients": 16, "cpu_ms": {"network": 12.0, "decode": 4.0, "gate": 0.1}}]
        },
        "busy": {"to_one_thread": 1.02},
    }


def test_a_run_is_not_slower_than_itself(run: dict[str, Any]) -> None:
    found = ratios(run)
    assert len(found) == 6, "a step that is too small to compare is left out"
    assert slower(found, found) == []
    assert "Nothing became slower" in told(run, run)


def test_what_became_slower_is_named(run: dict[str, Any]) -> None:
    later = copy.deepcopy(run)
    later["alone"]["ratios"] = {"baseline_to_explained": 10.0, "explained_to_fastest": 2.03}
    later["budget"]["phases"][0]["cpu_ms"]["decode"] = 6.0
    later["load"][0]["service"]["cpu_ms_per_image"] = 26.0
    names = [line.split(":")[0] for line in slower(ratios(run), ratios(later))]
    assert names == ["baseline_to_explained", "CPU of decode to network, clients"]
    assert "SLOWER baseline_to_explained: 12.00 -> 10.00, 1.20 times" in told(run, later)


def test_faster_is_no_fault(run: dict[str, Any]) -> None:
    later = copy.deepcopy(run)
    later["alone"]["ratios"] = {"baseline_to_explained": 24.0, "explained_to_fastest": 1.0}
    later["busy"]["to_one_thread"] = 0.5
    assert slower(ratios(run), ratios(later)) == []


def test_noisy_rounds_allow_more(run: dict[str, Any]) -> None:
    later = copy.deepcopy(run)
    later["alone"]["ratios"]["explained_to_fastest"] = 2.3
    assert slower(ratios(run), ratios(later))
    later["alone"]["ratios_by_round"]["explained_to_fastest"] = [1.7, 2.1, 2.5, 2.9]
    assert slower(ratios(run), ratios(later)) == []


def test_another_model_is_said(run: dict[str, Any]) -> None:
    later = copy.deepcopy(run)
    later["machine"]["model"] = "3.0.0"
    assert "The model differs: 2.0.0 and 3.0.0." in told(run, later)


def test_the_committed_run_can_be_compared_with() -> None:
    assert ratios(json.loads(COMMITTED.read_text(encoding="utf-8")))
