"""Metrics against scikit-learn; intervals that respect patients."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    cohen_kappa_score,
    confusion_matrix,
    precision_recall_fscore_support,
)

from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.measure.grades import measure, scores


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, 60)
    guess = np.where(rng.random(60) < 0.6, truth, rng.integers(0, 3, 60))
    metrics = measure(truth.tolist(), guess.tolist(), [str(i) for i in range(60)], evaluated_on="x")

    precision, recall, f1, support = precision_recall_fscore_support(truth, guess, zero_division=0)
    assert metrics.accuracy.value == pytest.approx(accuracy_score(truth, guess), abs=1e-4)
    kappa = cohen_kappa_score(truth, guess, weights="quadratic")
    assert metrics.quadratic_weighted_kappa is not None
    assert metrics.quadratic_weighted_kappa.value == pytest.approx(kappa, abs=1e-4)
    assert metrics.macro_f1.value == pytest.approx(f1.mean(), abs=1e-4)
    assert metrics.confusion_matrix == confusion_matrix(truth, guess).tolist()
    for i, name in enumerate(SEVERITIES):
        row = metrics.per_class[name]
        assert row.precision.value == pytest.approx(precision[i], abs=1e-4)
        assert row.recall.value == pytest.approx(recall[i], abs=1e-4)
        assert row.f1.value == pytest.approx(f1[i], abs=1e-4)
        assert row.support == support[i]


def test_intervals_hold_their_value() -> None:
    truth = [0, 1, 2] * 20
    guess = [0, 1, 1] * 20
    metrics = measure(truth, guess, [str(i) for i in range(60)], evaluated_on="x")
    for estimate in (metrics.accuracy, metrics.macro_f1, metrics.quadratic_weighted_kappa):
        assert estimate is not None
        assert estimate.low < estimate.value < estimate.high


def test_films_of_one_patient_are_no_independent_evidence() -> None:
    truth, guess = [0, 0, 1, 1, 2, 2] * 10, [0, 1, 1, 1, 2, 0] * 10
    alone = measure(truth, guess, [str(i) for i in range(60)], evaluated_on="x").accuracy
    shared = measure(truth, guess, [str(i % 6) for i in range(60)], evaluated_on="x").accuracy
    assert shared.value == alone.value
    assert shared.high - shared.low > 2 * (alone.high - alone.low)


def test_the_same_seed_gives_the_same_interval() -> None:
    arguments = ([0, 1, 2, 1], [0, 1, 1, 1], ["a", "b", "c", "d"])
    assert measure(*arguments, evaluated_on="x") == measure(*arguments, evaluated_on="x")


def test_degenerate_matrices_give_zero_not_nan() -> None:
    empty = np.zeros((1, 3, 3))
    one_cell = np.zeros((1, 3, 3))
    one_cell[0, 1, 1] = 9
    for matrix in (empty, one_cell):
        result = scores(matrix)
        for values in (result.accuracy, result.precision, result.f1, result.macro_f1):
            assert np.isfinite(values).all()
        assert np.isnan(result.kappa).all(), "there is nothing to agree on beyond chance"


def test_kappa_of_one_grade_is_none_and_not_nothing() -> None:
    two = measure([1, 1], [1, 1], ["a", "b"], evaluated_on="x")
    assert two.quadratic_weighted_kappa is None
    assert two.accuracy.low < 0.2, "two of two say little"
    always = measure([0, 1, 2], [1, 1, 1], list("abc"), evaluated_on="x")
    assert always.quadratic_weighted_kappa is not None
    assert always.quadratic_weighted_kappa.value == 0, "whoever always says one agrees by chance"


def test_shares_without_a_miss_or_a_hit_have_an_interval() -> None:
    truth = [0, 0, 1, 1, 2, 2] * 5
    patients = [str(i // 2) for i in range(30)]
    found = measure(truth, truth, patients, evaluated_on="x")
    ends = (found.accuracy.low, found.accuracy.high)
    assert ends == pytest.approx((0.025 ** (1 / 15), 1), abs=1e-4)
    assert found.two_step_errors is not None
    assert found.two_step_errors.high == pytest.approx(1 - 0.025 ** (1 / 15), abs=1e-4)
    for row in found.per_class.values():
        for share in (row.precision, row.recall):
            assert share.low == pytest.approx(0.025 ** (1 / 5), abs=1e-4), "of its own patients"


def test_a_resample_without_a_class_says_nothing_of_it() -> None:
    # Severe films of three patients alone: one resample in twenty holds none of them.
    truth = [0] * 20 + [1] * 20 + [2] * 20
    patients = [str(i) for i in range(40)] + [f"severe-{i % 3}" for i in range(20)]
    metrics = measure(truth, truth, patients, evaluated_on="x")
    for row in metrics.per_class.values():
        assert row.f1.flat
        assert 0 < row.precision.low == row.recall.low < 1, "exact, and of no resample without it"
    kappa = measure([0] * 18 + [2] * 2, [0] * 18 + [2] * 2, patients[:20], evaluated_on="x")
    assert kappa.quadratic_weighted_kappa is not None
    assert kappa.quadratic_weighted_kappa.low == 1
    nobody = measure([0, 0, 1, 1], [0, 0, 1, 1], list("abcd"), evaluated_on="x").per_class["severe"]
    assert (nobody.f1.low, nobody.f1.value, nobody.f1.high) == (0, 0, 0)


def test_lengths_must_match() -> None:
    with pytest.raises(ValueError, match="one length"):
        measure([0, 1], [0], ["a", "b"], evaluated_on="x")
    with pytest.raises(ValueError, match="one length"):
        measure([], [], [], evaluated_on="x")


def test_macro_f1_is_over_the_classes_that_occur() -> None:
    truth, guess = [0, 0, 1, 1, 1], [0, 1, 1, 1, 0]  # nobody is severe, nobody is called so
    metrics = measure(truth, guess, list("abcde"), evaluated_on="x")
    expected = precision_recall_fscore_support(truth, guess, average="macro")[2]
    assert metrics.macro_f1.value == pytest.approx(expected, abs=1e-4)


def test_two_step_errors_are_mild_for_severe_and_the_reverse() -> None:
    metrics = measure([0, 2, 2, 1, 0], [2, 0, 1, 0, 0], list("abcde"), evaluated_on="x")
    assert metrics.two_step_errors is not None
    assert metrics.two_step_errors.value == pytest.approx(0.4)


def test_readings_of_several_seeds_count_images_once() -> None:
    truth, guess = [0, 1, 2] * 3, [0, 1, 1, 0, 1, 2, 1, 1, 2]
    metrics = measure(truth, guess, ["a", "b", "c"] * 3, evaluated_on="x", seeds=3)
    assert (metrics.images, metrics.patients, metrics.seeds) == (3, 3, 3)
    assert metrics.per_class["mild"].support == 1
    assert sum(map(sum, metrics.confusion_matrix)) == 9
    assert metrics.accuracy.value == pytest.approx(7 / 9, abs=1e-4)
    with pytest.raises(ValueError, match="2 of each image"):
        measure(truth, guess, ["a", "b", "c"] * 3, evaluated_on="x", seeds=2)
