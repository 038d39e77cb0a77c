"""Everything that is said about a model, from its out-of-fold readings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np

from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import (
    AcrossHospitals,
    Collection,
    Evaluation,
    ExplanationScores,
    FaithfulnessScores,
    FirstEdition,
    GateScores,
)
from cxr_severity.model.measure.bootstrap import RESAMPLES, Bootstrap, interval, interval_if_any
from cxr_severity.model.measure.grades import confusions, measure, scores
from cxr_severity.model.metrics import Metrics, SeedScores
from cxr_training.cases import Dataset
from cxr_training.evaluation.agreement import correlations, model_brixia, reader_brixia
from cxr_training.evaluation.by_source import across_hospitals, source_scores
from cxr_training.evaluation.crossfit import CalibratedPredictions, apply, cross_fit, fit_all
from cxr_training.evaluation.goals import VERSION_1
from cxr_training.evaluation.predictions import Joined, Predictions, check_complete, join
from cxr_training.evaluation.probabilistic import (
    auc,
    calibration,
    conformal,
    selective,
    total_interval,
)
from cxr_training.evaluation.readers import Reader, classes_of
from cxr_training.evaluation.series import Names, series_scores
from cxr_training.evaluation.subgroups import subgroups
from cxr_training.reference import first_edition


@dataclass(frozen=True, slots=True)
class Beside:
    """What was measured or said beside the out-of-fold readings; empty where it was not."""

    across: Mapping[Collection, Predictions] = field(default_factory=dict)
    """Readings of a collection by networks that learned nothing of it."""
    peers: Sequence[Reader] = ()
    explanations: Sequence[ExplanationScores] = ()
    faithfulness: Sequence[FaithfulnessScores] = ()
    gate: Sequence[GateScores] = ()
    repeated: Set[Names] = frozenset()
    """Pairs of images that are one film with itself: no series."""


def evaluate(
    predictions: Predictions,
    dataset: Dataset,
    beside: Beside | None = None,
    *,
    version: str = "this version",
    resamples: int = RESAMPLES,
) -> Evaluation:
    """Measure out-of-fold readings; all seeds pooled, patients resampled.

    `fitted` of `Evaluation.calibration`, `.conformal` and `.interval` are those that a version
    made from the same training should carry. Films without a class count where they have a score.

    Raises:
        TrainingError: when predictions and labels do not belong together.
    """
    beside = beside or Beside()
    joined = join(predictions, dataset)
    check_complete(joined, dataset)
    calibrated = cross_fit(joined)
    bootstrap = Bootstrap.over(calibrated.patients, resamples=resamples)
    seeds = len(joined.seeds)
    readers, on_readers_films, against_senior = _readers(calibrated, seeds, resamples)
    majority = np.full(len(calibrated.labels), np.bincount(calibrated.labels).argmax())
    return Evaluation(
        metrics=measure(
            calibrated.labels, calibrated.predicted, calibrated.patients,
            evaluated_on="every film with a class, each read only by networks that had not seen "
            f"its patient ({len(np.unique(predictions.folds))} patient-grouped folds, "
            f"{seeds} seed{'s' * (seeds > 1)})",
            seeds=seeds, resamples=resamples,
        ),
        seeds=[_seed_scores(seed, calibrated) for seed in joined.seeds],
        majority=measure(
            calibrated.labels, majority, calibrated.patients,
            evaluated_on="the same films, all called by the most frequent class",
            seeds=seeds, resamples=resamples,
        ),
        readers=readers,
        on_readers_films=on_readers_films,
        against_senior=against_senior,
        auc=auc(calibrated, bootstrap),
        calibration=calibration(calibrated, bootstrap),
        conformal=conformal(calibrated, bootstrap),
        selective=selective(calibrated, bootstrap),
        brixia=model_brixia(joined, resamples),
        readers_brixia=reader_brixia(dataset.cases, resamples),
        correlations=correlations(joined, resamples),
        subgroups=subgroups(calibrated, resamples),
        explanations=list(beside.explanations),
        gate=list(beside.gate),
        interval=total_interval(calibrated, bootstrap),
        sources=source_scores(calibrated, beside.peers, resamples),
        across=[
            measured
            for without, found in beside.across.items()
            if (measured := _across(without, found, dataset, joined, beside.peers, resamples))
        ],
        series=series_scores(joined, resamples, beside.repeated),
        faithfulness=list(beside.faithfulness),
        first_edition=_first_edition(version, joined, calibrated, resamples),
    )  # fmt: skip


def _seed_scores(seed: int, calibrated: CalibratedPredictions) -> SeedScores:
    part = calibrated.only(calibrated.seeds == seed)
    found = scores(
        confusions(part.labels, part.predicted, Bootstrap.over(part.patients, resamples=0))
    )
    error = np.abs(part.joined.predictions.totals - part.joined.reference)
    return SeedScores(
        seed=seed,
        accuracy=round(float(found.accuracy[0]), 4),
        macro_f1=round(float(found.macro_f1[0]), 4),
        quadratic_weighted_kappa=round(float(found.kappa[0]), 4),
        brixia_mae=round(float(error.mean()), 4),
    )


def _readers(
    calibrated: CalibratedPredictions, seeds: int, resamples: int
) -> tuple[Metrics | None, Metrics | None, Metrics | None]:
    """Junior against senior, the model against their mean, and the model against the senior."""
    part = calibrated.only(calibrated.joined.kinds == "brixia")
    if not len(part.labels):
        return None, None, None
    senior, junior = (
        classes_of([case.brixia[reader] for case in part.joined.cases]) for reader in (0, 1)
    )
    once = part.seeds == part.seeds[0]  # people read each film once
    return (
        measure(
            senior[once], junior[once], np.asarray(part.patients)[once].tolist(),
            evaluated_on="films of these data that two radiologists scored; the senior's class "
            "is the reference, the junior's is judged",
            resamples=resamples,
        ),
        measure(
            part.labels, part.predicted, part.patients,
            evaluated_on="films that two radiologists scored; the class of their mean is the "
            "reference",
            seeds=seeds, resamples=resamples,
        ),
        measure(
            senior, part.predicted, part.patients,
            evaluated_on="films that two radiologists scored; the senior's class is the reference",
            seeds=seeds, resamples=resamples,
        ),
    )  # fmt: skip


def _across(
    without: Collection, found: Predictions, dataset: Dataset, joined: Joined,
    peers: Sequence[Reader], resamples: int,
) -> AcrossHospitals | None:  # fmt: skip
    """No film of the collection's patients is in the calibration either. That is fitted on the
    other one's films as the folds' networks read them, and those had learned from both. None where
    no film of the collection has a class."""
    tested = join(found, dataset, all_grades=False)
    if not (tested.labels >= 0).any():
        return None
    patients = {case.patient for case in dataset.cases if case.set == without}
    others = np.array([case.patient not in patients for case in joined.cases])
    fits = fit_all(joined.only(others))
    by_fold = dict.fromkeys(np.unique(found.folds).tolist(), fits)
    calibrated = apply(tested.only(tested.labels >= 0), by_fold, fits)
    return across_hospitals(without, calibrated, peers, resamples)


def _first_edition(
    version: str, joined: Joined, calibrated: CalibratedPredictions, resamples: int
) -> list[FirstEdition]:
    """The films and classes that 1.0.0 was measured by, calibrated by the second edition's."""
    found = [
        None if case.set == "ralo" else first_edition(*case.brixia, case.grade)
        for case in joined.cases
    ]
    chosen = np.array([one is not None for one in found])
    if not chosen.any():
        return []
    part = apply(joined.only(chosen), calibrated.by_fold, calibrated.final)
    labels = np.array([SEVERITIES.index(one) for one in found if one is not None], np.intp)
    bootstrap = Bootstrap.over(part.patients, resamples=resamples)
    measured = scores(confusions(labels, part.predicted, bootstrap))
    return [
        FirstEdition(
            version=version,
            images=len(set(part.images)),
            accuracy=interval(measured.accuracy),
            macro_f1=interval(measured.macro_f1),
            quadratic_weighted_kappa=interval_if_any(measured.kappa),
        ),
        VERSION_1,
    ]
