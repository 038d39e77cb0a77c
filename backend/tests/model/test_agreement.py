"""Two runtimes compared: what is apart is found, also by numbers that are none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.agreement import Agreement, compare, correlation
from cxr_severity.model.answer import SubjectMap
from cxr_severity.model.runtime import Inference, Runtime


def test_a_fault_is_told_in_words() -> None:
    assert Agreement(0, 0, 1, True).fault is None
    assert "probability" in str(Agreement(2e-3, 0, 1, True).fault)
    assert "probability" in str(Agreement(float("nan"), 0, 1, True).fault)
    assert "zone" in str(Agreement(0, 0.1, 1, True).fault)
    assert "class" in str(Agreement(0, 0, 1, False).fault)
    assert "heatmap" in str(Agreement(0, 0, 0.99, True).fault)


def test_an_engine_that_answers_nan_to_one_of_a_batch_does_not_agree() -> None:
    cam = np.arange(4, dtype=np.float32).reshape(2, 2)
    right = Inference(
        logits=np.zeros(3, np.float32), zones=np.ones(6, np.float32), features=cam,
        map=SubjectMap("burden", 1.0, cam), model_ms=0, explain_ms=0,
    )  # fmt: skip
    lost = replace(
        right, logits=np.full(3, np.nan, np.float32), zones=np.full(6, np.nan, np.float32)
    )

    class Fixed(Runtime):
        def __init__(self, others: Inference) -> None:
            self.others = others

        def infer(self, batch: Float32Array, *_: object, **__: object) -> list[Inference]:
            return [right, *[self.others] * (len(batch) - 1)]

    image = np.zeros((1, 3, 8, 8), np.float32)
    assert compare(Fixed(right), Fixed(right), image).fault is None
    found = compare(Fixed(lost), Fixed(right), image)
    assert np.isnan([found.probability, found.zone]).all()
    assert found.fault


def test_flat_maps_correlate_only_with_flat_maps() -> None:
    flat, slope = np.zeros((2, 2), np.float32), np.array([[0, 1], [0, 1]], np.float32)
    assert correlation(flat, flat) == 1
    assert correlation(flat, slope) == 0
    assert correlation(slope, slope) == pytest.approx(1)
