"""Whether a fast engine computes what PyTorch computes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.calibration import softmax
from cxr_severity.model.runtime import Inference, Runtime

PROBABILITY_TOLERANCE = 1e-3
ZONE_TOLERANCE = 1e-2
LEAST_CORRELATION = 0.999


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two answers to one radiograph are apart; the worst over the three classes' maps."""

    probability: float
    zone: float
    correlation: float
    same_class: bool

    @property
    def fault(self) -> str | None:
        """What is too far apart, in words; None when nothing is."""
        if not self.probability <= PROBABILITY_TOLERANCE:
            return f"a probability is {self.probability:.2g} away from PyTorch's"
        if not self.zone <= ZONE_TOLERANCE:
            return f"a zone score is {self.zone:.2g} away from PyTorch's"
        if not self.same_class:
            return "the class is not PyTorch's"
        if not self.correlation >= LEAST_CORRELATION:
            return f"a heatmap correlates {self.correlation:.4f} with PyTorch's"
        return None


def compare(fast: Runtime, reference: Runtime, image: Float32Array) -> Agreement:
    """Answers of both to one network input, (1, 3, S, S), maps of all classes included.

    The three maps are asked for as one batch, so that batches are compared as well, and one of
    them once more alone, which may be another number of threads.
    """
    pairs: list[tuple[Inference, Inference]] = []
    for targets, alone in ((SEVERITIES, False), (SEVERITIES[:1], True)):
        batch = np.repeat(image, len(targets), axis=0)
        inferences = [one.infer(batch, list(targets), alone=alone) for one in (fast, reference)]
        pairs += zip(*inferences, strict=True)
    return Agreement(
        probability=_worst([softmax(a.logits) - softmax(b.logits) for a, b in pairs]),
        zone=_worst([a.zones - b.zones for a, b in pairs]),
        correlation=float(np.min([_correlation(a, b) for a, b in pairs])),
        same_class=all(a.logits.argmax() == b.logits.argmax() for a, b in pairs),
    )


def _worst(differences: Sequence[NDArray[np.floating]]) -> float:
    """The largest, without its sign: by NumPy, since `max` passes over NaN."""
    return float(np.abs(differences).max())


def _correlation(one: Inference, other: Inference) -> float:
    if one.map is None or other.map is None:
        raise ValueError("both must hold a map")
    return correlation(one.map.cam, other.map.cam)


def correlation(one: Float32Array, other: Float32Array) -> float:
    """Pearson's, of two maps; of two that are flat, 1 when they are alike and else 0."""
    if one.std() == 0 or other.std() == 0:
        return float(np.allclose(one, other, atol=1e-3))
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
