"""How well a version reads a site's films, beside how well it read those that it was measured on.

A model's figures hold for films like those that it was measured on. Another hospital has other
devices, patients and habits of exposure, so that it should be tried on films of that hospital
before anybody goes by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from pydantic import Field

from cxr_severity.bulk.matching import Matched, Pair, film_of, match
from cxr_severity.bulk.readings import ReadingsError, read_readings
from cxr_severity.bulk.rows import GRADED, Row
from cxr_severity.bulk.table_file import TableError, read_table
from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.measure.bootstrap import RESAMPLES, Bootstrap, interval
from cxr_severity.model.measure.correlation import pearson
from cxr_severity.model.measure.grades import measure
from cxr_severity.model.measure.probabilities import calibration_error, equal_width_bins
from cxr_severity.model.metrics import Estimate, Frozen, Metrics

FEWEST = 10
"""Films below which nothing is said: the intervals would span everything."""
FEWEST_TOTALS = 3
"""That a correlation needs."""


class Totals(Frozen):
    """How near estimated Brixia totals come to the readers'."""

    films: int
    mae: Estimate = Field(description="Mean absolute error, points of 18")
    bias: Estimate = Field(description="Mean of the estimate less the readers'")
    r: Estimate = Field(description="Pearson correlation")
    inside: Estimate | None = Field(
        description="Share of films whose interval holds the readers' total; null where the "
        "version has no interval"
    )


class Validation(Frozen):
    """What a version says of films, against what their readers say."""

    name: str
    version: str
    metrics: Metrics
    calibration_error: Estimate = Field(description="Expected calibration error, 15 bins")
    overconfidence: Estimate = Field(description="Mean confidence less accuracy")
    coverage: Estimate = Field(description="Share of films whose prediction set holds the grade")
    referred: Estimate = Field(description="Share of films with more than one plausible grade")
    sure: Estimate | None = Field(
        description="Accuracy on the films that are not referred; null where all are"
    )
    totals: Totals | None = Field(description="Null where fewer than three films have a total")
    by: Mapping[str, int] = Field(description="Readings that found their film, by what")
    lone: int = Field(description="Films whose patient is not known; each counts as its own")
    sighted: int = Field(
        description="Readings that are not said to be given without sight of the model's result"
    )
    unsaid: int = Field(description="Of these, those that do not say either")
    unfound: int = Field(
        description="Readings of no film of the table, or of one among several called alike"
    )
    unread: int = Field(description="Graded films that nobody read")
    ungraded: Mapping[str, int] = Field(
        description="Films with a reading that the version did not grade, by the code of the reason"
    )
    empty: int = Field(description="Lines of the readings that hold no reading")


def validate(results: Path, readings: Path, resamples: int = RESAMPLES) -> Validation:
    """Compare a table of `score` with a file of readings.

    Raises:
        TableError: the table cannot be used, or holds what several versions say.
        ReadingsError: the readings cannot be used, or are of too few of its films.
    """
    rows = read_table(results)
    said, empty = read_readings(readings)
    versions = sorted({f"{row['model']} {row['version']}" for row in rows if row["version"]})
    if len(versions) > 1:
        raise TableError(f"{results}: holds results of several versions: {', '.join(versions)}")
    matched = match(rows, said)
    if len(matched.pairs) < FEWEST:
        example = ""
        if matched.unfound:
            first = matched.unfound[0]
            key, value = next(iter(first.keys.items()))
            example = f"; the first that was not found: {first.where}, {key} {value!r}"
        raise ReadingsError(
            f"{readings}: {len(matched.pairs)} of its {len(said)} readings are of films that "
            f"{results} grades, and at least {FEWEST} are needed{example}"
        )
    return _measured(rows, matched, empty, resamples)


def _measured(rows: Sequence[Row], matched: Matched, empty: int, resamples: int) -> Validation:
    pairs = matched.pairs
    patients = [_patient(pair) for pair in pairs]
    bootstrap = Bootstrap.over(patients, resamples=resamples)
    truth = np.array([SEVERITIES.index(pair.severity) for pair in pairs], np.intp)
    order = {str(severity): i for i, severity in enumerate(SEVERITIES)}
    predicted = np.array([order[pair.row["severity"]] for pair in pairs], np.intp)
    confidence = _column(pairs, "confidence")
    right = (truth == predicted).astype(np.float64)
    held = [pair.severity in pair.row["prediction_set"].split("|") for pair in pairs]
    referred = np.array([pair.row["refer"] == "true" for pair in pairs])
    first = pairs[0].row
    films = {film_of(row) for row in rows if row["status"] == GRADED}
    return Validation(
        name=first["model"],
        version=first["version"],
        metrics=measure(
            truth, predicted, patients, evaluated_on="films of this site", resamples=resamples
        ),
        calibration_error=interval(
            calibration_error(confidence, right, equal_width_bins(confidence), bootstrap)
        ),
        overconfidence=bootstrap.mean(confidence - right),
        coverage=bootstrap.share(np.array(held, np.float64)),
        referred=bootstrap.share(referred.astype(np.float64)),
        sure=None if referred.all() else bootstrap.share(right, ~referred),
        totals=_totals([pair for pair in pairs if pair.total is not None], resamples),
        by=matched.by,
        lone=sum(not pair.patient for pair in pairs),
        sighted=matched.sighted,
        unsaid=matched.unsaid,
        unfound=len(matched.unfound),
        unread=len(films) - len(pairs),
        ungraded=matched.ungraded,
        empty=empty,
    )


def _totals(pairs: Sequence[Pair], resamples: int) -> Totals | None:
    if len(pairs) < FEWEST_TOTALS:
        return None
    bootstrap = Bootstrap.over([_patient(pair) for pair in pairs], resamples=resamples)
    reference = np.array([pair.total for pair in pairs], np.float64)
    estimated = _column(pairs, "brixia_total")
    inside = None
    if all(pair.row["brixia_low"] for pair in pairs):
        low, high = _column(pairs, "brixia_low"), _column(pairs, "brixia_high")
        inside = bootstrap.share(((low <= reference) & (reference <= high)).astype(np.float64))
    return Totals(
        films=len(pairs),
        mae=bootstrap.mean(np.abs(estimated - reference)),
        bias=bootstrap.mean(estimated - reference),
        r=interval(pearson(estimated, reference, bootstrap)),
        inside=inside,
    )


def _patient(pair: Pair) -> str:
    return pair.patient or film_of(pair.row)


def _column(pairs: Sequence[Pair], name: str) -> Float64Array:
    return np.array([float(pair.row[name]) for pair in pairs], np.float64)
