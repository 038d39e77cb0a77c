"""The counts of a data folder as Markdown; docs/data-card.md quotes them."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from cxr_severity.model.assessment import SEVERITIES, Severity
from cxr_training.data import Case, Dataset, read_labels
from cxr_training.duplicates import SAME_FILM, SAME_PATIENT, near_duplicates
from cxr_training.errors import TrainingError
from cxr_training.evaluation.tables import cell, table
from cxr_training.metrics import measure
from cxr_training.prepare.checkout import read_rows
from cxr_training.reference import brixia_severity, first_edition
from cxr_training.splits import hash_films

_NOT_STATED = "not stated"
_SPOKEN = ("finding", "licence")
_MOST = 8
"""Values listed of a column; the rest are summed up."""
_SCORES: dict[str, Callable[[Case], float]] = {
    "Brixia, both radiologists": lambda case: case.mean_brixia,
    "grade": lambda case: case.grade,
    "extent and opacity": lambda case: case.extent + case.opacity,
    "involvement": lambda case: case.involvement,
}


def describe(folder: Path) -> str:
    """Counts of `severity/`, and of `pretrain/` where there is one.

    Raises:
        TrainingError: `folder` holds no severity labels that training can read.
    """
    dataset = read_labels(folder / "severity")
    rows = read_rows(folder / "severity" / "labels.csv", ("source", "url", *_SPOKEN))
    parts = [
        _severity(dataset),
        _by_source(dataset.cases),
        _scores(dataset.cases),
        _agreement(dataset.cases),
        *(_column(column, [row[column] for row in rows]) for column in _SPOKEN),
        _column("published at", [urlsplit(row["url"]).netloc for row in rows]),
        _by_view(dataset.cases),
        _column("sex", [case.sex for case in dataset.cases]),
        _ages(dataset.cases),
        _near_duplicates(dataset),
    ]
    labels = folder / "pretrain" / "labels.csv"
    if labels.is_file():
        parts.append(_pretrain(labels))
    return "\n\n".join(parts)


def _severity(dataset: Dataset) -> str:
    rows = []
    for severity in (*SEVERITIES, None):
        cases = [case for case in dataset.cases if case.severity == severity]
        rows.append((severity or "no class", *_count(cases)))
    return table(
        ("reference", "images", "patients"), [*rows, ("all", *_count(dataset.cases))]
    )  # fmt: skip


def _by_source(cases: Sequence[Case]) -> str:
    rows = []
    for source in sorted({case.source for case in cases}):
        own = [case for case in cases if case.source == source]
        classes = Counter(case.severity for case in own)
        rows.append(
            (source, *_count(own), *(str(classes[name]) for name in (*SEVERITIES, None)))
        )  # fmt: skip
    return table(("image from", "images", "patients", *SEVERITIES, "no class"), rows)


def _by_view(cases: Sequence[Case]) -> str:
    rows = []
    for view, _ in Counter(case.view for case in cases).most_common():
        classes = Counter(case.severity for case in cases if case.view == view)
        counts = [classes[name] for name in (*SEVERITIES, None)]
        rows.append((view or _NOT_STATED, *(str(count) for count in (sum(counts), *counts))))
    return table(("view", "images", *SEVERITIES, "no class"), rows)


def _scores(cases: Sequence[Case]) -> str:
    rows = [
        (name, *_count([case for case in cases if not math.isnan(value(case))]))
        for name, value in _SCORES.items()
    ]
    rows.append(("lung mask", *_count([case for case in cases if case.lung_mask])))
    rows.append(("opacity mask", *_count([case for case in cases if case.opacity_mask])))
    return table(("has", "images", "patients"), rows)


def _agreement(cases: Sequence[Case]) -> str:
    """Who else reads the same film as what; intervals over patients."""
    twice = [case for case in cases if not math.isnan(case.mean_brixia)]
    graded = [
        (case, first_edition(math.nan, math.nan, case.grade)) for case in twice
    ]  # fmt: skip
    both = [(case, found) for case, found in graded if found is not None]
    rows = [
        _agree(
            "Brixia senior, read by the junior",
            twice,
            [brixia_severity(case.brixia[0]) for case in twice],
            [brixia_severity(case.brixia[1]) for case in twice],
        ),
        _agree(
            "mean Brixia, read by grade",
            [case for case, _ in both],
            [brixia_severity(case.mean_brixia) for case, _ in both],
            [found for _, found in both],
        ),
    ]
    return table(
        ("agreement", "images", "accuracy", "macro-F1", "weighted kappa", "mild for severe"),
        [row for row in rows if row is not None],
    )


def _agree(
    name: str, cases: Sequence[Case], reference: list[Severity], read: list[Severity]
) -> tuple[str, ...] | None:
    if not cases:
        return None
    one, other = ([SEVERITIES.index(found) for found in side] for side in (reference, read))
    found = measure(one, other, [case.patient for case in cases], evaluated_on=name)
    two_steps = sum(abs(a - b) == 2 for a, b in zip(one, other, strict=True))
    return (
        name, str(len(cases)), cell(found.accuracy), cell(found.macro_f1),
        cell(found.quadratic_weighted_kappa), str(two_steps),
    )  # fmt: skip


def _column(name: str, values: Iterable[str]) -> str:
    counted = Counter(value or _NOT_STATED for value in values).most_common()
    rows = [(value, str(count)) for value, count in counted[:_MOST]]
    if rest := counted[_MOST:]:
        rows.append((f"{len(rest)} more", str(sum(count for _, count in rest))))
    return table((name, "images"), rows)


def _ages(cases: Sequence[Case]) -> str:
    ages = sorted(case.age for case in cases if not math.isnan(case.age))
    if not ages:
        return "No ages."
    middle = ages[len(ages) // 2]
    return f"Age is stated for {len(ages)} images: {ages[0]:g} to {ages[-1]:g}, median {middle:g}."


def _near_duplicates(dataset: Dataset) -> str:
    hashes = hash_films(dataset)
    found = []
    for bits in (SAME_FILM, SAME_PATIENT):
        pairs = np.argwhere(np.triu(near_duplicates(hashes, hashes, bits), k=1)).tolist()
        apart = sum(dataset.cases[i].patient != dataset.cases[j].patient for i, j in pairs)
        found.append(f"{len(pairs)} within {bits} bits ({apart} under two patients' names)")
    return f"Pairs of images alike, of {hashes.shape[1]} bits of perceptual hash: " + (
        ", ".join(found) + "."
    )


def _pretrain(labels: Path) -> str:
    try:
        with labels.open(newline="", encoding="utf-8") as file:
            counted = Counter(
                (row["file"].partition("/")[0], row["label"]) for row in csv.DictReader(file)
            )
    except (OSError, KeyError, ValueError) as error:
        raise TrainingError(f"{labels}: is no table of file and label") from error
    rows = [(folder, label, str(count)) for (folder, label), count in sorted(counted.items())]
    total = ("all", "", str(sum(counted.values())))
    return table(("pretrain folder", "label", "images"), [*rows, total])


def _count(cases: Sequence[Case]) -> tuple[str, str]:
    return str(len(cases)), str(len({case.patient for case in cases}))
