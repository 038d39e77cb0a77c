"""The reference standard: what readers' scores say about a film, as a Brixia total and a class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from cxr_severity.model.assessment import Severity
from cxr_severity.model.calibration import HIGHEST_TOTAL
from cxr_severity.model.measure.brixia import brixia_severity

INTERCEPT, PER_EXTENT, PER_OPACITY = 0.11, 1.07, 1.06
"""From extent and opacity to a Brixia total; fitted once, on 119 films that have both kinds of
score, and part of the reference: a new recipe or new films do not change them."""

ReferenceKind = Literal["brixia", "extent-opacity"]


@dataclass(frozen=True, slots=True)
class Reference:
    """Second edition of the reference standard of one film."""

    total: float
    """Brixia total, 0-18; seldom whole."""
    severity: Severity
    kind: ReferenceKind
    """Which scores it comes from."""


def reference(
    brixia_senior: float, brixia_junior: float, extent: float, opacity: float
) -> Reference | None:
    """The reference of a film from its readers' scores (NaN: not scored); None where there is none.

    Args:
        brixia_senior, brixia_junior: totals of two radiologists, 0-18. Both are needed.
        extent, opacity: of both lungs together, 0-8 each, means of at least two raters. They count
            where the Brixia scores are not complete.

    Raises:
        ValueError: a score outside its range.
    """
    for name, score, highest in (
        ("brixia_senior", brixia_senior, HIGHEST_TOTAL),
        ("brixia_junior", brixia_junior, HIGHEST_TOTAL),
        ("extent", extent, 8),
        ("opacity", opacity, 8),
    ):
        if not math.isnan(score) and not 0 <= score <= highest:
            raise ValueError(f"{name} {score:g} is not between 0 and {highest}")
    kind: ReferenceKind = "brixia"
    total = (brixia_senior + brixia_junior) / 2
    if math.isnan(total):
        kind = "extent-opacity"
        total = total_of(extent, opacity)
    if math.isnan(total):
        return None
    return Reference(total, brixia_severity(total), kind)


def total_of(extent: float, opacity: float) -> float:
    """The Brixia total (0.11 to 17.15) that geographic extent and degree of opacity, 0-8 each,
    amount to; NaN where one of them is."""
    return INTERCEPT + PER_EXTENT * extent + PER_OPACITY * opacity


def first_edition(brixia_senior: float, brixia_junior: float, grade: float) -> Severity | None:
    """The class by the first edition, which version 1.0.0 was measured by; None where it has none.

    The mean of two Brixia scores (0-18) where both exist, else one radiologist's grade (1 mild, 2
    moderate, 3-5 severe; 0 means that no COVID-19 severity could be assigned).
    """
    mean = (brixia_senior + brixia_junior) / 2
    if not math.isnan(mean):
        return brixia_severity(mean)
    if math.isnan(grade) or grade == 0:
        return None
    return "mild" if grade == 1 else "moderate" if grade == 2 else "severe"
