"""Percentile bootstrap over patients (Efron and Tibshirani 1993), vectorised.

Films of one patient, and readings of one film by several networks, are no independent evidence:
whole patients are drawn. What is a sum over rows becomes one matrix product for all resamples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.metrics import Estimate, of_patients

RESAMPLES = 1000

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrap:
    """How often each patient is drawn; the first "resample" is the sample itself."""

    rows: Indices
    """(N,) the patient of each row, 0 to P-1."""
    draws: Float64Array
    """(1 + B, P) counts; the first row is all ones."""

    @classmethod
    def over(cls, patients: Sequence[str], seed: int = 0, resamples: int = RESAMPLES) -> Bootstrap:
        """Resampling of N rows by their patients; the same arguments give the same draws.

        Raises:
            ValueError: no rows.
        """
        if not len(patients):
            raise ValueError("nothing to resample")
        names, rows = np.unique(np.asarray(patients), return_inverse=True)
        count = len(names)
        drawn = np.random.default_rng(seed).multinomial(
            count, np.full(count, 1 / count), size=resamples
        )
        return cls(rows, np.concatenate([np.ones((1, count)), drawn]))

    @property
    def patients(self) -> int:
        return len(self.draws[0])

    def sums(self, values: Float64Array) -> Float64Array:
        """(N, ...) values to their (1 + B, ...) sums over the rows of each resample."""
        flat = np.asarray(values, dtype=np.float64).reshape(len(self.rows), -1)
        per_patient = np.zeros((self.patients, flat.shape[1]))
        np.add.at(per_patient, self.rows, flat)
        return (self.draws @ per_patient).reshape(len(self.draws), *np.shape(values)[1:])

    def weights(self) -> Float64Array:
        """(1 + B, N): how often each row is in each resample."""
        weights: Float64Array = self.draws[:, self.rows]
        return weights

    def mean(self, values: Float64Array, among: NDArray[np.bool_] | None = None) -> Estimate:
        """Mean of (N,) values over the rows that `among` selects, or all.

        Raises:
            ValueError: it selects none.
        """
        chosen = np.ones(len(self.rows)) if among is None else among.astype(np.float64)
        # where, because a NaN beside the selection would spread to the sum
        sums = self.sums(np.stack([np.where(chosen > 0, values, 0.0), chosen], axis=1))
        return interval(ratio(sums[:, 0], sums[:, 1], np.nan))

    def share(self, hits: Float64Array, among: NDArray[np.bool_] | None = None) -> Estimate:
        """As `mean`, of hits (1) and misses (0); exact where all are one or the other."""
        patients = self.patients if among is None else len(np.unique(self.rows[among]))
        return of_patients(self.mean(hits, among), patients)


def ratio(
    numerator: Float64Array, denominator: Float64Array, otherwise: float = 0.0
) -> Float64Array:
    """Elementwise quotient; `otherwise` where the denominator is not positive."""
    out = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), otherwise)
    np.divide(numerator, denominator, out=out, where=denominator > 0)
    return out


def interval(values: Float64Array) -> Estimate:
    """(1 + B,) values, the sample's first, to the value and its 95% percentile interval.

    Resamples in which the statistic does not exist (NaN) are left out; where there is none in which
    it does, both ends are the value. Of a share, `of_patients` gives ends that lie apart.

    Raises:
        ValueError: it does not exist in the sample.
    """
    if np.isnan(values[0]):
        raise ValueError("the statistic does not exist in this sample")
    existing = values[1:][~np.isnan(values[1:])]
    low, high = np.percentile(existing, (2.5, 97.5)) if len(existing) else values[[0, 0]]
    return Estimate(
        value=round(float(values[0]), 4), low=round(float(low), 4), high=round(float(high), 4)
    )


def interval_if_any(values: Float64Array) -> Estimate | None:
    """As `interval`; None where the statistic does not exist in the sample."""
    return None if np.isnan(values[0]) else interval(values)


def describe(resamples: int) -> str:
    return f"95% percentile bootstrap over patients, {resamples} resamples"
