"""Who is calibrated by whom, and what intervals and thresholds promise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from invented import DATASET, predictions

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.measure.bootstrap import Indices
from cxr_training.errors import TrainingError
from cxr_training.evaluation.calibrate import (
    KNOTS,
    balance,
    fit_ends,
    fit_interval,
    misses,
)
from cxr_training.evaluation.crossfit import (
    CalibratedPredictions,
    apply,
    calibrated_classes,
    cross_fit,
    fit_all,
    fold_scalings,
)
from cxr_training.evaluation.predictions import Joined, join


def _same(
    before: CalibratedPredictions,
    after: CalibratedPredictions,
    rows: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> bool:
    return all(
        (getattr(before, name)[rows] == getattr(after, name)[rows]).all()
        for name in ("temperatures", "scaled", "thresholds", "intervals")
    )


def _changed(joined: Joined, labels: Indices, reference: Float64Array) -> Joined:
    return replace(joined, labels=labels, reference=reference)


def test_no_patient_is_judged_by_a_fit_on_himself() -> None:
    joined = join(predictions(), DATASET)
    held_out = joined.predictions.folds == "2"
    classed = joined.labels >= 0
    labels = np.where(held_out & classed, (joined.labels + 1) % 3, joined.labels)
    reference = np.where(held_out, 18 - joined.reference, joined.reference)
    before, after = cross_fit(joined), cross_fit(_changed(joined, labels, reference))
    same = held_out[classed]
    assert same.any()
    assert _same(before, after, same)
    assert before.by_fold["2"] == after.by_fold["2"]
    assert before.final != after.final
    for fold in ("0", "1", "3", "4"):
        assert before.by_fold[fold] != after.by_fold[fold]


def test_fits_are_applied_as_the_service_does() -> None:
    calibrated = cross_fit(join(predictions(seeds=1), DATASET))
    table = calibrated.joined.predictions
    for i in (0, 40, 100):
        fits = calibrated.by_fold[str(table.folds[i])]
        assert calibrated.scaled[i] == pytest.approx(fits.scaling(table.logits[i], table.zones[i]))
        assert tuple(calibrated.intervals[i]) == fits.interval(float(table.totals[i]))
        assert calibrated.thresholds[i] == fits.conformal.threshold
    without = {fold: fits for fold, fits in calibrated.by_fold.items() if fold != "3"}
    with pytest.raises(TrainingError, match="fold 3 has nothing"):
        apply(calibrated.joined, without, calibrated.final)


def test_the_calibration_alone_is_that_of_the_whole() -> None:
    joined = join(predictions(), DATASET)
    whole = cross_fit(joined)
    assert (calibrated_classes(joined) == whole.predicted).all()
    assert fold_scalings(joined) == {int(k): fits.scaling for k, fits in whole.by_fold.items()}


def test_a_large_collection_rules_less_and_not_nothing() -> None:
    groups = ["big"] * 90 + ["small"] * 10
    weights = balance(groups)
    assert weights.mean() == pytest.approx(1)
    assert weights[-1] / weights[0] == pytest.approx(3)
    assert balance(groups, 0).tolist() == [1] * 100
    assert balance(groups, 1)[:90].sum() == pytest.approx(balance(groups, 1)[90:].sum())


def _sample(rng: np.random.Generator, count: int) -> tuple[Float64Array, Float64Array]:
    """Estimates that err more in the middle, and are too low at the top."""
    reference = rng.uniform(0, 18, count)
    spread = 0.3 + 2 * np.exp(-(((reference - 9) / 4) ** 2))
    totals = reference + spread * rng.normal(size=count) - 2 * (reference > 14)
    return np.clip(totals, 0, 18), reference


def test_intervals_cover_and_are_narrow_where_the_error_is_small() -> None:
    rng = np.random.default_rng(0)
    covered, widths = [], []
    for _ in range(30):
        totals, reference = _sample(rng, 600)
        fit, rest, new = (slice(0, 250), slice(250, 500), slice(500, 600))
        ones = np.ones(250)
        ends = fit_ends(totals[fit], reference[fit], ones, seeds=1)
        missed = misses(totals[rest], reference[rest], *ends)
        interval = fit_interval(ends, missed, [str(i) for i in range(250)])
        assert interval.knots == KNOTS
        found = np.array([interval(float(total)) for total in totals[new]])
        covered.append(((found[:, 0] <= reference[new]) & (reference[new] <= found[:, 1])).mean())
        widths.append([b - a for a, b in map(interval, (0.0, 9.0))])
    assert 0.88 < np.mean(covered) < 0.93
    narrow, wide = np.mean(widths, axis=0)
    assert narrow < wide / 2


def test_an_estimate_that_is_always_too_low_is_told_upwards() -> None:
    reference = np.linspace(2, 18, 400)
    low, high = fit_ends(reference - 2, reference, np.ones(400), seeds=1)
    assert low == pytest.approx(np.array(KNOTS) + 2)
    assert high == pytest.approx(low)


@pytest.mark.parametrize(("folds", "said"), [(("2",), "1 folds"), ((), "0 folds")])
def test_films_of_one_fold_fit_nothing(folds: tuple[str, ...], said: str) -> None:
    joined = join(predictions(), DATASET)
    with pytest.raises(TrainingError, match=f"lie in {said}, not in two"):
        fit_all(joined.only(np.isin(joined.predictions.folds, folds)))
