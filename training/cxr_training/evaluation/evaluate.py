"""Everything that is said about a model, from its out-of-fold readings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.measured import Metrics, SeedScores, Subgroup
from cxr_training.bootstrap import RESAMPLES, Bootstrap, Indices, interval
from cxr_training.config import GateConfig
from cxr_training.data import Case, Dataset
from cxr_training.evaluation.agreement import correlations, model_brixia, reader_brixia
from cxr_training.evaluation.calibrate import Readings, cross_fit
from cxr_training.evaluation.explanations import Explanations, explanation_scores
from cxr_training.evaluation.gate import gate_scores
from cxr_training.evaluation.predictions import Joined, Predictions, join
from cxr_training.evaluation.probabilistic import auc, calibration, conformal, selective
from cxr_training.gate.rows import GateRow
from cxr_training.metrics import confusions, measure, scores
from cxr_training.reference import brixia_severity

UNKNOWN = "unknown"
Attribute = Literal["view", "sex", "age", "source"]


def evaluate(
    predictions: Predictions,
    dataset: Dataset,
    explanations: Explanations | None = None,
    gate: Sequence[GateRow] = (),
    *,
    gate_config: GateConfig | None = None,
    resamples: int = RESAMPLES,
) -> Evaluation:
    """Measure out-of-fold readings; all seeds pooled, patients resampled.

    `Evaluation.calibration.fitted` and `Evaluation.conformal.fitted` are those that a version
    made from the same training should carry. Films without a class count where they have a score.

    Raises:
        TrainingError: when predictions, explanations and labels do not belong together.
    """
    joined = join(predictions, dataset)
    readings = cross_fit(joined)
    bootstrap = Bootstrap.over(readings.patients, resamples=resamples)
    cases = tuple(
        case for case, label in zip(joined.cases, joined.labels, strict=True) if label >= 0
    )
    seeds = len(joined.seeds)
    readers, on_readers_films, against_senior = _readers(readings, cases, seeds, resamples)
    majority = np.full(len(cases), np.bincount(readings.labels).argmax())
    return Evaluation(
        metrics=measure(
            readings.labels, readings.predicted, readings.patients,
            evaluated_on="every film with a class, each read only by networks that had not seen "
            f"its patient ({len(np.unique(predictions.folds))} patient-grouped folds, "
            f"{seeds} seed{'s' * (seeds > 1)})",
            seeds=seeds, resamples=resamples,
        ),
        seeds=[_seed_scores(seed, joined, readings) for seed in joined.seeds],
        majority=measure(
            readings.labels, majority, readings.patients,
            evaluated_on="the same films, all called by the most frequent class",
            seeds=seeds, resamples=resamples,
        ),
        readers=readers,
        on_readers_films=on_readers_films,
        against_senior=against_senior,
        auc=auc(readings, bootstrap),
        calibration=calibration(readings, bootstrap),
        conformal=conformal(readings, bootstrap),
        selective=selective(readings, bootstrap),
        brixia=model_brixia(joined, resamples),
        readers_brixia=reader_brixia(dataset.cases, resamples),
        correlations=correlations(joined, resamples),
        subgroups=_subgroups(readings, cases, resamples),
        explanations=explanation_scores(explanations, dataset, resamples) if explanations else [],
        gate=gate_scores(gate, gate_config or GateConfig()) if gate else [],
    )  # fmt: skip


def _seed_scores(seed: int, joined: Joined, readings: Readings) -> SeedScores:
    chosen = readings.seeds == seed
    patients = np.asarray(readings.patients)[chosen].tolist()
    found = scores(
        confusions(
            readings.labels[chosen],
            readings.predicted[chosen],
            Bootstrap.over(patients, resamples=0),
        )
    )
    scored = (joined.predictions.seeds == seed) & np.isfinite(joined.brixia).all(axis=1)
    error = np.abs(joined.predictions.totals - joined.brixia.mean(axis=1))[scored]
    return SeedScores(
        seed=seed,
        accuracy=round(float(found.accuracy[0]), 4),
        macro_f1=round(float(found.macro_f1[0]), 4),
        quadratic_weighted_kappa=round(float(found.kappa[0]), 4),
        brixia_mae=round(float(error.mean()), 4) if len(error) else None,
    )


def _readers(
    readings: Readings, cases: tuple[Case, ...], seeds: int, resamples: int
) -> tuple[Metrics | None, Metrics | None, Metrics | None]:
    """Junior against senior, the model against their mean, and the model against the senior."""
    both = np.array([bool(np.isfinite(case.brixia).all()) for case in cases])
    if not both.any():
        return None, None, None
    films = [case for case, chosen in zip(cases, both, strict=True) if chosen]
    patients = [case.patient for case in films]
    senior, junior = (
        np.array([SEVERITIES.index(brixia_severity(case.brixia[reader])) for case in films])
        for reader in (0, 1)
    )
    once = readings.seeds[both] == readings.seeds[0]  # people read each film once
    return (
        measure(
            senior[once], junior[once], np.asarray(patients)[once].tolist(),
            evaluated_on="films of these data that two radiologists scored; the senior's class "
            "is the reference, the junior's is judged",
            resamples=resamples,
        ),
        measure(
            readings.labels[both], readings.predicted[both], patients,
            evaluated_on="films that two radiologists scored; the class of their mean is the "
            "reference",
            seeds=seeds, resamples=resamples,
        ),
        measure(
            senior, readings.predicted[both], patients,
            evaluated_on="films that two radiologists scored; the senior's class is the reference",
            seeds=seeds, resamples=resamples,
        ),
    )  # fmt: skip


def _view(case: Case) -> str:
    # AP Supine and AP Erect are AP: bedside films, of sicker patients.
    return case.view.split()[0].upper() if case.view.strip() else UNKNOWN


def _age(case: Case) -> str:
    if np.isnan(case.age):
        return UNKNOWN
    return "below 40" if case.age < 40 else "40 to 64" if case.age < 65 else "65 and over"


ATTRIBUTES: dict[Attribute, Callable[[Case], str]] = {
    "view": _view,
    "sex": lambda case: case.sex or UNKNOWN,
    "age": _age,
    "source": lambda case: case.source or UNKNOWN,
}
"""How films are told apart; the order of the tables."""
AGE_ORDER = ("below 40", "40 to 64", "65 and over", UNKNOWN)


def _subgroups(readings: Readings, cases: tuple[Case, ...], resamples: int) -> list[Subgroup]:
    found = []
    for attribute, value_of in ATTRIBUTES.items():
        values = np.array([value_of(case) for case in cases])
        found += [
            _subgroup(attribute, value, values == value, readings, resamples)
            for value in sorted(set(values.tolist()), key=_order)
        ]
    return found


def _order(value: str) -> tuple[int, str]:
    return (AGE_ORDER.index(value) if value in AGE_ORDER else 0, value)


def _subgroup(
    attribute: Attribute,
    value: str,
    chosen: NDArray[np.bool_],
    readings: Readings,
    resamples: int,
) -> Subgroup:
    labels: Indices = readings.labels[chosen]
    bootstrap = Bootstrap.over(np.asarray(readings.patients)[chosen].tolist(), resamples=resamples)
    found = scores(confusions(labels, readings.predicted[chosen], bootstrap))
    return Subgroup(
        attribute=attribute,
        value=value,
        images=len(set(np.asarray(readings.images)[chosen].tolist())),
        patients=bootstrap.patients,
        accuracy=interval(found.accuracy),
        macro_f1=interval(found.macro_f1),
        quadratic_weighted_kappa=interval(found.kappa),
    )
