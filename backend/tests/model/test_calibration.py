"""Probabilities and prediction sets: what holds for every vector of logits."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cxr_severity.model.calibration import Conformal, TotalInterval, prediction_set, softmax

finite = st.floats(-50, 50)
three = st.tuples(finite, finite, finite)


def test_softmax_is_the_textbooks() -> None:
    logits = np.array([[0.0, 1.0, 3.0], [2.0, 2.0, 2.0]], np.float32)
    expected = np.exp(logits.astype(float))
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(softmax(logits), expected, rtol=1e-12)


def test_softmax_bears_logits_that_would_overflow() -> None:
    np.testing.assert_allclose(softmax(np.array([-1e4, 1e4, 1e4])), [0, 0.5, 0.5])


@given(three)
def test_softmax_sums_to_one_and_keeps_the_order(logits: tuple[float, float, float]) -> None:
    probabilities = softmax(np.array(logits))
    assert probabilities.dtype == np.float64
    assert probabilities.sum() == pytest.approx(1)
    assert probabilities[int(np.argmax(logits))] == probabilities.max()


@pytest.mark.parametrize(
    ("probabilities", "threshold", "expected"),
    [
        ([0.7, 0.2, 0.1], 0.3, (0,)),
        ([0.5, 0.4, 0.1], 0.3, (0, 1)),
        ([0.1, 0.4, 0.5], 0.3, (1, 2)),
        ([0.4, 0.3, 0.3], 0.3, (0, 1, 2)),  # the threshold itself is inside
        ([0.45, 0.1, 0.45], 0.3, (0, 1, 2)),  # a gap is filled
        ([0.4, 0.35, 0.25], 0.9, (0,)),  # never empty
        ([0.2, 0.3, 0.5], 1.0, (2,)),
        ([0.0, 0.0, 1.0], 0.0, (0, 1, 2)),
    ],
)
def test_the_prediction_set(
    probabilities: list[float], threshold: float, expected: tuple[int, ...]
) -> None:
    assert prediction_set(probabilities, threshold) == expected


@given(three, st.floats(0, 1), st.floats(0, 1))
def test_every_prediction_set_is_whole_and_grows_as_the_threshold_falls(
    logits: tuple[float, float, float], one: float, other: float
) -> None:
    probabilities = softmax(np.array(logits)).tolist()
    small = prediction_set(probabilities, max(one, other))
    large = prediction_set(probabilities, min(one, other))
    for inside, threshold in ((small, max(one, other)), (large, min(one, other))):
        assert int(np.argmax(probabilities)) in inside
        assert all(b - a == 1 for a, b in pairwise(inside))
        assert {i for i, p in enumerate(probabilities) if p >= threshold} <= set(inside)
    assert set(small) <= set(large)


@pytest.mark.parametrize(
    ("coverage", "threshold"), [(0.0, 0.3), (1.0, 0.3), (0.9, -0.1), (0.9, 1.1)]
)
def test_what_is_no_share_is_refused(coverage: float, threshold: float) -> None:
    with pytest.raises(ValidationError):
        Conformal(coverage=coverage, threshold=threshold)


def test_the_interval_is_linear_between_its_knots_and_holds_the_estimate() -> None:
    interval = TotalInterval(
        coverage=0.9, knots=(0, 10, 18), low=(-1, 7, 15), high=(2, 14, 17.5)
    )  # fmt: skip
    assert interval(10) == (7, 14)
    assert interval(5) == (3, 8)
    assert interval(0) == (0, 2), "no total is below 0"
    assert interval(18) == (15, 18), "the estimate itself is always inside"
    for total in np.linspace(0, 18, 50):
        low, high = interval(float(total))
        assert 0 <= low <= total <= high <= 18
    too_low = interval.model_copy(update={"low": (3, 10, 16), "high": (5, 14, 18)})
    assert too_low(1) == pytest.approx((1, 5.9)), "also where all of it lies above"


@pytest.mark.parametrize(
    ("knots", "low", "message"),
    [((0, 9, 9), (0, 0, 0), "rise"), ((0, 9), (0, 0, 0), "one length"), ((0,), (0,), "at least 2")],
)
def test_an_interval_that_is_none_is_refused(
    knots: tuple[float, ...], low: tuple[float, ...], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        TotalInterval(coverage=0.9, knots=knots, low=low, high=low)
