"""Correlations in every resample of a bootstrap."""

from __future__ import annotations

import numpy as np

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.measure.bootstrap import Bootstrap, ratio


def pearson(x: Float64Array, y: Float64Array, bootstrap: Bootstrap) -> Float64Array:
    """(1 + B,) correlations of (N,) values; 0 where one of them does not vary."""
    # Centred first: the sums of squares below would otherwise lose digits.
    x, y = x - x.mean(), y - y.mean()
    moments = bootstrap.sums(np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=1))
    n, sum_x, sum_y, sum_xx, sum_yy, sum_xy = moments.T
    return _correlation(sum_xx - sum_x**2 / n, sum_yy - sum_y**2 / n, sum_xy - sum_x * sum_y / n)


def spearman(x: Float64Array, y: Float64Array, bootstrap: Bootstrap) -> Float64Array:
    """(1 + B,) rank correlations of (N,) values, ranked anew in every resample (mid-ranks).

    A row's rank is the weight of the rows below it and half of that of its equals, itself
    included, so one matrix product ranks all resamples.
    """
    weights = bootstrap.weights()
    total = weights.sum(axis=1, keepdims=True)
    ranks = []
    for values in (x, y):
        below = (values[:, None] < values[None, :]) + 0.5 * (values[:, None] == values[None, :])
        ranks.append(weights @ below - total / 2)  # mid-ranks have the mean total / 2
    a, b = ranks
    return _correlation(
        (weights * a * a).sum(axis=1), (weights * b * b).sum(axis=1), (weights * a * b).sum(axis=1)
    )


def _correlation(
    variance_x: Float64Array, variance_y: Float64Array, covariance: Float64Array
) -> Float64Array:
    tiny = 1e-9
    spread = np.sqrt(np.maximum(variance_x, 0) * np.maximum(variance_y, 0))
    return ratio(covariance, np.where(spread > tiny, spread, 0.0))
