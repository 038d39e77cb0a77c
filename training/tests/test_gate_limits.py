"""Limits of the gate are those of the accepted films, and not of one that was misread."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cxr_severity.model.gate import Measurements, judge
from cxr_training.config_gate import GateConfig
from cxr_training.gate.fit import choose_limits

MISREAD = {
    "lung_area": 0.002, "lung_span": 0.01, "lung_balance": 0.01, "lung_width": 0.9, "lung_gap": 0.9,
}  # fmt: skip


def _films(count: int) -> list[Measurements]:
    rng = np.random.default_rng(1)
    return [
        Measurements(
            colour=0, frontal=0.99, likeliest="lateral", distance=float(rng.uniform(0.5, 2)),
            side=512, lung_area=float(rng.uniform(0.1, 0.5)), lung_border=0, lung_black=0,
            lung_span=float(rng.uniform(0.3, 0.8)), lung_contrast=0.2, lung_white=0.001,
            lung_balance=float(rng.uniform(0.6, 1)), lung_width=float(rng.uniform(0.05, 0.15)),
            lung_gap=float(rng.uniform(0, 0.3)),
        )
        for _ in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("name", MISREAD)
def test_one_misread_film_opens_no_limit(name: str) -> None:
    films = _films(1000)
    changed: dict[str, Any] = {name: MISREAD[name]}
    misread = replace(films[0], **changed)
    limits = choose_limits([misread, *films[1:]], GateConfig())
    plain = getattr(choose_limits(films, GateConfig()), name).reject
    assert getattr(limits, name).reject == pytest.approx(plain, rel=0.05)
    assert not judge(misread, limits).accepted


def test_hardly_an_accepted_film_is_turned_away() -> None:
    films = _films(1000)
    limits = choose_limits(films, GateConfig())
    assert all(judge(film, limits).accepted for film in films)
