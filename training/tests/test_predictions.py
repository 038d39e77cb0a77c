"""Tables of readings: read as written, and refused in one line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from invented import DATASET, Row, predictions, rows_of, write_rows

from cxr_training.errors import TrainingError
from cxr_training.evaluation.compare import compare, comparison_table
from cxr_training.evaluation.evaluate import Beside, evaluate
from cxr_training.evaluation.predictions import join, read_predictions


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    table = predictions()
    found = read_predictions(write_rows(tmp_path / "p.csv", rows_of(table)))
    assert found.images == table.images
    assert (found.logits == table.logits).all()
    assert (found.zones == table.zones).all()
    assert (found.folds == table.folds).all()


def _change(column: str, value: str) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [{**rows[0], column: value}, *rows[1:]]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_change("logit_severe", "nan"), "p.csv:2: logit_severe is not a finite number"),
        (_change("logit_mild", ""), "p.csv:2: logit_mild is not a finite number"),
        (_change("logit_mild", "high"), "p.csv:2: logit_mild 'high' is no number"),
        (_change("zone_B", "3.5"), "p.csv:2: zone_B is not between 0 and 3"),
        (_change("seed", "1.5"), "p.csv:2: seed '1.5' is no whole number"),
        (_change("image", "severity/1.png"), "seed 0 read severity/1.png twice"),
        (_change("fold", "4"), "patient p0 stands in fold 0 and in fold 4"),
        (_change("image", "severity/x.png"), "severity/x.png is not in the labels"),
        (lambda rows: rows[1:], "seed 0 did not read severity/0.png"),
        (lambda rows: rows[:0], "has no rows"),
    ],
)
def test_bad_tables_are_refused(
    tmp_path: Path, spoil: Callable[[list[Row]], list[Row]], message: str
) -> None:
    path = write_rows(tmp_path / "p.csv", spoil(rows_of(predictions())))
    with pytest.raises(TrainingError, match=re.escape(message)):
        join(read_predictions(path), DATASET)


def test_one_collection_may_lack_a_grade_and_is_measured_all_the_same() -> None:
    table = predictions()
    mild = {case.image for case in DATASET.cases if case.severity == "mild"}
    rows = np.array([image not in mild for image in table.images])
    some = replace(
        table, seeds=table.seeds[rows], folds=np.full(rows.sum(), "without-severity"),
        images=tuple(np.array(table.images)[rows]), patients=tuple(np.array(table.patients)[rows]),
        logits=table.logits[rows], zones=table.zones[rows],
    )  # fmt: skip
    with pytest.raises(TrainingError, match="no image is mild"):
        join(some, DATASET)
    assert not (join(some, DATASET, all_grades=False).labels == 0).any()
    found = evaluate(
        table, DATASET, Beside(across={"severity": some}), version="0.1.0", resamples=20
    )
    assert [one.without for one in found.across] == ["severity"]


def test_two_folds_leave_too_few_patients_to_calibrate_on() -> None:
    table = predictions(seeds=1)
    folds = table.folds.copy()
    folds[table.folds != "0"] = "1"
    with pytest.raises(TrainingError, match="2 folds leave too few"):
        evaluate(replace(table, folds=folds), DATASET)


def test_the_same_readings_do_not_differ() -> None:
    comparison = compare(predictions(), predictions(), DATASET, resamples=50)
    for one in comparison.differences:
        assert (one.difference.low, one.difference.value, one.difference.high) == (0, 0, 0)
        assert not one.settled
    assert comparison.images == 118


def test_tables_pair_whatever_names_their_patients_had() -> None:
    table = predictions()
    renamed = replace(table, patients=tuple(f"z{name}" for name in reversed(table.patients)))
    for one in compare(table, renamed, DATASET, resamples=50).differences:
        assert (one.difference.low, one.difference.high) == (0, 0)
    assert join(renamed, DATASET).predictions.patients == table.patients


def test_a_better_model_is_found_better_from_either_side() -> None:
    good, bad = predictions(noise=0.2, seeds=1), predictions(noise=4, luck=9)
    for one in compare(good, bad, DATASET, resamples=200).differences:
        assert one.settled
        assert (one.difference.value > 0) == one.higher_is_better
        assert one.difference.value == pytest.approx(one.first.value - one.second.value, abs=2e-4)
    comparison = compare(bad, good, DATASET, resamples=200)
    assert comparison_table(comparison, "bad", "good").count("good is better") == 4


def test_the_grades_that_are_compared_are_those_that_are_served() -> None:
    """A recipe whose raw logits say nothing, and whose totals say all, is served right."""
    first, second = predictions(noise=0.2, seeds=1), predictions(noise=1, luck=9)
    mute = replace(first, logits=np.zeros_like(first.logits))
    comparison = compare(mute, second, DATASET, resamples=50)
    found = {one.name: one for one in comparison.differences}
    for table, side in ((mute, "first"), (second, "second")):
        served = evaluate(table, DATASET).metrics
        for name, value in (
            ("accuracy", served.accuracy), ("macro-F1", served.macro_f1),
            ("quadratic weighted kappa", served.quadratic_weighted_kappa),
        ):  # fmt: skip
            assert value is not None
            assert getattr(found[name], side).value == pytest.approx(value.value, abs=1e-4)
    assert found["accuracy"].first.value > 0.9
    assert "calibrated on the other folds" in comparison_table(comparison, "mute", "other")


def test_a_comparison_fits_nothing_but_the_calibration(monkeypatch: pytest.MonkeyPatch) -> None:
    def fitted(*_: object) -> None:
        raise AssertionError("neither sets nor intervals are compared")

    for name in ("fit_threshold", "fit_interval", "fit_ends"):
        monkeypatch.setattr(f"cxr_training.evaluation.crossfit.{name}", fitted)
    comparison = compare(predictions(), predictions(), DATASET, resamples=5)
    assert comparison.calibrated


def test_two_folds_are_compared_by_raw_logits_and_say_so() -> None:
    table = predictions()
    folds = table.folds.copy()
    folds[table.folds != "0"] = "1"
    two = replace(table, folds=folds)
    # A third, of films that no class was given to, is none to calibrate on.
    third = folds.copy()
    third[join(table, DATASET).labels < 0] = "2"
    assert len(np.unique(third)) == 3
    for each in (two, replace(table, folds=third)):
        comparison = compare(each, each, DATASET, resamples=50)
        assert "raw logits" in comparison_table(comparison, "one", "other")


def test_other_folds_are_not_compared() -> None:
    table = predictions()
    other = replace(table, folds=table.folds[::-1].copy())
    with pytest.raises(TrainingError, match="same folds"):
        compare(table, other, DATASET)
