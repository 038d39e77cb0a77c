"""What a Brixia total amounts to."""

from __future__ import annotations

from cxr_severity.model.assessment import Severity

MODERATE_FROM, SEVERE_FROM = 5.5, 11.5
"""Brixia totals at which the grades begin; readers' whole totals fall in 0-5, 6-11 and 12-18."""


def brixia_severity(total: float) -> Severity:
    """The class of a Brixia total (0-18), which may be a mean of readers."""
    if total < MODERATE_FROM:
        return "mild"
    return "moderate" if total < SEVERE_FROM else "severe"
