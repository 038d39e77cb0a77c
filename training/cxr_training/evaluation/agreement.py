"""Estimated Brixia scores against readers', and against scores of other kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.measure.bootstrap import RESAMPLES, Bootstrap, interval
from cxr_severity.model.measure.correlation import pearson, spearman
from cxr_severity.model.metrics import BrixiaScores, Correlation
from cxr_training.cases import Case
from cxr_training.evaluation.predictions import Joined

OtherScore = Literal["extent", "opacity", "grade"]
FEWEST = 3
"""Films that a correlation needs."""


def model_brixia(joined: Joined, resamples: int = RESAMPLES) -> BrixiaScores | None:
    """The model against the mean of both readers, each seed's reading by itself."""
    cases = joined.cases
    scored: NDArray[np.bool_] = np.array(
        [bool(np.isfinite([*case.brixia, *np.ravel(case.zones)]).all()) for case in cases]
    )
    found = joined.only(scored)
    totals = np.array([case.brixia for case in found.cases]).reshape(-1, 2)
    zones = np.array([case.zones for case in found.cases]).reshape(len(totals), 2, -1)
    return _brixia(
        found.predictions.totals, totals.mean(axis=1), found.predictions.zones, zones.mean(axis=1),
        found.cases, "mean of the senior and the junior radiologist", resamples,
    )  # fmt: skip


def reader_brixia(cases: Sequence[Case], resamples: int = RESAMPLES) -> BrixiaScores | None:
    """The junior radiologist against the senior, on all films both scored."""
    both = [case for case in cases if np.isfinite([*case.brixia, *np.ravel(case.zones)]).all()]
    totals = np.array([case.brixia for case in both]).reshape(-1, 2)
    zones = np.array([case.zones for case in both]).reshape(len(both), 2, -1)
    return _brixia(
        totals[:, 1], totals[:, 0], zones[:, 1], zones[:, 0], both,
        "senior radiologist, read by the junior", resamples,
    )  # fmt: skip


def _brixia(
    totals: Float64Array,
    reference: Float64Array,
    zones: Float64Array,
    reference_zones: Float64Array,
    cases: Sequence[Case],
    described: str,
    resamples: int,
) -> BrixiaScores | None:
    if len({case.image for case in cases}) < FEWEST:
        return None
    bootstrap = Bootstrap.over([case.patient for case in cases], resamples=resamples)
    return BrixiaScores(
        reference=described,
        images=len({case.image for case in cases}),
        patients=bootstrap.patients,
        total_mae=bootstrap.mean(np.abs(totals - reference)),
        total_bias=bootstrap.mean(totals - reference),
        total_r=interval(pearson(totals, reference, bootstrap)),
        zone_mae=bootstrap.mean(np.abs(zones - reference_zones).mean(axis=1)),
    )


def correlations(joined: Joined, resamples: int = RESAMPLES) -> list[Correlation]:
    """Estimated totals against each other score of `severity/` that at least three films have.

    Extent and opacity only where the reference is Brixia's: elsewhere they are what it is made of.
    """
    found = []
    for name in get_args(OtherScore):
        values = np.array(
            [
                getattr(case, name)
                if case.set == "severity" and (name == "grade" or case.reference == "brixia")
                else np.nan
                for case in joined.cases
            ],
            np.float64,
        )
        # Grade 0 says that no severity could be assigned; it is no step below mild.
        scored = np.isfinite(values) & ((values > 0) if name == "grade" else True)
        cases = [case for case, chosen in zip(joined.cases, scored, strict=True) if chosen]
        images = len({case.image for case in cases})
        if images < FEWEST:
            continue
        bootstrap = Bootstrap.over([case.patient for case in cases], resamples=resamples)
        found.append(
            Correlation(
                score=name,
                images=images,
                patients=bootstrap.patients,
                rho=interval(
                    spearman(joined.predictions.totals[scored], values[scored], bootstrap)
                ),
            )
        )
    return found
