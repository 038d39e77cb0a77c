"""The same measures for each kind of reference, and across hospitals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import get_args

import numpy as np

from cxr_severity.model.evaluation import (
    AcrossHospitals,
    Agreement,
    Collection,
    Source,
    SourceScores,
)
from cxr_severity.model.measure.bootstrap import RESAMPLES, Bootstrap, interval
from cxr_severity.model.measure.probabilities import (
    accuracy_at,
    calibration_error,
    equal_width_bins,
)
from cxr_training.cases import Case
from cxr_training.evaluation.crossfit import CalibratedPredictions
from cxr_training.evaluation.readers import PEOPLE, Reader, agreement, agreement_of

SOURCES: tuple[Source, ...] = get_args(Source)
REFERENCES: dict[Source, str] = {
    "brixia": "mean of two radiologists' Brixia scores",
    "extent-opacity": "mean of three experts' extent and opacity",
    "ralo": "mean of two raters' extent and opacity",
}
FEWEST = 3
"""Films that the measures of a group need."""


def source_scores(
    calibrated: CalibratedPredictions, readers: Sequence[Reader], resamples: int = RESAMPLES
) -> list[SourceScores]:
    """Of each kind of reference that films have: the model, people and others' models."""
    kinds = calibrated.joined.kinds
    found = []
    for source in SOURCES:
        part = calibrated.only(kinds == source)
        if len(set(part.images)) < FEWEST:
            continue
        bootstrap = Bootstrap.over(part.patients, resamples=resamples)
        confidence = part.probabilities.max(axis=1)
        correct = (part.predicted == part.labels).astype(np.float64)
        order = np.argsort(-confidence, kind="stable")
        gaps = calibration_error(confidence, correct, equal_width_bins(confidence), bootstrap)
        sets = part.sets
        reference = part.joined.reference
        inside = (part.intervals[:, 0] <= reference) & (reference <= part.intervals[:, 1])
        weights = bootstrap.weights()[:, order]
        found.append(
            SourceScores(
                source=source,
                readings=[
                    model_agreement(part, REFERENCES[source], resamples),
                    *_others(source, _films(part), readers, resamples),
                ],
                expected_error=interval(gaps),
                coverage=bootstrap.share(
                    sets[np.arange(len(sets)), part.labels].astype(np.float64)
                ),
                referred=bootstrap.share((sets.sum(axis=1) > 1).astype(np.float64)),
                accuracy_at_half=interval(accuracy_at(0.5, correct[order], weights)),
                interval_coverage=bootstrap.share(inside.astype(np.float64)),
            )
        )
    return found


def across_hospitals(
    without: Collection, calibrated: CalibratedPredictions,
    readers: Sequence[Reader], resamples: int = RESAMPLES,
) -> AcrossHospitals:  # fmt: skip
    """Of networks that learned from the other collection alone, calibrated on its films, too."""
    bootstrap = Bootstrap.over(calibrated.patients, resamples=resamples)
    sources: tuple[Source, ...] = ("ralo",) if without == "ralo" else ("brixia", "extent-opacity")
    others = [
        one for source in sources for one in _others(source, _films(calibrated), readers, resamples)
    ]
    referred = (calibrated.sets.sum(axis=1) > 1).astype(np.float64)
    return AcrossHospitals(
        without=without,
        readings=[
            model_agreement(calibrated, "second edition of the reference", resamples),
            *others,
        ],
        referred=bootstrap.share(referred),
    )


def model_agreement(
    calibrated: CalibratedPredictions, reference: str, resamples: int = RESAMPLES
) -> Agreement:
    """The model on these readings, each seed's by itself."""
    return agreement(
        "model", reference, calibrated.patients, len(set(calibrated.images)),
        calibrated.joined.predictions.totals, calibrated.joined.reference, calibrated.predicted,
        calibrated.labels, resamples,
    )  # fmt: skip


def _films(calibrated: CalibratedPredictions) -> list[Case]:
    """Each film once."""
    return list({case.image: case for case in calibrated.joined.cases}.values())


def _others(
    source: Source, films: Sequence[Case], readers: Sequence[Reader], resamples: int
) -> Iterable[Agreement]:
    for reader in (*PEOPLE, *readers):
        if reader.source == source:
            one = agreement_of(reader, films, resamples)
            if one is not None:
                yield one
