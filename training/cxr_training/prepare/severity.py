"""`severity/`: the films that readers scored, with everything the collections say about them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cxr_severity.model.assessment import ZONES
from cxr_training.csv_files import csv_bytes
from cxr_training.duplicates import SAME_FILM, near_duplicates, perceptual_hash
from cxr_training.masks import fits
from cxr_training.prepare.images import Mask, film_jpeg, mask_png, read_film, read_mask
from cxr_training.prepare.masks import Outlines, Regions, union
from cxr_training.prepare.sources import Scores, Source, named_after_file

COLUMNS = (
    "image", "patient", "source", "filename", "finding", "view", "offset", "sex", "age",
    "brixia_senior", "brixia_junior",
    *(f"brixia_{reader}_{zone}" for reader in ("senior", "junior") for zone in ZONES),
    "grade", "extent", "opacity", "involvement", "survival", "went_icu", "intubated",
    "lung_mask", "opacity_mask", "licence", "url", "sha256", "covidnet_extent", "covidnet_opacity",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Collections:
    """Everything that was read of the checkouts, before anything is written."""

    sources: Sequence[Source] = ()
    """In the order in which they are asked for an image."""
    grades: Scores = field(default_factory=dict)
    experts: Scores = field(default_factory=dict)
    outlines: Mapping[str, Outlines] = field(default_factory=dict)
    lung_vae: Mapping[str, Path] = field(default_factory=dict)
    """By file name without suffix."""
    regions: Mapping[str, Regions] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One film to be written."""

    filename: str
    path: Path
    source: str
    patient: str
    columns: dict[str, str]


def choose(collections: Collections) -> tuple[list[Chosen], int]:
    """The scored frontal films in the order of their file names, and how many scored names have
    no image in any checkout (or are no frontal radiograph)."""
    scores: dict[str, dict[str, str]] = {name: {} for name in collections.regions}
    others = (collections.grades, collections.experts)
    for table in (*(source.scores for source in collections.sources), *others):
        for name, columns in table.items():
            scores.setdefault(name, {}).update(columns)
    chosen = []
    for name in sorted(scores):
        holders = [source for source in collections.sources if name in source.images]
        if not holders or any(name in source.not_frontal for source in collections.sources):
            continue
        clinical: dict[str, str] = {}
        patient = ""
        for source in collections.sources:
            clinical |= source.clinical.get(name, {})
            patient = patient or source.patients.get(name, "")
        chosen.append(
            Chosen(
                filename=name,
                path=holders[0].images[name],
                source=holders[0].name,
                patient=patient or named_after_file(name),
                columns=clinical | scores[name],
            )
        )
    return chosen, len(scores) - len(chosen)


def write(chosen: Sequence[Chosen], collections: Collections, folder: Path) -> list[str]:
    """Write labels, images and masks; returns the masks that were left out, a line for each.

    Raises:
        TrainingError: an image or mask cannot be read, or `folder` holds no room for it.
    """
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    rows: list[dict[str, str]] = []
    hashes = []
    left_out: list[str] = []
    for number, one in enumerate(chosen):
        film = read_film(one.path)
        jpeg, size = film_jpeg(film)
        row = {
            **one.columns, "image": f"images/{number:04}.jpg", "patient": one.patient,
            "source": one.source, "filename": one.filename,
            "sha256": hashlib.sha256(jpeg).hexdigest(),
        }  # fmt: skip
        (folder / row["image"]).write_bytes(jpeg)
        hashes.append(perceptual_hash(jpeg))
        region = collections.regions.get(one.filename, Regions())
        lungs, opacity = union(region.lungs), union(region.opacities)
        if lungs is not None:
            row["involvement"] = _involvement(lungs, opacity)
        for kind, mask in (("lung", _lungs(one, collections)), ("opacity", opacity)):
            if mask is None:
                continue
            if not fits(mask.shape, film.size[::-1]):
                left_out.append(f"{one.filename}: its {kind} mask has another aspect")
                continue
            row[f"{kind}_mask"] = f"masks/{number:04}.{kind}.png"
            (folder / row[f"{kind}_mask"]).write_bytes(mask_png(mask, size))
        rows.append(row)
    share_patients(rows, np.stack(hashes))
    cells = [[row.get(column, "") for column in COLUMNS] for row in rows]
    (folder / "labels.csv").write_bytes(csv_bytes(COLUMNS, cells))
    return left_out


def share_patients(rows: Sequence[dict[str, str]], hashes: Mask) -> None:
    """Give the patients of near-duplicate films one name, that of the later film.

    Args:
        rows: with a `patient`, changed in place; all films of both patients follow.
        hashes: (N, 256) of the same films.
    """
    alike = np.argwhere(np.triu(near_duplicates(hashes, hashes, SAME_FILM), k=1))
    for i, j in alike.tolist():
        old, new = rows[i]["patient"], rows[j]["patient"]
        for row in rows:
            if row["patient"] == old:
                row["patient"] = new


def _lungs(one: Chosen, collections: Collections) -> Mask | None:
    """V7's outlines where there are any, else lungVAE's mask."""
    if one.filename in collections.outlines:
        return collections.outlines[one.filename].mask()
    path = collections.lung_vae.get(Path(one.filename).stem)
    return None if path is None else read_mask(path)


def _involvement(lungs: Mask, opacity: Mask | None) -> str:
    """Share of the lungs that is opaque; a film whose lungs are drawn without any opacity has 0."""
    if opacity is None:
        return "0.0"
    if opacity.shape != lungs.shape:
        return ""
    return str(round(float((lungs & opacity).sum() / lungs.sum()), 4))
