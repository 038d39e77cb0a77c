"""For whom does it work less well?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cxr_severity.model.measure.bootstrap import Bootstrap, Indices, interval, interval_if_any
from cxr_severity.model.measure.grades import confusions, scores
from cxr_severity.model.metrics import Subgroup
from cxr_training.cases import Case
from cxr_training.evaluation.crossfit import CalibratedPredictions

UNKNOWN = "unknown"
Attribute = Literal["view", "sex", "age", "source"]


def _view(case: Case) -> str:
    # AP Supine and AP Erect are AP: bedside films, of sicker patients.
    return case.view.split()[0].upper() if case.view.strip() else UNKNOWN


def _age(case: Case) -> str:
    if np.isnan(case.age):
        return UNKNOWN
    return "below 40" if case.age < 40 else "40 to 64" if case.age < 65 else "65 and over"


ATTRIBUTES: dict[Attribute, Callable[[Case], str]] = {
    "view": _view,
    "sex": lambda case: case.sex or UNKNOWN,
    "age": _age,
    "source": lambda case: case.source or UNKNOWN,
}
"""How films are told apart; the order of the tables."""
AGE_ORDER = ("below 40", "40 to 64", "65 and over", UNKNOWN)


def subgroups(calibrated: CalibratedPredictions, resamples: int) -> list[Subgroup]:
    """Every value of every attribute, on all readings that have a class."""
    found = []
    for attribute, value_of in ATTRIBUTES.items():
        values = np.array([value_of(case) for case in calibrated.joined.cases])
        found += [
            _subgroup(attribute, value, values == value, calibrated, resamples)
            for value in sorted(set(values.tolist()), key=_order)
        ]
    return found


def _order(value: str) -> tuple[int, str]:
    return (AGE_ORDER.index(value) if value in AGE_ORDER else 0, value)


def _subgroup(
    attribute: Attribute,
    value: str,
    chosen: NDArray[np.bool_],
    calibrated: CalibratedPredictions,
    resamples: int,
) -> Subgroup:
    labels: Indices = calibrated.labels[chosen]
    bootstrap = Bootstrap.over(
        np.asarray(calibrated.patients)[chosen].tolist(), resamples=resamples
    )
    found = scores(confusions(labels, calibrated.predicted[chosen], bootstrap))
    return Subgroup(
        attribute=attribute,
        value=value,
        images=len(set(np.asarray(calibrated.images)[chosen].tolist())),
        patients=bootstrap.patients,
        accuracy=interval(found.accuracy),
        macro_f1=interval(found.macro_f1),
        quadratic_weighted_kappa=interval_if_any(found.kappa),
    )
