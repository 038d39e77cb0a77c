"""Who else read the same films: the radiologists one by one, and the models of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cxr_severity.imaging.arrays import Float64Array
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import Agreement, Source
from cxr_severity.model.measure.bootstrap import (
    RESAMPLES,
    Bootstrap,
    Indices,
    interval,
    interval_if_any,
)
from cxr_severity.model.measure.brixia import brixia_severity
from cxr_severity.model.measure.correlation import pearson
from cxr_severity.model.measure.grades import confusions, scores
from cxr_training.cases import Case
from cxr_training.csv_files import read_table
from cxr_training.reference import total_of

PEERS = "peers.csv"
"""Beside the labels of `ralo/`: what published models said of its films."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One way to read films as a Brixia total."""

    name: str
    source: Source
    against: str
    """Whom or what it is compared with."""
    total: Callable[[Case], float]
    """Its total of a film, NaN where it did not read it."""
    reference: Callable[[Case], float]
    same_scale: bool = True
    """Whether the total is one of Brixia points; of another scale only the correlation tells."""


def rater_total(case: Case, rater: int) -> float:
    """The Brixia total that one rater's extent and opacity of both lungs amount to."""
    right_extent, right_opacity, left_extent, left_opacity = case.sides[rater]
    return total_of(right_extent + left_extent, right_opacity + left_opacity)


RADIOLOGISTS = Reader(
    "junior radiologist", "brixia", "senior radiologist",
    lambda case: case.brixia[1], lambda case: case.brixia[0],
)  # fmt: skip
RATERS = Reader(
    "rater 1", "ralo", "rater 2",
    lambda case: rater_total(case, 0), lambda case: rater_total(case, 1),
)  # fmt: skip
PEOPLE = (RADIOLOGISTS, RATERS)


def read_peers(path: Path) -> tuple[Reader, ...]:
    """Published models of others and what they said of the films of `ralo/`; none without a file.

    BS-Net (Signoroni et al. 2021) gives Brixia totals, PXS (Li et al. 2020) and COVIDNet-S (Wong
    et al. 2021; its extent) numbers on scales of their own.

    Raises:
        TrainingError: the file lacks a column or a number.
    """
    if not path.is_file():
        return ()
    columns = {"BS-Net": "bsnet_brixia", "PXS": "pxs", "COVIDNet-S": "covidnet_s_extent"}
    table = read_table(path, ("image", *columns.values()))
    values = table.numbers(tuple(columns.values()))
    images = [f"ralo/{image}" for image in table.text("image")]

    def reader(name: str, said: dict[str, float]) -> Reader:
        return Reader(
            name, "ralo", "mean of both raters",
            lambda case: said.get(case.image, float("nan")), lambda case: case.total,
            same_scale=name == "BS-Net",
        )  # fmt: skip

    return tuple(
        reader(name, dict(zip(images, column.tolist(), strict=True)))
        for name, column in zip(columns, values.T, strict=True)
    )


def agreement_of(
    reader: Reader, cases: Sequence[Case], resamples: int = RESAMPLES
) -> Agreement | None:
    """On all films of `cases` that it and its reference read; None where there are fewer than
    three.

    Args:
        cases: each film once.
    """
    both = [
        (case, total, reference)
        for case in cases
        if np.isfinite([total := reader.total(case), reference := reader.reference(case)]).all()
    ]
    if len(both) < 3:
        return None
    films, totals, references = zip(*both, strict=True)
    return agreement(
        reader.name, reader.against, [case.patient for case in films], len(films),
        np.array(totals), np.array(references),
        classes_of(totals) if reader.same_scale else None, classes_of(references), resamples,
    )  # fmt: skip


def classes_of(totals: Sequence[float] | Float64Array) -> Indices:
    """(N,) Brixia totals to indices in `SEVERITIES`."""
    return np.array([SEVERITIES.index(brixia_severity(total)) for total in totals], np.intp)


def agreement(
    reader: str, reference: str, patients: Sequence[str], images: int, totals: Float64Array,
    reference_totals: Float64Array, classes: Indices | None, reference_classes: Indices,
    resamples: int = RESAMPLES,
) -> Agreement:  # fmt: skip
    """Of N readings of `images` films; without `classes` the totals are of another scale."""
    bootstrap = Bootstrap.over(patients, resamples=resamples)
    total_r = interval(pearson(totals, reference_totals, bootstrap))
    common = {
        "reader": reader, "reference": reference, "images": images, "patients": bootstrap.patients,
        "total_r": total_r,
    }  # fmt: skip
    if classes is None:
        names = ("accuracy", "macro_f1", "quadratic_weighted_kappa", "two_step_errors",
                 "total_mae", "total_bias")  # fmt: skip
        return Agreement.model_validate({**common, **dict.fromkeys(names)})
    found = scores(confusions(reference_classes, classes, bootstrap))
    return Agreement.model_validate(
        {
            **common,
            "accuracy": interval(found.accuracy),
            "macro_f1": interval(found.macro_f1),
            "quadratic_weighted_kappa": interval_if_any(found.kappa),
            "two_step_errors": interval(found.two_step),
            "total_mae": bootstrap.mean(np.abs(totals - reference_totals)),
            "total_bias": bootstrap.mean(totals - reference_totals),
        }
    )
