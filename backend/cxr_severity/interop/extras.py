"""What later versions of the model say beyond the first, read in one place.

Version 1.0.0 gives no interval of the total, no opacity map and no outlines of the zones. Results
are built with what there is, and say nothing of what there is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.assessment import Assessment, Zone


@dataclass(frozen=True, slots=True, eq=False)
class Extras:
    """What an assessment says beyond version 1.0.0; empty where it does not."""

    interval: tuple[float, float] | None = None
    """Of the Brixia total, 90%."""
    opacity: Float32Array | None = None
    """(h, w) probability of an opacity in each cell; it covers the whole film."""
    shares: Mapping[Zone, float] = field(default_factory=dict)
    """Of each zone, the share that is opaque, in [0, 1]."""
    outlines: Mapping[Zone, Float32Array] = field(default_factory=dict)


def extras(assessment: Assessment) -> Extras:
    interval, explanation = assessment.brixia.interval, assessment.explanation
    if explanation is None:
        return Extras(interval)
    return Extras(
        interval,
        explanation.opacity,
        explanation.zone_opacity or {},
        explanation.zone_outlines or {},
    )
