"""Whether a fast engine computes what PyTorch computes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.calibration import softmax
from cxr_severity.model.reader import Answer, Reader

if TYPE_CHECKING:
    from cxr_severity.model.predictor import Predictor

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


def disagreement(
    predictor: Predictor, reference: Reader, films: Iterable[Radiograph]
) -> str | None:
    """The first fault of `predictor` against `reference`, None when they agree on all films."""
    return next(
        (fault for film in films if (fault := compare(predictor, reference, film).fault)), None
    )


def compare(predictor: Predictor, reference: Reader, film: Radiograph) -> Agreement:
    """Answers of `predictor` and of `reference` to one film, maps of all classes included.

    The three maps are asked for as one batch, so that batches are compared as well, and one of
    them once more alone, which may be another number of threads.

    Raises:
        ImageWithoutContrastError: when the film shows nothing.
    """
    image = predictor.prepare(film).image
    pairs: list[tuple[Answer, Answer]] = []
    for targets, alone in ((SEVERITIES, False), (SEVERITIES[:1], True)):
        batch = np.repeat(image, len(targets), axis=0)
        answers = [one.read(batch, list(targets), alone=alone) for one in (predictor, reference)]
        pairs += zip(*answers, strict=True)
    return Agreement(
        probability=max(
            float(np.abs(softmax(a.logits) - softmax(b.logits)).max()) for a, b in pairs
        ),
        zone=max(float(np.abs(a.zones - b.zones).max()) for a, b in pairs),
        correlation=min(_correlation(a, b) for a, b in pairs),
        same_class=all(a.logits.argmax() == b.logits.argmax() for a, b in pairs),
    )


def _correlation(one: Answer, other: Answer) -> float:
    if one.map is None or other.map is None:
        raise ValueError("both must hold a map")
    return correlation(one.map.cam, other.map.cam)


def correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Pearson's, of two maps; of two that are flat, 1 when they are alike and else 0."""
    if one.std() == 0 or other.std() == 0:
        return float(np.allclose(one, other, atol=1e-3))
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
