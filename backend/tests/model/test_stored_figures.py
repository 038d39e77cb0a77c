"""Figures that a version was made with before shares without a hit had intervals."""

from __future__ import annotations

import pytest

from cxr_severity.model.evaluation import Agreement, Shift
from cxr_severity.model.metrics import Estimate, Metrics, Subgroup

NONE = {"value": 0.0, "low": 0.0, "high": 0.0}
ALL = {"value": 1.0, "low": 1.0, "high": 1.0}
SOME = {"value": 0.5, "low": 0.4, "high": 0.6}


def _ends(estimate: Estimate | None) -> tuple[float, float]:
    assert estimate is not None
    return estimate.low, estimate.high


def test_a_share_without_a_hit_gets_its_interval_as_it_is_read() -> None:
    common = {"images": 152, "patients": 108, "accuracy": SOME, "macro_f1": SOME,
              "quadratic_weighted_kappa": SOME, "two_step_errors": NONE}  # fmt: skip
    metrics = Metrics.model_validate(
        {**common, "evaluated_on": "x", "interval": "x", "per_class": {}, "confusion_matrix": []}
    )
    agreement = Agreement.model_validate(
        {**common, "reader": "a", "reference": "b", "total_r": SOME, "total_mae": SOME,
         "total_bias": SOME}
    )  # fmt: skip
    for found in (metrics, agreement):
        assert _ends(found.two_step_errors) == pytest.approx((0, 0.0336), abs=1e-4)
        assert _ends(found.accuracy) == (0.4, 0.6)
        again = type(found).model_validate_json(found.model_dump_json())
        assert again == found
    shift = Shift.model_validate(
        {"change": "x", "matters": False, "images": 400, "patients": 330, "flipped": NONE,
         "moved": NONE, "kappa": SOME}
    )  # fmt: skip
    assert _ends(shift.flipped) == pytest.approx((0, 0.0111), abs=1e-4)
    assert _ends(shift.moved) == (0, 0), "which is no share"


def test_the_kappa_of_a_group_of_one_grade_is_none() -> None:
    group = {"attribute": "source", "value": "x", "images": 22, "patients": 17, "accuracy": ALL,
             "macro_f1": ALL}  # fmt: skip
    assert (
        Subgroup.model_validate({**group, "quadratic_weighted_kappa": NONE}).model_dump()[
            "quadratic_weighted_kappa"
        ]
        is None
    )
    found = Subgroup.model_validate({**group, "quadratic_weighted_kappa": ALL})
    assert _ends(found.quadratic_weighted_kappa) == (1, 1)
    assert _ends(found.accuracy) == pytest.approx((0.805, 1), abs=1e-3)
