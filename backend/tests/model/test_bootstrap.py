"""Resampled patients, and correlations in every resample."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, pearsonr, spearmanr

from cxr_severity.model.measure.bootstrap import Bootstrap, Indices, interval, interval_if_any
from cxr_severity.model.measure.correlation import pearson, spearman
from cxr_severity.model.measure.markdown import cell
from cxr_severity.model.metrics import Estimate


def _repeat(bootstrap: Bootstrap, draw: int) -> Indices:
    """Rows of one resample, as often as they were drawn."""
    return np.repeat(np.arange(len(bootstrap.rows)), bootstrap.weights()[draw].astype(int))


def test_the_first_resample_is_the_sample_itself() -> None:
    bootstrap = Bootstrap.over(["a", "b", "a", "c"], resamples=50)
    values = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
    sums = bootstrap.sums(values)
    assert sums.shape == (51, 2)
    assert sums[0].tolist() == [16, 20]
    for draw in (1, 7, 50):
        assert sums[draw] == pytest.approx(values[_repeat(bootstrap, draw)].sum(axis=0))
    weights = bootstrap.weights()
    assert (weights[:, 0] == weights[:, 2]).all(), "films of one patient are drawn together"
    assert (bootstrap.draws.sum(axis=1) == 3).all()


def test_mean_is_over_the_selected_rows_only() -> None:
    bootstrap = Bootstrap.over(list("abcd"))
    values = np.array([1.0, 3.0, np.nan, 9.0])
    assert bootstrap.mean(values, np.array([True, True, False, False])).value == 2
    with pytest.raises(ValueError, match="does not exist"):
        bootstrap.mean(values, np.zeros(4, dtype=np.bool_))
    with pytest.raises(ValueError, match="nothing"):
        Bootstrap.over([])


def test_the_interval_is_that_of_the_normal_theory() -> None:
    values = np.random.default_rng(1).normal(size=400)
    estimate = Bootstrap.over([str(i) for i in range(400)]).mean(values)
    half = 1.96 * values.std() / 20
    assert estimate.high - estimate.value == pytest.approx(half, rel=0.12)
    assert estimate.value - estimate.low == pytest.approx(half, rel=0.12)


@pytest.mark.parametrize("draw", [0, 1, 2])
def test_correlations_agree_with_scipy(draw: int) -> None:
    rng = np.random.default_rng(5)
    x = rng.integers(0, 8, 60).astype(float)  # with ties
    y = x + rng.normal(size=60) * 3
    bootstrap = Bootstrap.over([str(i // 2) for i in range(60)], resamples=2)
    rows = _repeat(bootstrap, draw)
    assert pearson(x, y, bootstrap)[draw] == pytest.approx(pearsonr(x[rows], y[rows])[0])
    assert spearman(x, y, bootstrap)[draw] == pytest.approx(spearmanr(x[rows], y[rows])[0])


def test_a_constant_correlates_with_nothing() -> None:
    bootstrap = Bootstrap.over(list("abcd"), resamples=5)
    flat, slope = np.full(4, 2.5), np.arange(4.0)
    assert not pearson(flat, slope, bootstrap).any()
    assert not spearman(flat, slope, bootstrap).any()


@pytest.mark.parametrize("patients", [1, 7, 108])
def test_a_share_that_nobody_is_counted_in_has_the_exact_interval(patients: int) -> None:
    # Two films of each: of one patient they are no two trials.
    bootstrap = Bootstrap.over([str(i // 2) for i in range(2 * patients)], resamples=20)
    for hits in (0, patients):
        found = bootstrap.share(np.full(2 * patients, float(hits > 0)))
        exact = binomtest(hits, patients).proportion_ci(method="exact")
        assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=1e-4)
        assert found.value == (hits > 0)
    some = np.arange(2 * patients) % 2 == 0
    assert bootstrap.share(some.astype(float)) == bootstrap.mean(some.astype(float))


def test_a_share_counts_the_patients_it_is_of() -> None:
    bootstrap = Bootstrap.over(list("aabcdefgh"), resamples=20)
    among = np.array([True, True, True, *[False] * 6])
    found = bootstrap.share(np.ones(9), among)
    exact = binomtest(2, 2).proportion_ci(method="exact")
    assert (found.low, found.high) == pytest.approx((exact.low, 1), abs=1e-4)


def test_what_does_not_exist_in_the_sample_is_none() -> None:
    assert interval_if_any(np.array([np.nan, 0.5])) is None
    assert interval_if_any(np.array([0.5, np.nan])) == Estimate(value=0.5, low=0.5, high=0.5)


def test_resamples_without_the_statistic_are_left_out() -> None:
    estimate = interval(np.array([0.5, np.nan, 0.4, 0.6]))
    assert 0.4 <= estimate.low < estimate.high <= 0.6


@pytest.mark.parametrize(
    ("value", "ends", "text"),
    [
        (0.0023, (0.0005, 0.0049), "0.002 (0.001 to 0.005)"),
        (0.7714, (0.7421, 0.8), "0.771 (0.74 to 0.80)"),
        (-0.0312, (-0.0524, -0.009), "-0.031 (-0.052 to -0.009)"),
        (0.0031, (0.0029, 0.0032), "0.003 (0.0029 to 0.0032)"),
        (0.0, (0.0, 0.0336), "0.000 (0.000 to 0.034)"),
        (1.0, (1.0, 1.0), "1.000"),
        # Halves that lie below by their bits; the page writes them so, too.
        (0.7515, (0.725, 0.7742), "0.752 (0.73 to 0.77)"),
    ],
)
def test_intervals_of_rare_things_are_written_with_their_width(
    value: float, ends: tuple[float, float], text: str
) -> None:
    assert cell(Estimate(value=value, low=ends[0], high=ends[1])) == text
