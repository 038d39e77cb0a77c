"""What each collection says about its films, by file name.

Formats, and what they were checked against: columns and values of `metadata.csv` and
`covid-severity-scores.csv` (ieee8023/covid-chestxray-dataset and its fork
hida6/covid-chestxray-dataset), `data/public-annotations.csv` (BrixIA/Brixia-score-COVID-19),
`COVIDx8B_severity_mapping.csv` (dschaudt42/covid-severity-aug), rows of
`severity_annotations.csv` (lindawangg/COVID-Net; its header was not at hand) and `metadata.csv`
(agchung/Actualmed-COVID-chestxray-dataset) were read in those repositories, and a sample of their
values agrees with the folder that docs/data-card.md describes. The images themselves were not at
hand; where they lie is what the repositories' file lists say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE, ZONES
from cxr_severity.model.calibration import HIGHEST_TOTAL
from cxr_training.cases import HIGHEST_GRADE, HIGHEST_SIDES
from cxr_training.errors import TrainingError
from cxr_training.prepare.checkout import (
    IMAGE_SUFFIXES,
    folder,
    number,
    read_cells,
    read_rows,
    score,
)

Scores = dict[str, dict[str, str]]
"""File name to columns of `labels.csv`."""

COHEN, BRIXIA = "hida6/covid-chestxray-dataset", "BrixIA/Brixia-score-COVID-19"
OPACITY = "GeneralBlockchain/covid-19-chest-xray-segmentations-dataset"
FIGURE1 = "agchung/Figure1-COVID-chestxray-dataset"
ACTUALMED = "agchung/Actualmed-COVID-chestxray-dataset"

_CLINICAL = {
    "finding": "finding", "view": "view", "offset": "offset", "sex": "sex", "survival": "survival",
    "went_icu": "went_icu", "intubated": "intubated", "licence": "license", "url": "url",
}  # fmt: skip
_UNKNOWN = "?"
_LATERAL = "L"
# `…-a.png`, `…00015b.png` and `…-3.jpg` are parts of one figure or films of one series.
_LETTER, _PART = re.compile(r"[a-z]$"), re.compile(r"(?:-\d+|-?[a-z])$")


@dataclass(frozen=True, slots=True)
class Source:
    """Where one collection's images lie, and what it says about them."""

    name: str
    images: dict[str, Path]
    """By file name."""
    patients: dict[str, str] = field(default_factory=dict)
    """By file name; a film without an entry is named after its file."""
    clinical: dict[str, dict[str, str]] = field(default_factory=dict)
    """By file name, columns of `labels.csv`."""
    not_frontal: frozenset[str] = frozenset()
    scores: Scores = field(default_factory=dict)


def cohen(checkout: Path) -> Source:
    """`metadata.csv`, `images/` and the severity scores (mean of three raters).

    Raises:
        TrainingError: a file or column is missing, or a score is no number or out of range.
    """
    path = checkout / "metadata.csv"
    columns = ("filename", "patientid", "modality", "age", *_CLINICAL.values())
    clinical: dict[str, dict[str, str]] = {}
    patients: dict[str, str] = {}
    not_frontal = set()
    for row in read_rows(path, columns):
        name = row["filename"]
        if name in clinical:
            continue
        clinical[name] = {
            column: "" if row[source] == _UNKNOWN else row[source]
            for column, source in _CLINICAL.items()
        } | {"age": number(row["age"])}  # fmt: skip
        patients[name] = f"cohen-{row['patientid']}"
        if row["modality"] != "X-ray" or row["view"] == _LATERAL:
            not_frontal.add(name)
    path = checkout / "annotations" / "covid-severity-scores.csv"
    rows = read_rows(path, ("filename", "geographic_mean", "opacity_mean"))
    scores = {
        row["filename"]: {
            "extent": score(row, "geographic_mean", HIGHEST_SIDES),
            "opacity": score(row, "opacity_mean", HIGHEST_SIDES),
        }
        for row in rows
    }
    images = _images(folder(checkout, "images"))
    return Source(COHEN, images, patients, clinical, frozenset(not_frontal), scores)


def brixia(checkout: Path) -> Source:
    """Brixia scores by two radiologists, and the few films that no other collection holds.

    Raises:
        TrainingError: a file or column is missing, or a score is no number or out of range.
    """
    path = checkout / "data" / "public-annotations.csv"
    columns = {"brixia_senior": "S-Global", "brixia_junior": "J-Global"} | {
        f"brixia_{reader}_{zone}": f"{reader[0].upper()}-{zone}"
        for reader in ("senior", "junior")
        for zone in ZONES
    }
    scores = {
        row["filename"]: {
            ours: score(
                row, theirs, HIGHEST_TOTAL if theirs.endswith("Global") else HIGHEST_ZONE_SCORE
            )
            for ours, theirs in columns.items()
        }
        for row in read_rows(path, ("filename", *columns.values()))
    }
    images = _images(folder(checkout, "data/public-cohen-subset"))
    return Source(BRIXIA, images, scores=scores)


def schaudt(checkout: Path) -> Scores:
    """Grades of COVIDx8B's films; most are in collections that are not read here.

    Raises:
        TrainingError: the file or a column is missing, or a grade is no number or out of range.
    """
    path = checkout / "COVIDx8B_severity_mapping.csv"
    return {
        row["orig_image_name"]: {"grade": score(row, "label", HIGHEST_GRADE)}
        for row in read_rows(path, ("orig_image_name", "label"))
    }


def covidnet(checkout: Path) -> Scores:
    """Extent and opacity (0-8 each, means of three experts) of the films of COVIDNet-S.

    Raises:
        TrainingError: the file is missing, or a score out of range.
    """
    path = checkout / "annotations" / "severity_annotations.csv"
    found: Scores = {}
    for cells in read_cells(path)[1:]:
        # By position: the name, then extent, opacity, and what follows from them.
        name, extent, opacity = (*cells[:3], "", "")[:3]
        scores = [number(extent), number(opacity)]
        if not all(scores):
            continue  # named there without a score
        if not all(0 <= float(value) <= HIGHEST_SIDES for value in scores):
            raise TrainingError(
                f"{cells.where}: {name}: {extent}, {opacity} are not between 0 and {HIGHEST_SIDES}"
            )
        rounded = [str(round(float(value), 3)) for value in scores]
        found[name] = dict(zip(("covidnet_extent", "covidnet_opacity"), rounded, strict=True))
    if not found:
        raise TrainingError(f"{path}: holds no score")
    return found


def figure1(checkout: Path) -> Source:
    """Images named after their patients (`COVID-00015a.png`).

    Raises:
        TrainingError: there is no folder `images`.
    """
    images = _images(folder(checkout, "images"))
    patients = {name: f"figure1-{_LETTER.sub('', Path(name).stem)}" for name in images}
    return Source(FIGURE1, images, patients)


def actualmed(checkout: Path) -> Source:
    """Images, and their patients from `metadata.csv`.

    Raises:
        TrainingError: a file or column is missing.
    """
    rows = read_rows(checkout / "metadata.csv", ("imagename", "patientid"))
    patients = {row["imagename"]: f"actualmed-{row['patientid']}" for row in rows}
    return Source(ACTUALMED, _images(folder(checkout, "images")), patients)


def named_after_file(name: str) -> str:
    """The patient of a film whose collection names none: its file name without its part."""
    return f"name-{_PART.sub('', Path(name).stem)}"


def images_of(name: str, checkout: Path) -> Source:
    """A collection of which only the images are used here.

    Raises:
        TrainingError: there is no folder `images`.
    """
    return Source(name, _images(folder(checkout, "images")))


def _images(path: Path) -> dict[str, Path]:
    found = {
        file.name: file for file in sorted(path.iterdir()) if file.suffix.lower() in IMAGE_SUFFIXES
    }  # fmt: skip
    if not found:
        raise TrainingError(f"{path}: holds no images")
    return found
