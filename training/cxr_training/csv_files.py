"""CSV files as this project reads and writes them: checked cell by cell, written whole."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.arrays import Float64Array
from cxr_training.errors import TrainingError

Row = dict[str, str]
Word = TypeVar("Word", bound=str)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file whose header and cells are complete."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    lines: tuple[int, ...]
    """Of the file, at which each row ends: a cell in quotes may hold several."""
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def text(self, column: str) -> tuple[str, ...]:
        return tuple(row[column] for row in self.rows)

    def numbers(self, columns: Sequence[str]) -> Float64Array:
        """(R, C) float64; an empty cell is NaN.

        Raises:
            TrainingError: naming the first cell that is no number.
        """
        values = np.empty((len(self.rows), len(columns)))
        for i, row in enumerate(self.rows):
            for j, column in enumerate(columns):
                try:
                    values[i, j] = float(row[column] or "nan")
                except ValueError as error:
                    raise self.error(i, f"{column} {row[column]!r} is no number") from error
        return values

    def integers(self, column: str) -> NDArray[np.int64]:
        """(R,) int64; raises TrainingError naming the first cell that is no whole number."""
        values = np.empty(len(self.rows), dtype=np.int64)
        for i, row in enumerate(self.rows):
            try:
                values[i] = int(row[column])
            except (ValueError, OverflowError) as error:
                raise self.error(i, f"{column} {row[column]!r} is no whole number") from error
        return values

    def word(self, row: int, column: str, words: Sequence[Word]) -> Word:
        """A cell as one of the words that may stand there; TrainingError where it is none."""
        try:
            return one_of(self.rows[row][column], words)
        except ValueError as error:
            raise self.error(row, f"{column} {error}") from error

    def error(self, row: int, message: str) -> TrainingError:
        """What is wrong with a row, with its place in the file."""
        return TrainingError(f"{self.path}:{self.lines[row]}: {message}")


def read_table(path: Path, columns: Iterable[str], *, may_be_empty: bool = False) -> Table:
    """Read a file that has at least these columns; blanks around a cell are none of it.

    Raises:
        TrainingError: it cannot be read, is not UTF-8, lacks a column or a cell, or has no rows
            though it must.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path}: {error.strerror}") from error
    try:
        # -sig: spreadsheets put a byte-order mark before the first column's name.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TrainingError(f"{path}: is not UTF-8 (byte {error.start})") from error
    # Not by lines: text has more ends of lines than tables, and a cell in quotes may hold any.
    reader = csv.DictReader(io.StringIO(text, newline=""))
    rows: list[Row] = []
    lines: list[int] = []
    try:
        header = tuple(reader.fieldnames or ())
        for column in columns:
            if column not in header:
                raise TrainingError(f"{path}: column {column!r} is missing")
        for row in reader:
            if None in row or None in row.values():
                raise TrainingError(
                    f"{path}:{reader.line_num}: has another number of cells than the header"
                )
            # A blank that a spreadsheet left would make another patient of one.
            rows.append({column: cell.strip() for column, cell in row.items()})
            lines.append(reader.line_num)
    except csv.Error as error:
        raise TrainingError(f"{path}:{reader.line_num}: {error}") from error
    if not (rows or may_be_empty):
        raise TrainingError(f"{path}: has no rows")
    return Table(path, header, tuple(rows), tuple(lines), raw)


def one_of(text: str, words: Sequence[Word]) -> Word:
    """The text as one of the words that may stand in a cell; ValueError where it is none."""
    for word in words:
        if word == text:
            return word
    raise ValueError(f"{text!r} is unknown")


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as UTF-8 with newlines alone, the same bytes on every machine."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
