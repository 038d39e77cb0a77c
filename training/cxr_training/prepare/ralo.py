"""`ralo/`: films of Stony Brook with the scores of two radiologists, in series.

Checked: `ralo-dataset-metadata.csv` (a line of column numbers stands before the header, whose
columns come once for each rater) and the numbering of the images (`7.jpg` is the eighth row)
against the folder that docs/data-card.md describes; names and separators of three of the published
predictions. Not at hand: the header of BS-Net's table, which is read by position.
"""

from __future__ import annotations

import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cxr_training.csv_files import csv_bytes
from cxr_training.errors import TrainingError
from cxr_training.prepare.checkout import SourceCells, add_file, folder, number, read_cells
from cxr_training.prepare.images import read_film, square_jpeg

SIDE = 224
PARTS = ("right_extent", "right_opacity", "left_extent", "left_opacity", "extent", "opacity")
_FIRST, _SECOND = 2, 9
"""Columns at which the scores of rater 1 and of rater 2 begin; a column of notes lies between."""
COLUMNS = ("image", *(f"r{rater}_{part}" for rater in (1, 2) for part in PARTS), "day", "patient")
PEERS = {
    "bsnet-singlemodel.csv": ("bsnet_brixia",),
    "covidnet-s.csv": ("covidnet_s_extent", "covidnet_s_opacity"),
    "pxs-stonybrook.csv": ("pxs",),
}
"""Tables of others' predictions and what their numbers are, in the order of their columns."""


@dataclass(frozen=True, slots=True)
class Film:
    path: Path
    row: dict[str, str]


def read(checkout: Path) -> list[Film]:
    """Every scored film of a checkout of LungVisionAR that is there.

    Raises:
        TrainingError: table or images are missing, or a row is not as described.
    """
    root = folder(checkout, "data/RALO-Dataset", "RALO-Dataset", ".")
    path, images = root / "ralo-dataset-metadata.csv", folder(root, "CXR_images_scored")
    table = read_cells(path)
    if len(table) < 2 or table[1][:2] != ["Subject_ID", "Exam_DateTime"]:
        raise TrainingError(f"{path}: its second line is not the header")
    rows = table[2:]
    start: dict[str, datetime] = {}
    times = [_time(cells[1]) for cells in rows]
    for cells, time in zip(rows, times, strict=True):
        if time is not None:
            start[cells[0]] = min(time, start.get(cells[0], time))
    found = []
    for index, (cells, time) in enumerate(zip(rows, times, strict=True)):
        film = images / f"{index}.jpg"
        scores = _scores(cells)
        if not film.is_file() or not any(scores.values()):
            continue
        days = "" if time is None else f"{(time - start[cells[0]]).total_seconds() / 86400:.2f}"
        row = {"image": film.name, **scores, "day": days, "patient": f"ralo-{cells[0]}"}
        found.append(Film(film, row))
    if not found:
        raise TrainingError(f"{checkout}: no scored film has an image")
    return found


def _scores(cells: SourceCells) -> dict[str, str]:
    scores = {}
    for rater, begin in ((1, _FIRST), (2, _SECOND)):
        for offset, part in enumerate(PARTS):
            cell = number(cells[begin + offset]) if begin + offset < len(cells) else ""
            highest = 8 if part in ("extent", "opacity") else 4
            if cell and not 0 <= float(cell) <= highest:
                raise TrainingError(f"{cells.where}: {part} {cell} is not between 0 and {highest}")
            scores[f"r{rater}_{part}"] = cell
    return scores


def _time(cell: str) -> datetime | None:
    """`20200328_150110.778`; None where it is not so."""
    try:
        return datetime.strptime(cell.partition(".")[0], "%Y%m%d_%H%M%S")  # noqa: DTZ007
    except ValueError:
        return None


def read_peers(checkout: Path) -> dict[str, dict[str, str]]:
    """What published models said, by image and column, of a checkout of mlmed/covid-severity.

    Raises:
        TrainingError: a table is missing, or holds no numbers.
    """
    said: dict[str, dict[str, str]] = {}
    for name, columns in PEERS.items():
        path = folder(checkout, "data") / name
        read = 0
        for cells in read_cells(path):
            named = next((i for i, cell in enumerate(cells) if cell.endswith(".jpg")), None)
            if named is None:
                continue  # the header
            values = [number(cell) for cell in cells[named + 1 :][: len(columns)]]
            if len(values) < len(columns) or not all(values):
                raise TrainingError(f"{cells.where}: {cells[named]} lacks a number")
            said.setdefault(cells[named], {}).update(zip(columns, values, strict=True))
            read += 1
        if not read:
            raise TrainingError(f"{path}: names no image")
    return said


def write(films: Sequence[Film], peers: Mapping[str, Mapping[str, str]], to: Path) -> None:
    """Write `labels.csv`, `images.tar` and, with peers, `peers.csv`.

    Raises:
        TrainingError: an image cannot be read.
    """
    to.mkdir(parents=True)
    with tarfile.open(to / "images.tar", "w") as tar:
        for film in films:
            add_file(tar, f"images/{film.path.name}", square_jpeg(read_film(film.path), SIDE))
    rows = [[film.row[column] for column in COLUMNS] for film in films]
    (to / "labels.csv").write_bytes(csv_bytes(COLUMNS, rows))
    columns = [column for names in PEERS.values() for column in names]
    known = [film.path.name for film in films if len(peers.get(film.path.name, {})) == len(columns)]
    if known:
        rows = [[name, *(peers[name][column] for column in columns)] for name in known]
        (to / "peers.csv").write_bytes(csv_bytes(("image", *columns), rows))
