"""Films of one patient one after another: does the model see the change that the raters see?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from itertools import pairwise

import numpy as np

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.evaluation import SeriesScores, Source
from cxr_severity.model.measure.bootstrap import RESAMPLES, Bootstrap, interval
from cxr_severity.model.measure.correlation import pearson
from cxr_training.cases import Case, Dataset
from cxr_training.duplicates import SAME_PATIENT, near_duplicates, perceptual_hash
from cxr_training.evaluation.by_source import REFERENCES, SOURCES
from cxr_training.evaluation.predictions import Joined
from cxr_training.evaluation.readers import PEOPLE, Reader
from cxr_training.films import radiographs

CLEAR = 2.0
"""From this many points of the reference total on, raters agree on the direction of a change."""
FEWEST = 10
"""How many pairs, and clear changes among them, it takes for the figures to be worth stating."""

Pair = tuple[Case, Case]
Names = tuple[str, str]
"""Images of a pair."""


def follow_ups(
    cases: Sequence[Case], source: Source, repeated: Set[Names] = frozenset()
) -> list[Pair]:
    """Pairs of films of one patient that follow one another, at different times and maybe on one
    day, both with this kind of reference; each film once in `cases`.

    Args:
        repeated: pairs that are one film with itself, which are left out.
    """
    by_patient: dict[str, list[Case]] = {}
    for case in cases:
        if case.reference == source and not np.isnan(case.day):
            by_patient.setdefault(case.patient, []).append(case)
    pairs: list[Pair] = []
    for films in by_patient.values():
        ordered = sorted(films, key=lambda case: (case.day, case.image))
        pairs += [
            (a, b) for a, b in pairwise(ordered)
            if b.day > a.day and (a.image, b.image) not in repeated
        ]  # fmt: skip
    return pairs


def repeated_films(dataset: Dataset) -> frozenset[Names]:
    """Of the pairs that follow one another in `severity/`, those that are one film with itself.

    Its collections copy from each other, cropped and captioned, under several dates. Films of
    `ralo/` come as near to each other (56 bits) and are two of one person, days apart.

    Raises:
        TrainingError: naming a film of such a pair that is missing or does not decode.
    """
    own = [case for case in dataset.cases if case.set == "severity"]
    pairs = [pair for source in SOURCES for pair in follow_ups(own, source)]
    films = list({case.image: case for pair in pairs for case in pair}.values())
    hashes = {
        case.image: perceptual_hash(data)[None]
        for case, (data, _) in zip(films, radiographs(dataset, films), strict=True)
    }
    return frozenset(
        (a.image, b.image)
        for a, b in pairs
        if near_duplicates(hashes[a.image], hashes[b.image], SAME_PATIENT).all()
    )


def series_scores(
    joined: Joined, resamples: int = RESAMPLES, repeated: Set[Names] = frozenset()
) -> list[SeriesScores]:
    """For each kind of reference with series: the model; then a rater with another, and the model
    with that one on the same films.

    Each seed's change is compared by itself: two readings of one network, as a user would have.

    Args:
        repeated: pairs of images that are one film with itself, which has no change to see.
    """
    films = list({case.image: case for case in joined.cases}.values())
    said: dict[int, dict[str, float]] = {}
    table = joined.predictions
    for seed, image, total in zip(table.seeds.tolist(), table.images, table.totals, strict=True):
        said.setdefault(seed, {})[image] = float(total)
    found = []
    for source in SOURCES:
        pairs = follow_ups(films, source, repeated)
        reference = [b.total - a.total for a, b in pairs]
        if not _worth_stating(reference):
            continue
        found.append(_model(source, REFERENCES[source], pairs, reference, said, resamples))
        for reader in PEOPLE:
            if reader.source == source:
                found += _beside(reader, pairs, said, resamples)
    return found


def _worth_stating(reference: Sequence[float]) -> bool:
    return int((np.abs(reference) >= CLEAR).sum()) >= FEWEST


def _model(
    source: Source, against: str, pairs: Sequence[Pair], reference: Sequence[float],
    said: Mapping[int, Mapping[str, float]], resamples: int,
) -> SeriesScores:  # fmt: skip
    changes = [[one[b.image] - one[a.image] for a, b in pairs] for one in said.values()]
    return _scores(
        source, "model", against, [a.patient for a, _ in pairs] * len(said), len(pairs),
        np.concatenate(changes), np.tile(reference, len(said)), resamples,
    )  # fmt: skip


def _beside(
    reader: Reader, pairs: Sequence[Pair], said: Mapping[int, Mapping[str, float]], resamples: int
) -> list[SeriesScores]:
    """A rater against another, and the model against that other: both measured by one person."""
    both = [
        (pair, own, other)
        for pair in pairs
        if np.isfinite(
            [own := _change(pair, reader.total), other := _change(pair, reader.reference)]
        ).all()
    ]
    if not _worth_stating([other for _, _, other in both]):
        return []
    read, changes, references = zip(*both, strict=True)
    people = _scores(
        reader.source, reader.name, reader.against, [a.patient for a, _ in read], len(read),
        np.array(changes), np.array(references), resamples,
    )  # fmt: skip
    return [people, _model(reader.source, reader.against, read, references, said, resamples)]


def _change(pair: Pair, total: Callable[[Case], float]) -> float:
    return total(pair[1]) - total(pair[0])


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
        same_sign=bootstrap.share(agrees, clear),
    )
