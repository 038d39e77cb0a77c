"""Films of one patient one after another: does the model see the change that the raters see?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.evaluation import SeriesScores, Source
from cxr_severity.model.measure.bootstrap import RESAMPLES, Bootstrap, interval
from cxr_severity.model.measure.correlation import pearson
from cxr_training.cases import Case
from cxr_training.evaluation.by_source import REFERENCES, SOURCES
from cxr_training.evaluation.predictions import Joined
from cxr_training.evaluation.readers import PEOPLE

CLEAR = 2.0
"""From this many points of the reference total on, raters agree on the direction of a change."""
FEWEST = 10
"""How many pairs, and clear changes among them, it takes for the figures to be worth stating."""

Pair = tuple[Case, Case]


def follow_ups(cases: Sequence[Case], source: Source) -> list[Pair]:
    """Pairs of films of one patient that follow one another, on different days, both with this kind
    of reference; each film once in `cases`."""
    by_patient: dict[str, list[Case]] = {}
    for case in cases:
        if case.reference == source and not np.isnan(case.day):
            by_patient.setdefault(case.patient, []).append(case)
    pairs: list[Pair] = []
    for films in by_patient.values():
        ordered = sorted(films, key=lambda case: (case.day, case.image))
        pairs += [(a, b) for a, b in pairwise(ordered) if b.day > a.day]
    return pairs


def series_scores(joined: Joined, resamples: int = RESAMPLES) -> list[SeriesScores]:
    """For each kind of reference with series: the model, then the raters with each other.

    Each seed's change is compared by itself: two readings of one network, as a user would have.
    """
    films = list({case.image: case for case in joined.cases}.values())
    patient_of = dict(zip(joined.predictions.images, joined.predictions.patients, strict=True))
    said: dict[int, dict[str, float]] = {}
    table = joined.predictions
    for seed, image, total in zip(table.seeds.tolist(), table.images, table.totals, strict=True):
        said.setdefault(seed, {})[image] = float(total)
    found = []
    for source in SOURCES:
        pairs = follow_ups(films, source)
        reference = np.array([b.total - a.total for a, b in pairs])
        if (np.abs(reference) >= CLEAR).sum() < FEWEST:
            continue
        change = [_change(pairs, one) for one in said.values()]
        patients = [patient_of[a.image] for a, _ in pairs]
        found.append(
            _scores(
                source, "model", REFERENCES[source], patients * len(said), len(pairs),
                np.concatenate(change), np.tile(reference, len(said)), resamples,
            )
        )  # fmt: skip
        found += _people(source, pairs, patient_of, resamples)
    return found


def _change(pairs: Sequence[Pair], said: Mapping[str, float]) -> Float64Array:
    return np.array([said[b.image] - said[a.image] for a, b in pairs])


def _people(
    source: Source, pairs: Sequence[Pair], patient_of: Mapping[str, str], resamples: int
) -> list[SeriesScores]:
    def change(pair: Pair, total: Callable[[Case], float]) -> float:
        return total(pair[1]) - total(pair[0])

    found = []
    for reader in PEOPLE:
        if reader.source != source:
            continue
        both = [
            (pair, own, other)
            for pair in pairs
            if np.isfinite(
                [own := change(pair, reader.total), other := change(pair, reader.reference)]
            ).all()
        ]
        if sum(abs(other) >= CLEAR for _, _, other in both) < FEWEST:
            continue
        read, changes, references = zip(*both, strict=True)
        patients = [patient_of[a.image] for a, _ in read]
        found.append(
            _scores(
                source, reader.name, reader.against, patients, len(read), np.array(changes),
                np.array(references), resamples,
            )
        )  # fmt: skip
    return found


def _scores(
    source: Source, reader: str, reference_name: str, patients: Sequence[str], pairs: int,
    change: Float64Array, reference: Float64Array, resamples: int,
) -> SeriesScores:  # fmt: skip
    bootstrap = Bootstrap.over(patients, resamples=resamples)
    clear = np.abs(reference) >= CLEAR
    agrees = (np.sign(change) == np.sign(reference)).astype(np.float64)
    return SeriesScores(
        source=source,
        reader=reader,
        reference=reference_name,
        pairs=pairs,
        patients=bootstrap.patients,
        change_r=interval(pearson(change, reference, bootstrap)),
        change_mae=bootstrap.mean(np.abs(change - reference)),
        clear_pairs=round(clear.sum() * pairs / len(change)),
        same_sign=bootstrap.mean(agrees, clear),
    )
