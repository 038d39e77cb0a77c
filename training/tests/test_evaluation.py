"""The whole evaluation of invented films: counts, people, groups, goals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from invented import CASES, CLASSED, DATASET, RALO, SEEDS, SEVERITY, predictions, reordered

from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.metrics import Estimate
from cxr_training.errors import TrainingError
from cxr_training.evaluation.agreement import correlations
from cxr_training.evaluation.evaluate import Beside, evaluate
from cxr_training.evaluation.goals import goals
from cxr_training.evaluation.predictions import join
from cxr_training.evaluation.report import report

ABROAD = Beside(across={"ralo": predictions(seeds=1, luck=4, cases=CASES[SEVERITY:])})


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(predictions(), DATASET, ABROAD, resamples=100)


def test_perfect_readings_reach_every_end_of_every_scale() -> None:
    found = evaluate(predictions(noise=0), DATASET, resamples=20)
    metrics = found.metrics
    assert metrics.accuracy.value == metrics.macro_f1.low == 1
    assert 0.9 < metrics.accuracy.low < 1, "the next patient may be read wrong"
    assert metrics.quadratic_weighted_kappa == Estimate(value=1, low=1, high=1)
    assert found.auc.macro.value == 1
    assert found.selective.area.value == 0
    assert found.selective.coverage_at_90.value == 1
    assert found.brixia is not None
    assert found.brixia.total_mae.value == found.brixia.zone_mae.value == 0
    assert found.brixia.total_r.value == 1
    assert found.interval is not None
    assert found.interval.coverage.value > 0.9
    assert found.interval.mean_width.value == pytest.approx(0, abs=0.01)


def test_counts_and_human_figures(evaluation: Evaluation) -> None:
    metrics = evaluation.metrics
    assert (metrics.images, metrics.seeds) == (len(CLASSED), SEEDS) == (118, 2)
    assert metrics.patients == len({case.patient for case in CLASSED})
    assert [seed.seed for seed in evaluation.seeds] == [0, 1]
    assert np.mean([seed.accuracy for seed in evaluation.seeds]) == pytest.approx(
        metrics.accuracy.value, abs=1e-4
    )
    most = max(row.support for row in metrics.per_class.values())
    assert evaluation.majority.accuracy.value == pytest.approx(most / 118, abs=1e-4)
    assert evaluation.majority.quadratic_weighted_kappa == Estimate(value=0, low=0, high=0)
    assert evaluation.readers is not None
    assert (evaluation.readers.images, evaluation.readers.seeds) == (30, 1)
    assert evaluation.on_readers_films is not None
    assert evaluation.on_readers_films.images == 30
    assert evaluation.readers_brixia is not None
    assert evaluation.readers_brixia.total_mae.value == 1  # one zone, one point
    assert evaluation.readers_brixia.zone_mae.value == pytest.approx(1 / 6, abs=1e-4)


def test_the_junior_is_read_against_the_senior() -> None:
    spoiled = [
        replace(case, brixia=(case.brixia[0], 4.0)) if case.reference == "brixia" else case
        for case in CASES
    ]
    found = evaluate(predictions(), replace(DATASET, cases=tuple(spoiled)), resamples=5)
    assert found.readers is not None
    mild = found.readers.per_class["mild"]
    assert mild.recall.value == 1, "the junior calls everything mild"
    assert mild.precision.value < 1, "and the senior is the reference"
    senior = sum(case.brixia[0] < 5.5 for case in CASES if case.reference == "brixia")
    assert mild.support == senior


def test_correlations_leave_out_what_is_no_score(evaluation: Evaluation) -> None:
    by_name = {one.score: one for one in evaluation.correlations}
    assert by_name["grade"].images == SEVERITY - 1, "grade 0 is no severity"
    assert "extent" not in by_name, "which all that have it are referred to"
    beside = [replace(case, extent=4.0 * (i % 3)) for i, case in enumerate(CASES[:20])]
    joined = join(predictions(), replace(DATASET, cases=(*beside, *CASES[20:])))
    extent = next(one for one in correlations(joined, resamples=5) if one.score == "extent")
    assert extent.images == 10, "of two radiologists' Brixia scores"


def test_subgroups_part_the_films(evaluation: Evaluation) -> None:
    found = [(one.attribute, one.value) for one in evaluation.subgroups]
    assert found == [
        ("view", "AP"), ("view", "PA"), ("view", "unknown"),
        ("sex", "F"), ("sex", "M"), ("sex", "unknown"),
        ("age", "below 40"), ("age", "40 to 64"), ("age", "65 and over"), ("age", "unknown"),
        ("source", "Stony Brook (RALO)"), ("source", "one"), ("source", "two"),
    ]  # fmt: skip
    for attribute in ("view", "sex", "age", "source"):
        parts = [one for one in evaluation.subgroups if one.attribute == attribute]
        assert sum(one.images for one in parts) == 118
        right = sum(one.images * one.accuracy.value for one in parts)
        assert right / 118 == pytest.approx(evaluation.metrics.accuracy.value, abs=1e-3)


def test_sources_part_the_films_and_stand_beside_their_readers(evaluation: Evaluation) -> None:
    names = [[(r.reader, r.images) for r in one.readings] for one in evaluation.sources]
    assert names == [
        [("model", 30), ("junior radiologist", 30)],
        [("model", 28)],
        [("model", RALO), ("rater 1", RALO)],
    ]
    assert [one.source for one in evaluation.sources] == ["brixia", "extent-opacity", "ralo"]
    raters = evaluation.sources[2].readings[1]
    assert raters.total_bias is not None
    # Rater 2 gives half a point of extent more, 1.07 points of 0-4 each, where the scale allows.
    assert raters.total_bias.value == pytest.approx(-0.5 * 1.07, abs=0.06)
    whole = evaluation.metrics.accuracy.value
    parts = [one.readings[0] for one in evaluation.sources]
    assert sum(one.images * one.accuracy.value for one in parts if one.accuracy) == pytest.approx(
        118 * whole, abs=0.05
    )


def test_order_of_the_rows_does_not_matter(evaluation: Evaluation) -> None:
    table = predictions()
    order = np.random.default_rng(1).permutation(len(table.images))
    found = evaluate(reordered(table, order), DATASET, resamples=100)
    assert found.metrics == evaluation.metrics
    assert found.calibration == evaluation.calibration
    assert found.interval == evaluation.interval
    assert found.subgroups == evaluation.subgroups
    assert found.series == evaluation.series


def test_another_hospital_is_not_in_its_calibration(evaluation: Evaluation) -> None:
    (found,) = evaluation.across
    assert (found.without, found.readings[0].reader, found.readings[0].images) == (
        "ralo", "model", RALO,
    )  # fmt: skip
    table = predictions()
    ralo = np.array([image.startswith("ralo/") for image in table.images])
    wild = replace(table, logits=np.where(ralo[:, None], -9 * table.logits, table.logits))
    again = evaluate(wild, DATASET, ABROAD, resamples=100)
    assert again.across == evaluation.across
    assert again.metrics != evaluation.metrics


def test_the_first_edition_has_its_own_films(evaluation: Evaluation) -> None:
    own, former = evaluation.first_edition
    # All of severity but the one film of grade 0: who was read twice, or graded.
    assert (own.images, former.version, former.images) == (SEVERITY - 1, "1.0.0", 325)


def test_a_film_that_nobody_read_is_named() -> None:
    table = predictions()
    left = np.flatnonzero(np.array(table.images) != "ralo/7.jpg")
    with pytest.raises(TrainingError, match=r"nobody read ralo/7\.jpg"):
        evaluate(reordered(table, left), DATASET)
    one_seed = np.flatnonzero(
        (np.array(table.images) != "ralo/7.jpg") | (table.seeds == 0)
    )  # fmt: skip
    with pytest.raises(TrainingError, match=r"seed 1 did not read ralo/7\.jpg"):
        evaluate(reordered(table, one_seed), DATASET)


def test_goals_are_judged_by_their_bound(evaluation: Evaluation) -> None:
    by_name = {goal.name: goal for goal in goals(evaluation)}
    assert len(by_name) == 27
    assert by_name["macro-F1"].met == (evaluation.metrics.macro_f1.value >= 0.78)
    assert by_name["trained without `ralo/`, tested on it: r"].measured is not None
    for name in ("`ralo/`: total, Pearson r", "`ralo/`: two-step errors", "Brixia readers: kappa"):
        assert by_name[name].measured is not None
    perfect = {g.name: g for g in goals(evaluate(predictions(noise=0), DATASET, resamples=20))}
    assert perfect["`ralo/`: total, mean absolute error"].met
    assert perfect["referred"].met
    assert not perfect["coverage of the prediction sets"].met, "too much is missed as well"
    unknown = perfect["opacity, boxes: peak in opacity"]
    assert (unknown.measured, unknown.met) == (None, False)


def test_the_report_tells_films_that_nobody_read_twice(evaluation: Evaluation) -> None:
    nobody = evaluation.model_copy(
        update=dict.fromkeys(
            ("brixia", "readers_brixia", "readers", "on_readers_films", "against_senior")
        )
    )
    text = report(nobody, "x", ())
    assert "## Brixia" not in text
    assert "cannot be told" in text
    assert "## Series" in text
