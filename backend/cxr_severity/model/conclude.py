"""From what the network said of one radiograph to an assessment, once the gate lets it pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.radiograph import Declared
from cxr_severity.model.assessment import (
    SEVERITIES,
    ZONES,
    Assessment,
    Brixia,
    Explanation,
    WeakReason,
)
from cxr_severity.model.calibration import prediction_set, softmax
from cxr_severity.model.gate import Gate
from cxr_severity.model.lungs import LungField, lungs_of_cells
from cxr_severity.model.manifest import Manifest
from cxr_severity.model.places import opacity_of, zone_outlines
from cxr_severity.model.quality import RejectedError, with_declared
from cxr_severity.model.runtime import Inference

_LEAST_INSIDE = 0.5
"""A map is shown as a finding only if at least this share of its energy lies within the lungs."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One radiograph on its way to the network.

    `image` (1, 3, S, S) float32: the network's input. `grid` (S, S) float32 in [0, 1]: the same
    before normalisation. `colour` and `side`: of the file, as the gate takes them. `declared`: what
    the file says of itself.
    """

    image: Float32Array
    grid: Float32Array
    colour: float
    side: int
    declared: Declared = ""


def conclude(
    manifest: Manifest,
    gate: Gate,
    prepared: Prepared,
    inference: Inference,
    lungs: LungField | None,
    *,
    force: bool,
) -> Assessment:
    """What the network said, named and judged by its version's thresholds.

    Args:
        lungs: as they were found apart from the network; None where it tells them itself.

    Raises:
        RejectedError: when the gate holds the radiograph unfit and `force` is false.
    """
    if inference.places is not None:
        lungs = lungs_of_cells(inference.places, prepared.grid)
    if lungs is None:
        raise ValueError("the lungs of this version's images are found apart from the network")
    measured = gate(inference.features, lungs, prepared.colour, prepared.side)
    quality = with_declared(measured, prepared.declared)
    if not (quality.accepted or force):
        raise RejectedError(quality)
    probabilities = softmax(inference.logits).tolist()
    plausible = prediction_set(probabilities, manifest.conformal.threshold)
    zones = dict(zip(ZONES, inference.zones.tolist(), strict=True))
    interval = manifest.total_interval
    return Assessment(
        model_name=manifest.name,
        model_version=manifest.version,
        probabilities=dict(zip(SEVERITIES, probabilities, strict=True)),
        prediction_set=tuple(SEVERITIES[i] for i in plausible),
        brixia=Brixia(zones, None if interval is None else interval(sum(zones.values()))),
        quality=quality,
        explanation=_explanation(inference, lungs, manifest),
        model_ms=inference.model_ms,
        explain_ms=inference.explain_ms,
    )


def _explanation(inference: Inference, lungs: LungField, manifest: Manifest) -> Explanation | None:
    found = inference.map
    if found is None:
        return None
    faint = manifest.faint(found.target)
    inside = lungs.share_of(found.cam)
    reason: WeakReason | None = None
    if found.peak <= faint:
        reason = "faint"
    elif inference.places is not None and (inside is None or inside < _LEAST_INSIDE):
        reason = "outside-lungs"
    weak = found.peak <= faint and faint
    return Explanation(
        method="grad-cam",
        target=found.target,
        peak=found.peak,
        low_signal=reason is not None,
        low_signal_reason=reason,
        lung_fraction=inside,
        # Scaled by the peak of a map that says something, so that an empty film shows no heat.
        cam=found.cam * np.float32(found.peak / faint) if weak else found.cam,
        seen=None if inference.places is None else opacity_of(inference.places),
        zone_outlines=None if inference.places is None else zone_outlines(inference.places),
    )
