"""From readers' scores to training targets."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from cxr_severity.model.assessment import SEVERITIES, Severity
from cxr_training.config import LossConfig
from cxr_training.data import Case
from cxr_training.reference import brixia_severity
from cxr_training.targets import SCORES, Targets, class_target, mirror_zones

SOFT = LossConfig(soft_labels=1.25, grade_certainty=0.8)
HARD = LossConfig(soft_labels=0, grade_certainty=1)


def scored(senior: float, junior: float) -> Case:
    severity = brixia_severity((senior + junior) / 2)
    return replace(Case.unscored("a.png"), brixia=(senior, junior), severity=severity)


def graded(severity: Severity) -> Case:
    grade = 1.0 + SEVERITIES.index(severity)
    return replace(Case.unscored("a.png"), grade=grade, severity=severity)


def test_soft_labels_are_probabilities_that_move_with_the_mean() -> None:
    targets = torch.tensor([class_target(scored(k / 2, k / 2), SOFT) for k in range(37)])
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(37))
    assert (targets >= 0).all()
    assert (targets[:, 0].diff() <= 0).all()
    assert (targets[:, 2].diff() >= 0).all()
    for k, target in enumerate(targets):
        if k / 2 not in (5.5, 11.5):
            assert SEVERITIES[int(target.argmax())] == brixia_severity(k / 2)


def test_at_an_edge_both_classes_are_as_likely() -> None:
    mild, moderate, severe = class_target(scored(5, 6), SOFT)
    assert mild == pytest.approx(0.5)
    assert moderate == pytest.approx(0.5, abs=1e-4)
    assert severe < 1e-4
    _, moderate, severe = class_target(scored(11, 12), SOFT)
    assert moderate == pytest.approx(severe, abs=1e-4)


def test_a_point_from_the_edge_is_a_normal_distributions_share() -> None:
    config = LossConfig(soft_labels=2.0)
    mild, _, severe = class_target(scored(3, 4), config)  # one deviation below 5.5
    assert mild == pytest.approx(0.8413, abs=1e-4)
    assert severe == pytest.approx(0.00003, abs=1e-5)


def test_hard_labels() -> None:
    assert class_target(scored(5, 5), HARD) == (1, 0, 0)
    assert class_target(scored(5, 6), HARD) == (0, 1, 0)
    assert class_target(graded("severe"), HARD) == (0, 0, 1)


def test_a_grade_leaves_a_doubt_to_its_neighbours() -> None:
    assert class_target(graded("mild"), SOFT) == pytest.approx((0.8, 0.2, 0))
    assert class_target(graded("moderate"), SOFT) == pytest.approx((0.1, 0.8, 0.1))
    assert class_target(graded("severe"), SOFT) == pytest.approx((0, 0.2, 0.8))


def test_what_nobody_scored_is_nan() -> None:
    targets = Targets.of([Case.unscored("a.png"), graded("mild")], SOFT)
    assert targets.classes[0].isnan().all()
    assert targets.zones.isnan().all()
    assert targets.zones.shape == (2, 2, 6)
    assert targets.scores[0].isnan().all()
    assert targets.scores[1].isnan().tolist() == [name != "grade" for name in SCORES]


def test_scores_are_shares_of_the_highest() -> None:
    zones = ((0.0, 1.0, 2.0, 3.0, 0.0, 0.0), (math.nan,) * 6)
    full = replace(
        Case.unscored("a.png"), brixia=(18.0, 9.0), zones=zones, grade=5.0, extent=8.0, opacity=3.0,
        involvement=0.25, severity="severe",
    )  # fmt: skip
    targets = Targets.of([full], SOFT)
    scores = dict(zip(SCORES, targets.scores[0].tolist(), strict=True))
    assert scores == {"brixia_senior": 1, "brixia_junior": 0.5, "grade": 1, "extent": 1,
                      "opacity": 0.5, "involvement": 0.25}  # fmt: skip
    torch.testing.assert_close(targets.zones[0, 0], torch.tensor(zones[0]) / 3)
    assert targets.zones[0, 1].isnan().all()
    assert targets.zones.dtype == targets.scores.dtype == targets.classes.dtype == torch.float32


def test_grade_zero_is_no_score() -> None:
    targets = Targets.of([replace(Case.unscored("a.png"), grade=0.0)], SOFT)
    assert targets.scores.isnan().all()


def test_zones_of_mirrored_films_change_sides() -> None:
    zones = torch.arange(24.0).view(2, 2, 6)
    mirrored = mirror_zones(zones, torch.tensor([True, False]))
    assert mirrored[0, 0].tolist() == [3, 4, 5, 0, 1, 2]  # A (upper right) and D change places
    assert mirrored[1].equal(zones[1])
    assert mirror_zones(mirrored, torch.tensor([True, False])).equal(zones)
