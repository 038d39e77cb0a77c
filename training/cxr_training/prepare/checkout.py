"""Tables and folders inside the checkout of a source, read with one line for what is wrong."""

from __future__ import annotations

import csv
import io
import math
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from cxr_training.errors import TrainingError

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})


def folder(path: Path, *inside: str) -> Path:
    """The first of `path/inside` that is there.

    Raises:
        TrainingError: none of them is a folder.
    """
    for part in inside:
        if (path / part).is_dir():
            return path / part
    raise TrainingError(f"{path}: has no folder {' or '.join(inside)}")


class SourceRow(dict[str, str]):
    """A row by its columns; `where` is its file and line."""

    def __init__(self, cells: Mapping[str, str], where: str) -> None:
        super().__init__(cells)
        self.where = where


class SourceCells(list[str]):
    """A row by position; `where` is its file and line."""

    def __init__(self, cells: Iterable[str], where: str) -> None:
        super().__init__(cells)
        self.where = where


def read_rows(path: Path, columns: Iterable[str]) -> list[SourceRow]:
    """The rows of a CSV file; cells stripped, an absent one empty. Lines before the header that
    begin with `#` are the file's own comment.

    Raises:
        TrainingError: the file is not there, or lacks a column.
    """
    try:
        # Free-text notes of the collections hold bytes of other encodings; no cell used here does.
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise TrainingError(f"{path}: {error.strerror}") from error
    comments = 0
    while text.startswith("##"):
        text = text.partition("\n")[2]
        comments += 1
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for column in columns:
        if column not in (reader.fieldnames or ()):
            raise TrainingError(f"{path}: column {column!r} is missing")
    return [
        SourceRow(
            {key: (value or "").strip() for key, value in row.items() if isinstance(key, str)},
            f"{path}:{comments + reader.line_num}",
        )
        for row in reader
    ]


def read_cells(path: Path) -> list[SourceCells]:
    """All lines of a CSV file, header included; cells stripped.

    Raises:
        TrainingError: the file cannot be read.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise TrainingError(f"{path}: {error.strerror}") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    return [
        SourceCells((cell.strip() for cell in cells), f"{path}:{reader.line_num}")
        for cells in reader
    ]


def score(row: SourceRow, column: str, highest: int) -> str:
    """A score as `labels.csv` writes it (`8.0`).

    Args:
        highest: that training takes it to have; the lowest is 0.

    Raises:
        TrainingError: the cell is no number, or none that the score can be.
    """
    value = number(row[column])
    if not value:
        raise TrainingError(f"{row.where}: {column} {row[column]!r} is no number")
    if not 0 <= float(value) <= highest:
        raise TrainingError(f"{row.where}: {column} {row[column]} is not between 0 and {highest}")
    return value


def number(cell: str) -> str:
    """The number of a cell as `labels.csv` writes it, empty where it is none (`70+`, `?`)."""
    try:
        value = float(cell)
    except ValueError:
        return ""
    return str(value) if math.isfinite(value) else ""


def add_file(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    """Put a file into an archive without owner or date: the same bytes each time."""
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))
