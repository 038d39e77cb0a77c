"""`lesions/`: films on which lungs and opacities were drawn, or opacities boxed.

Checked: the layout of COVID-QU-Ex by the file list of its copy and the names of its masks by its
publication; `train/<image>.jpg` of the copy of SIIM-FISABIO-RSNA; how boxes and sizes are written,
by the programs that read that table; columns of the table of patients. Not at hand: the mask files,
and the header of the table of boxes (its study labels are found by the words they begin with).
"""

from __future__ import annotations

import ast
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cxr_training.csv_files import csv_bytes
from cxr_training.duplicates import SAME_FILM, near_duplicates, perceptual_hash
from cxr_training.errors import TrainingError
from cxr_training.lesions import DRAWN
from cxr_training.masks import fits
from cxr_training.prepare.checkout import IMAGE_SUFFIXES, add_file, folder, number, read_rows
from cxr_training.prepare.images import Mask, mask_png, read_film, read_mask, square_jpeg

SIDE = 256
COLUMNS = (
    "file", "set", "label", "patient", "lung_mask", "opacity_mask", "boxes", "width", "height",
    "copy_of",
)  # fmt: skip
_QU_EX = {"COVID-19": "covid", "Normal": "normal", "Non-COVID": "other"}
_STUDIES = ("negative", "typical", "indeterminate", "atypical")


@dataclass(frozen=True, slots=True)
class Film:
    """One film and what was drawn on it; masks are files, `row` the columns of `labels.csv`."""

    path: Path
    row: dict[str, str]
    lungs: Path | None = None
    opacity: Path | None = None


def covid_qu_ex(checkout: Path) -> list[Film]:
    """The infection segmentation part: all films have lung masks, those of COVID-19 opacity masks.

    Raises:
        TrainingError: a folder is missing, or a film of COVID-19 without its masks.
    """
    root = folder(checkout, "Infection Segmentation Data/Infection Segmentation Data",
                  "Infection Segmentation Data", ".")  # fmt: skip
    films = []
    for part in ("Train", "Val", "Test"):
        for name, label in _QU_EX.items():
            where = folder(root, f"{part}/{name}")
            lungs = folder(where, "lung masks")
            for path in _images(folder(where, "images")):
                opacity = where / "infection masks" / path.name if label == "covid" else None
                for mask in (lungs / path.name, opacity):
                    if mask is not None and not mask.is_file():
                        raise TrainingError(f"{mask}: is not there")
                file = f"masks/{label}/{path.stem}"
                row = {
                    "file": f"{file}.jpg",
                    "set": "masks",
                    "label": label,
                    "lung_mask": f"{file}.lung.png",
                    "width": str(SIDE),
                    "height": str(SIDE),
                }
                if opacity is not None:
                    row["opacity_mask"] = f"{file}.opacity.png"
                films.append(Film(path, row, lungs / path.name, opacity))
    return films


def siim(images: Path, tables: Path, patients: Path) -> list[Film]:
    """SIIM-FISABIO-RSNA: study labels, boxes, and patients under running names.

    Args:
        images: of vikasb512/Capstone-Project. tables: of the ninth place (boxes, sizes, labels).
        patients: of dungnb1333/SIIM-COVID19-Detection.

    Raises:
        TrainingError: a table is missing or is not as described.
    """
    path = patients / "dataset" / "siim-covid19-detection" / "train_meta.csv"
    patient_of = {
        row["imageid"]: row["patientid"] for row in read_rows(path, ("imageid", "patientid"))
    }
    names = {patient: f"siim-{i:04}" for i, patient in enumerate(sorted(set(patient_of.values())))}
    path = tables / "assets" / "train_image_level_folded_v3.csv"
    films = []
    for row in read_rows(path, ("id", "boxes", "width", "height")):
        image = row["id"].removesuffix("_image")
        film = folder(images, "train") / f"{image}.jpg"
        if image not in patient_of or not film.is_file():
            continue
        try:
            width, height = _pixels(row, "width"), _pixels(row, "height")
            cells = {
                "file": f"boxes/{image}.jpg", "set": "boxes", "label": _study(row),
                "patient": names[patient_of[image]], "boxes": _boxes(row["boxes"], width, height),
                "width": str(int(width)), "height": str(int(height)),
            }  # fmt: skip
        except ValueError as error:
            raise TrainingError(f"{row.where}: {error}") from error
        films.append(Film(film, cells))
    if not films:
        raise TrainingError(f"{images}: holds none of the films of {path}")
    return films


def _study(row: Mapping[str, str]) -> str:
    """The one study label that is set, whatever the rest of its column's name."""
    found = [
        label
        for label in _STUDIES
        for column, cell in row.items()
        if column.lower().startswith(label) and cell in ("1", "1.0")
    ]
    if len(found) != 1:
        raise ValueError(f"{len(found)} study labels are set")
    return found[0]


def _pixels(row: Mapping[str, str], column: str) -> float:
    value = number(row[column])
    if not value or float(value) < 1:
        raise ValueError(f"{column} {row[column]!r} is no number of pixels")
    return float(value)


def _boxes(text: str, width: float, height: float) -> str:
    """`[{'x': …, 'y': …, 'width': …, 'height': …}]` in pixels to shares of width and height;
    ValueError where it is something else."""
    try:
        boxes = [
            [float(box[name]) for name in ("x", "y", "width", "height")]
            for box in ast.literal_eval(text or "[]")
        ]
    except (ValueError, KeyError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"boxes {text!r} are none with x, y, width and height") from error
    if not np.isfinite(boxes).all():
        raise ValueError(f"boxes {text!r} are none with x, y, width and height")
    found = []
    for x, y, wide, high in boxes:
        ends = (x / width, y / height, (x + wide) / width, (y + high) / height)
        found.append(" ".join(f"{min(max(end, 0), 1):.4f}" for end in ends))
    return ";".join(found)


def write(films: Sequence[Film], scored: Mapping[str, bytes], to: Path) -> list[str]:
    """Write `masks.tar`, `boxes.tar` and `labels.csv`; returns the masks that were left out and
    what was written, a line for each.

    Args:
        scored: files of `severity/` by their name there; a film that is a copy of one says so.

    Raises:
        TrainingError: an image or mask cannot be read.
    """
    to.mkdir(parents=True)
    hashes = []
    written: list[Film] = []
    left_out = []
    for kind in DRAWN:
        with tarfile.open(to / f"{kind}.tar", "w") as tar:
            for film in films:
                if film.row["set"] != kind:
                    continue
                image = read_film(film.path)
                data = square_jpeg(image, SIDE)
                hashes.append(perceptual_hash(data))
                add_file(tar, film.row["file"], data)
                row = dict(film.row)
                for column, path in (("lung_mask", film.lungs), ("opacity_mask", film.opacity)):
                    if path is None:
                        continue
                    mask = read_mask(path)
                    if fits(mask.shape, image.size[::-1]):
                        add_file(tar, row[column], mask_png(mask, (SIDE, SIDE)))
                    else:
                        name = column.replace("_", " ")
                        left_out.append(f"{row.pop(column)}: this {name} has another aspect")
                written.append(replace(film, row=row))
    copied = mark_copies(written, np.stack(hashes), scored)
    rows = [[film.row.get(column, "") for column in COLUMNS] for film in copied]
    (to / "labels.csv").write_bytes(csv_bytes(COLUMNS, rows))
    copies = sum("copy_of" in film.row for film in copied)
    return [*left_out, f"lesions/: {len(films)} films, {copies} of them copies of scored ones"]


def mark_copies(films: Sequence[Film], hashes: Mask, scored: Mapping[str, bytes]) -> list[Film]:
    """The films, those that look like a scored one with its name in `copy_of`.

    Args:
        hashes: (N, 256) of the films.
    """
    if not scored:
        return list(films)
    names = sorted(scored)
    others = np.stack([perceptual_hash(scored[name]) for name in names])
    alike = near_duplicates(hashes, others, SAME_FILM)
    return [
        replace(film, row={**film.row, "copy_of": names[int(row.argmax())]}) if row.any() else film
        for film, row in zip(films, alike, strict=True)
    ]


def _images(path: Path) -> list[Path]:
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in IMAGE_SUFFIXES)
    if not found:
        raise TrainingError(f"{path}: holds no images")
    return found
