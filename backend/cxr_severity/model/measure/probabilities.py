"""Whether probabilities mean what they say, and whether the surest readings are the best ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.measure.bootstrap import Bootstrap, Indices, ratio

BINS = 15


def equal_width_bins(confidence: Float64Array) -> Indices:
    """(N,) bins, open below and closed above, as in Guo et al. (ICML 2017)."""
    bins: Indices = np.clip(np.ceil(confidence * BINS).astype(np.intp) - 1, 0, BINS - 1)
    return bins


def calibration_error(
    confidence: Float64Array, correct: Float64Array, bins: NDArray[np.integer], bootstrap: Bootstrap
) -> Float64Array:
    """(1 + B,) expected calibration errors: gaps of accuracy and confidence, weighed by bin.

    With equal-width bins Guo et al. (ICML 2017); with equally full ones the adaptive error of
    Nixon et al. (CVPR workshops 2019). Resampling adds noise to every gap, so that the interval
    tends to lie high: it errs on the side of a worse calibration.
    """
    member = (bins[:, None] == np.unique(bins)[None, :]).astype(np.float64)
    gaps = np.abs(bootstrap.sums(member * (correct - confidence)[:, None])).sum(axis=1)
    return ratio(gaps, bootstrap.sums(np.ones(len(bins))))


def accuracy_at(coverage: float, correct: Float64Array, weights: Float64Array) -> Float64Array:
    """(B,) accuracies on the most confident share; a reading on its border counts in part."""
    taken = weights.cumsum(axis=1)
    wanted = coverage * taken[:, -1:]
    inside = np.clip(wanted - (taken - weights), 0, weights)
    accuracy: Float64Array = inside @ correct / wanted[:, 0]
    return accuracy
