"""`pretrain/`: small unscored films in tar files, with the disease their collection names.

The folders and file names of both collections were checked against the file lists of the copies
that docs/data-card.md names. Not known is which 4,500 of the 10,192 normal films were taken, so a
seeded sample of as many is taken here; that the films are scaled to a square without regard to
their aspect is how they look.
"""

from __future__ import annotations

import math
import random
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cxr_training.csv_files import csv_bytes
from cxr_training.errors import TrainingError
from cxr_training.prepare.checkout import IMAGE_SUFFIXES, add_file, folder
from cxr_training.prepare.images import read_film, thumbnail_jpeg

NORMAL_FILMS = 4500
PER_TAR = 4000
_SEED = 0


@dataclass(frozen=True, slots=True)
class Film:
    name: str
    """`covid/COVID-1.jpg`: in the tar file and in `labels.csv`."""
    label: str
    path: Path


def radiography(checkout: Path, normal_films: int = NORMAL_FILMS) -> list[Film]:
    """The COVID-19 Radiography Database: all its COVID films, a sample of the normal ones.

    Raises:
        TrainingError: a folder is missing or empty.
    """
    root = folder(checkout, "COVID-19_Radiography_Dataset", "COVID-19_Radiography_Database", ".")
    films: list[Film] = []
    for inside, label in (("COVID", "covid"), ("Normal", "normal")):
        # Later releases keep the images beside their masks.
        paths = _files(folder(root, f"{inside}/images", inside))
        if label == "normal" and len(paths) > normal_films:
            paths = sorted(random.Random(_SEED).sample(paths, normal_films))  # noqa: S311
        films.extend(Film(f"{label}/{path.stem}.jpg", label, path) for path in paths)
    return films


def kermany(checkout: Path) -> list[Film]:
    """Kermany's children: the folders `train` and `test`.

    Raises:
        TrainingError: a folder is missing or empty, or a film of pneumonia names no cause.
    """
    root = folder(checkout, "dataset", "chest_xray", ".")
    labelled: list[tuple[str, Path]] = []
    for part in ("train", "test"):
        labelled += [("normal", path) for path in _files(folder(root, f"{part}/NORMAL"))]
        labelled += [(_cause(path), path) for path in _files(folder(root, f"{part}/PNEUMONIA"))]
    films = [Film(f"paediatric/{path.stem}.jpg", label, path) for label, path in labelled]
    return sorted(films, key=lambda film: film.name)


def check(films: Sequence[Film]) -> None:
    """Raises TrainingError when two films would have one name."""
    name, count = Counter(film.name for film in films).most_common(1)[0]
    if count > 1:
        raise TrainingError(f"{name}: {count} films have this name")


def write(films: Sequence[Film], to: Path) -> None:
    """Write `<folder>-NN.tar` and `labels.csv`.

    Raises:
        TrainingError: an image cannot be read.
    """
    to.mkdir(parents=True)
    groups: dict[str, list[Film]] = {}
    for film in films:
        groups.setdefault(film.name.partition("/")[0], []).append(film)
    for archive, members in _archives(groups):
        with tarfile.open(to / archive, "w") as tar:
            for film in members:
                add_file(tar, film.name, thumbnail_jpeg(read_film(film.path)))
    rows = [(film.name, film.label) for film in films]
    (to / "labels.csv").write_bytes(csv_bytes(("file", "label"), rows))


def _cause(path: Path) -> str:
    for cause, label in (("_bacteria_", "bacterial"), ("_virus_", "viral")):
        if cause in path.name:
            return label
    raise TrainingError(f"{path}: names neither bacteria nor virus")


def _archives(groups: Mapping[str, Sequence[Film]]) -> Iterator[tuple[str, Sequence[Film]]]:
    for group, films in groups.items():
        parts = math.ceil(len(films) / PER_TAR)
        size = math.ceil(len(films) / parts)
        for part in range(parts):
            yield f"{group}-{part:02}.tar", films[part * size : (part + 1) * size]


def _files(path: Path) -> list[Path]:
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in IMAGE_SUFFIXES)
    if not found:
        raise TrainingError(f"{path}: holds no images")
    return found
