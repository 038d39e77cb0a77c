"""Each method of the evaluation against known values, scikit-learn or scipy."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.calibration import Conformal, Scaling, TotalInterval, softmax
from cxr_severity.model.measure.bootstrap import Bootstrap, Indices
from cxr_severity.model.measure.brixia import MODERATE_FROM, SEVERE_FROM
from cxr_severity.model.measure.probabilities import accuracy_at, calibration_error
from cxr_training.evaluation.calibrate import (
    fit_scaling,
    fit_temperature,
    fit_threshold,
    prediction_sets,
)
from cxr_training.evaluation.crossfit import CalibratedPredictions, Fits
from cxr_training.evaluation.predictions import Joined, Predictions
from cxr_training.evaluation.probabilistic import (
    auc,
    calibration,
    conformal,
    coverage_at,
    risk_coverage_area,
    selective,
    total_interval,
)


def _sample(count: int, seed: int = 0, sharpness: float = 1.0) -> tuple[Float64Array, Indices]:
    """Logits whose softmax at temperature `sharpness` is exactly calibrated, and labels."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(count, 3)) * 1.5
    cumulated = softmax(logits).cumsum(axis=1)
    labels = (rng.random(count)[:, None] > cumulated).sum(axis=1)
    return logits * sharpness, np.minimum(labels, 2)


def _readings(count: int = 120, threshold: float = 0.2, seeds: int = 2) -> CalibratedPredictions:
    logits, labels = _sample(count * seeds, seed=3, sharpness=2.0)
    labels = np.tile(labels[:count], seeds)
    rows, totals = len(labels), labels.astype(np.float64) * 6 + 3
    table = Predictions(
        seeds=np.repeat(np.arange(seeds), count),
        folds=np.array(["0"] * rows),
        images=tuple(f"{i}.png" for i in range(count)) * seeds,
        patients=tuple(f"p{i // 2}" for i in range(count)) * seeds,
        logits=logits,
        zones=np.full((rows, 6), 1.5),
    )
    fits = Fits(
        Scaling.by_temperature(2.0),
        Conformal(coverage=0.9, threshold=threshold),
        TotalInterval(coverage=0.9, knots=(0, 18), low=(0, 12), high=(6, 18)),
    )
    return CalibratedPredictions(
        joined=Joined(table, (), labels, totals),
        by_fold={"0": fits},
        final=fits,
        temperatures=np.full(rows, 2.0),
        scaled=logits / 2.0 + [0.1, 0.0, -0.1],
        thresholds=np.full(rows, threshold),
        intervals=np.tile([2.0, 10.0], (rows, 1)),
    )


def test_auc_agrees_with_scikit_learn_in_sample_and_resample() -> None:
    calibrated = _readings()
    bootstrap = Bootstrap.over(calibrated.patients, resamples=1)  # one resample: both ends are it
    found = auc(calibrated, bootstrap)
    expected = np.zeros((2, 3))
    for index in range(3):
        for draw in (0, 1):
            weights = bootstrap.weights()[draw]
            pairs, wins = 0.0, 0.0
            for seed in (0, 1):
                part = calibrated.seeds == seed
                truth = calibrated.labels[part] == index
                area = roc_auc_score(
                    truth, calibrated.probabilities[part, index], sample_weight=weights[part]
                )
                count = weights[part][truth].sum() * weights[part][~truth].sum()
                pairs, wins = pairs + count, wins + area * count
            expected[draw, index] = wins / pairs
    for index, name in enumerate(SEVERITIES):
        assert found.per_class[name].value == pytest.approx(expected[0, index], abs=1e-4)
        assert found.per_class[name].low == pytest.approx(expected[1, index], abs=1e-4)
    assert found.macro.value == pytest.approx(expected[0].mean(), abs=1e-4)


def test_temperature_is_found_again() -> None:
    logits, labels = _sample(6000, sharpness=2.5)
    assert fit_temperature(logits, labels) == pytest.approx(2.5, rel=0.06)
    assert fit_temperature(logits * 0.5, labels) == pytest.approx(
        fit_temperature(logits, labels) * 0.5, rel=1e-3
    )


def test_calibration_error_of_known_gaps() -> None:
    bootstrap = Bootstrap.over([str(i) for i in range(10)], resamples=3)
    confidence = np.array([0.8] * 5 + [0.6] * 5)
    correct = np.array([1, 1, 1, 0, 0, 1, 1, 1, 1, 1.0])  # gaps 0.2 and 0.4
    bins = np.repeat([11, 8], 5)
    assert calibration_error(confidence, correct, bins, bootstrap)[0] == pytest.approx(0.3)
    # In one bin the gaps cancel in part: 0.8 right at a mean confidence of 0.7.
    assert calibration_error(confidence, correct, bins * 0, bootstrap)[0] == pytest.approx(0.1)


def test_calibration_scores_agree_with_scikit_learn() -> None:
    calibrated = _readings()
    bootstrap = Bootstrap.over(calibrated.patients, resamples=20)
    found = calibration(calibrated, bootstrap)
    for scores, probabilities in (
        (found.before, softmax(calibrated.joined.predictions.logits)),
        (found.tempered, softmax(calibrated.joined.predictions.logits / 2)),
        (found.after, calibrated.probabilities),
    ):
        brier = brier_score_loss(calibrated.labels, probabilities, scale_by_half=False)
        assert scores.brier.value == pytest.approx(brier, abs=1e-4)
        loss = log_loss(calibrated.labels, probabilities)
        assert scores.log_loss.value == pytest.approx(loss, abs=1e-4)
        sizes = [one.readings for one in scores.reliability]
        assert sum(sizes) == len(calibrated.labels)
        gaps = [
            one.readings * abs(one.accuracy.value - one.confidence) for one in scores.reliability
        ]
        assert scores.expected_error.value == pytest.approx(sum(gaps) / sum(sizes), abs=2e-4)


def test_calibrated_probabilities_have_a_small_error_and_sharpened_ones_a_large_one() -> None:
    logits, labels = _sample(3000, sharpness=3.0)
    bootstrap = Bootstrap.over([str(i) for i in range(3000)], resamples=2)

    def error(temperature: float) -> float:
        probabilities = softmax(logits / temperature)
        confidence = probabilities.max(axis=1)
        correct = (probabilities.argmax(axis=1) == labels).astype(float)
        bins = np.ceil(confidence * 15).astype(int)
        return float(calibration_error(confidence, correct, bins, bootstrap)[0])

    assert error(3.0) < 0.03
    assert error(1.0) > 0.1


def test_scaling_learns_from_the_zones_what_the_logits_do_not_say() -> None:
    logits, labels = _sample(900, sharpness=3.0)
    blind = np.zeros((900, 6))
    telling = np.repeat(labels[:, None], 6, axis=1) + np.random.default_rng(0).normal(size=(900, 6))
    left, right = slice(0, 600), slice(600, None)

    def loss(zones: Float64Array) -> float:
        scaling = fit_scaling(logits[left], zones[left], labels[left])
        return float(log_loss(labels[right], softmax(scaling(logits[right], zones[right]))))

    raw = float(log_loss(labels[right], softmax(logits[right])))
    assert loss(blind) < raw - 0.2, "it does at least what a temperature does"
    assert loss(telling) < loss(blind) - 0.2


def test_scaling_finds_where_a_total_estimated_too_near_to_the_middle_is_cut() -> None:
    draws = np.random.default_rng(0)
    true = draws.uniform(0, 18, size=1500)
    labels = np.digitize(true, [MODERATE_FROM, SEVERE_FROM])
    zones = np.repeat(
        (3.6 + 0.6 * true[:, None]) / 6, 6, axis=1
    )  # 5.5 is read as 6.9, 11.5 as 10.5
    scaling = fit_scaling(np.zeros((1500, 3)), zones, labels)
    said = scaling(np.zeros((1500, 3)), zones).argmax(axis=1)
    by_fixed_cuts = np.digitize(zones.sum(axis=1), [MODERATE_FROM, SEVERE_FROM])
    assert (by_fixed_cuts == labels).mean() < 0.87
    assert (said == labels).mean() > 0.93


@pytest.mark.parametrize(("patients", "rank"), [(5, 0), (9, 0), (19, 1), (29, 2), (100, 9)])
def test_threshold_has_the_finite_sample_correction(patients: int, rank: int) -> None:
    own = np.linspace(0.1, 0.9, patients)
    probabilities = np.stack([own, 1 - own, np.zeros(patients)], axis=1)
    names = [str(i) for i in range(patients)]
    fitted = fit_threshold(probabilities, np.zeros(patients, np.intp), names, 0.9)
    assert fitted.threshold == pytest.approx(own[rank], abs=2e-6)
    assert fitted.threshold <= own[rank], "the reading that sets it stays covered"


def test_sets_cover_new_patients_as_promised() -> None:
    covered = []
    for seed in range(60):
        logits, labels = _sample(150, seed=seed)
        probabilities = softmax(logits)
        names = [str(i) for i in range(75)]
        fitted = fit_threshold(probabilities[:75], labels[:75], names, 0.9)
        own = probabilities[75:][np.arange(75), labels[75:]]
        covered.append((own >= fitted.threshold).mean())
    assert 0.89 < np.mean(covered) < 0.93


def test_sets_follow_the_rule_of_the_service() -> None:
    probabilities = np.array([[0.45, 0.1, 0.45], [0.9, 0.06, 0.04], [0.4, 0.35, 0.25]])
    sets = prediction_sets(probabilities, np.array([0.3, 0.95, 0.3]))
    assert sets.tolist() == [[True, True, True], [True, False, False], [True, True, False]]


def test_conformal_scores_count_the_sets() -> None:
    calibrated = _readings(threshold=0.25)
    bootstrap = Bootstrap.over(calibrated.patients, resamples=10)
    found, sets = conformal(calibrated, bootstrap), calibrated.sets
    covered = sets[np.arange(len(sets)), calibrated.labels]
    assert found.coverage.value == pytest.approx(covered.mean(), abs=1e-4)
    assert found.mean_size.value == pytest.approx(sets.sum() / len(sets), abs=1e-4)
    assert found.single.value == pytest.approx((sets.sum(axis=1) == 1).mean(), abs=1e-4)
    mild = covered[calibrated.labels == 0].mean()
    assert found.coverage_per_class["mild"].value == pytest.approx(mild, abs=1e-4)


def test_interval_scores_count_what_lies_inside() -> None:
    calibrated = _readings()
    found = total_interval(calibrated, Bootstrap.over(calibrated.patients, resamples=10))
    # Totals are 3, 9 and 15 by class, and every interval is from 2 to 10.
    inside = (calibrated.labels < 2).mean()
    assert found.coverage.value == pytest.approx(inside, abs=1e-4)
    assert [found.coverage_per_class[name].value for name in SEVERITIES] == [1, 1, 0]
    assert found.mean_width.value == 8


def test_risk_and_coverage_of_known_orders() -> None:
    once = np.ones((1, 4))
    best, worst = np.array([1, 1, 0, 0.0]), np.array([0, 0, 1, 1.0])
    assert risk_coverage_area(best, once)[0] == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)
    assert risk_coverage_area(worst, once)[0] == pytest.approx((1 + 1 + 2 / 3 + 1 / 2) / 4)
    assert accuracy_at(0.5, best, once)[0] == 1
    assert accuracy_at(0.75, best, once)[0] == pytest.approx(2 / 3)
    assert accuracy_at(1.0, worst, once)[0] == 0.5
    assert coverage_at(0.9, best, once)[0] == 0.5
    assert coverage_at(0.9, worst, once)[0] == 0
    nine_of_ten = np.array([1.0] * 9 + [0])
    assert coverage_at(0.9, nine_of_ten, np.ones((1, 10)))[0] == 1


def test_weights_are_repeated_readings() -> None:
    correct, weights = np.array([1, 0, 1, 1, 0.0]), np.array([[2, 1, 0, 3, 2.0]])
    repeated = np.repeat(correct, weights[0].astype(int))
    once = np.ones((1, len(repeated)))
    for coverage in (0.25, 0.5, 1.0):
        assert accuracy_at(coverage, correct, weights) == pytest.approx(
            accuracy_at(coverage, repeated, once)
        )


def test_selective_reading_orders_by_confidence() -> None:
    calibrated = _readings()
    found = selective(calibrated, Bootstrap.over(calibrated.patients, resamples=50))
    confidence = calibrated.probabilities.max(axis=1)
    right = (calibrated.predicted == calibrated.labels)[np.argsort(-confidence, kind="stable")]
    assert found.accuracy_at_half.value == pytest.approx(right[:120].mean(), abs=1e-4)
    risks = 1 - right.cumsum() / np.arange(1, 241)
    assert found.area.value == pytest.approx(risks.mean(), abs=1e-4)
    assert found.curve[-1].accuracy.value == pytest.approx(right.mean(), abs=1e-4)
    assert [point.coverage for point in found.curve] == sorted(p.coverage for p in found.curve)
