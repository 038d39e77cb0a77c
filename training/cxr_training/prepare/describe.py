"""The counts of a data folder as Markdown; docs/data-card.md quotes them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.evaluation import Agreement, Collection
from cxr_severity.model.measure.markdown import cell, table
from cxr_training.cases import COLLECTIONS, Case, read_cases
from cxr_training.csv_files import read_table
from cxr_training.duplicates import SAME_FILM, SAME_PATIENT, near_duplicates, perceptual_hash
from cxr_training.errors import TrainingError
from cxr_training.evaluation.readers import PEOPLE, agreement_of
from cxr_training.prepare.checkout import read_rows

_NOT_STATED = "not stated"
PARTS = tuple(f"{name}/labels.csv" for name in (*COLLECTIONS, "lesions", "pretrain"))
_SPOKEN = ("finding", "licence")
_MOST = 8
"""Values listed of a column; the rest are summed up."""
_SCORES: dict[str, Callable[[Case], float]] = {
    "Brixia, both radiologists": lambda case: sum(case.brixia),
    "extent and opacity": lambda case: case.extent + case.opacity,
    "grade": lambda case: case.grade,
}


def describe(folder: Path) -> str:
    """Counts of the parts that are there.

    Raises:
        TrainingError: `folder` is none, holds no part, or holds labels that training cannot read.
    """
    if not folder.is_dir():
        raise TrainingError(f"{folder}: is no folder")
    sets = [name for name in COLLECTIONS if (folder / name / "labels.csv").is_file()]
    parts = _scored(folder, sets) if sets else []
    for name, what in (("lesions", _lesions), ("pretrain", _pretrain)):
        labels = folder / name / "labels.csv"
        if labels.is_file():
            parts.append(what(labels))
    if not parts:
        raise TrainingError(f"{folder}: holds none of {', '.join(PARTS)}")
    return "\n\n".join(parts)


def _scored(folder: Path, sets: Sequence[Collection]) -> list[str]:
    everything = read_cases(folder, sets).cases
    cases, series = (
        [case for case in everything if case.set == name] for name in ("severity", "ralo")
    )
    parts = [_reference(everything), _by_source(everything)]
    parts += [_scores(cases)] if cases else []
    parts.append(_agreement(everything))
    if cases:
        rows = read_rows(folder / "severity" / "labels.csv", ("source", "url", *_SPOKEN))
        parts += [
            *(_column(column, [row[column] for row in rows]) for column in _SPOKEN),
            _column("published at", [urlsplit(row["url"]).netloc for row in rows]),
            _by_view(cases),
            _column("sex", [case.sex for case in cases]),
            _ages(cases),
            _near_duplicates(folder, cases),
        ]
    return [*parts, _series(series)] if "ralo" in sets else parts


def _reference(cases: Sequence[Case]) -> str:
    """Second edition: by whose scores, and which class."""
    rows = []
    for kind in ("brixia", "extent-opacity", "ralo", "none"):
        own = [case for case in cases if case.reference == kind]
        classes = Counter(case.severity for case in own)
        counts = [str(classes[name]) for name in SEVERITIES]
        rows.append((kind, *_count(own), *counts))
    classes = Counter(case.severity for case in cases)
    rows.append(("all", *_count(cases), *(str(classes[name]) for name in SEVERITIES)))
    return table(("reference by", "images", "patients", *SEVERITIES), rows)


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
    """How well people agree on the same films; intervals over patients."""
    found = [agreement_of(reader, cases) for reader in PEOPLE]
    return agreement_table([one for one in found if one is not None])


def agreement_table(found: Sequence[Agreement]) -> str:
    """A line for each reader against another."""
    return table(
        ("read by", "against", "images", "accuracy", "macro-F1", "weighted kappa",
         "mild for severe", "total, r", "total, error"),
        [
            (
                one.reader, one.reference, str(one.images), cell(one.accuracy), cell(one.macro_f1),
                cell(one.quadratic_weighted_kappa), cell(one.two_step_errors), cell(one.total_r),
                cell(one.total_mae, 2),
            )
            for one in found
        ],
    )  # fmt: skip


def _series(cases: Sequence[Case]) -> str:
    lengths = Counter(Counter(case.patient for case in cases).values())
    several = sum(count for films, count in lengths.items() if films > 1)
    dated = sum(not math.isnan(case.day) for case in cases)
    return (
        f"`ralo/`: {len(cases)} films of {sum(lengths.values())} patients, {several} of them with "
        f"several, at most {max(lengths, default=0)}; {dated} films are dated."
    )


def _lesions(labels: Path) -> str:
    rows = read_rows(labels, ("set", "label", "lung_mask", "opacity_mask", "boxes", "copy_of"))
    drawn = ("lung_mask", "opacity_mask", "boxes", "copy_of")
    kinds = sorted({(row["set"], row["label"]) for row in rows})
    found = []
    for kind in kinds:
        own = [row for row in rows if (row["set"], row["label"]) == kind]
        found.append(
            (*kind, str(len(own)), *(str(sum(bool(row[name]) for row in own)) for name in drawn))
        )
    header = ("lesions", "label", "images", "lung mask", "opacity mask", "boxes", "copies")
    return table(header, found)


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


def _hash(path: Path) -> NDArray[np.bool_]:
    try:
        return perceptual_hash(path.read_bytes())
    except InputRefusedError as error:
        raise TrainingError(f"{path}: {error.detail}") from error


def _near_duplicates(folder: Path, cases: Sequence[Case]) -> str:
    hashes = np.stack([_hash(folder / case.image) for case in cases])
    found = []
    for bits in (SAME_FILM, SAME_PATIENT):
        pairs = np.argwhere(np.triu(near_duplicates(hashes, hashes, bits), k=1)).tolist()
        apart = sum(cases[i].patient != cases[j].patient for i, j in pairs)
        found.append(f"{len(pairs)} within {bits} bits ({apart} under two patients' names)")
    return f"Pairs of images alike, of {hashes.shape[1]} bits of perceptual hash: " + (
        ", ".join(found) + "."
    )


def _pretrain(labels: Path) -> str:
    found = read_table(labels, ("file", "label")).rows
    counted = Counter((row["file"].partition("/")[0], row["label"]) for row in found)
    rows = [(folder, label, str(count)) for (folder, label), count in sorted(counted.items())]
    total = ("all", "", str(sum(counted.values())))
    return table(("pretrain folder", "label", "images"), [*rows, total])


def _count(cases: Sequence[Case]) -> tuple[str, str]:
    return str(len(cases)), str(len({case.patient for case in cases}))
