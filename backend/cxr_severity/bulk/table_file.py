"""The table of a run: Parquet with types, or CSV."""

from __future__ import annotations

import csv
import errno
import os
from collections.abc import Iterable, Iterator
from itertools import islice, zip_longest
from math import isfinite
from pathlib import Path
from typing import Any

from cxr_severity.bulk.csv_text import lines_of
from cxr_severity.bulk.entries import said_by
from cxr_severity.bulk.own import partial_of
from cxr_severity.bulk.rows import BOOLEANS, COLUMNS, GRADED, INTEGERS, NUMBERS, Row
from cxr_severity.interop.table import escaped, unescaped
from cxr_severity.model.assessment import SEVERITIES

SUFFIXES = (".parquet", ".csv")
_ROW_GROUP = 10_000
# Of a file system that keeps its folders in its own way, or of a folder that may not be listed.
_UNSYNCED = (errno.EINVAL, errno.ENOTSUP, errno.EACCES)


class TableError(Exception):
    """A file is no table of results; the message is one clear line."""


def write_table(path: Path, rows: Iterable[Row]) -> None:
    """Write all rows; the file appears whole or not at all, and is on the disk at the end, though
    the power fail then: whoever wrote it deletes what it was made from.

    Raises:
        OSError: it cannot be written.
    """
    partial = partial_of(path)
    try:
        (_parquet if path.suffix == ".parquet" else _csv)(partial, rows)
        _sync(partial)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)  # a full disk has no room for it
        raise
    try:
        _sync(path.parent)
    except OSError as error:
        if error.errno not in _UNSYNCED:
            raise


def _sync(path: Path) -> None:
    """Have a file, or a folder's list of files, on the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def read_table(path: Path) -> list[Row]:
    """What `write_table` wrote, or another program that read and saved it.

    Raises:
        TableError: the file cannot be read, lacks columns, or holds what `write_table` does not
            write.
    """
    if not path.is_file():
        raise TableError(f"{path}: there is no such file")
    try:
        rows = _read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    # What pyarrow raises of a file that is no Parquet is no OSError.
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: cannot be read: {said_by(error)}") from error
    lacking = [name for name in COLUMNS if rows and name not in rows[0]]
    if not rows or lacking:
        what = f"lacks the column {lacking[0]}" if lacking else "has no rows"
        raise TableError(f"{path}: is no table of `cxr-severity score`: it {what}")
    return [_checked(path, row) for row in rows]


def _checked(path: Path, row: Row) -> Row:
    """With numbers and truths as they are written here, however another program does."""
    truths = {name: row[name].lower() for name in BOOLEANS}
    numbers = {name: row[name].replace(",", ".") for name in NUMBERS}
    wrong = [name for name, text in numbers.items() if text and not _is_number(text)]
    wrong += [name for name, text in truths.items() if text not in ("", "true", "false")]
    if row["status"] == GRADED:
        wrong += [name for name in ("confidence", "brixia_total", "refer") if not row[name]]
        wrong += ["severity"] if row["severity"] not in SEVERITIES else []
    if wrong:
        raise TableError(
            f"{path}: {wrong[0]} of {row['file']} is {row[wrong[0]]!r}, as `cxr-severity score` "
            "does not write it"
        )
    return row | truths | numbers


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _read_csv(path: Path) -> list[Row]:
    lines = lines_of(path.read_bytes())
    columns = next(lines, (0, []))[1]
    # A line that was cut short lacks its last cells.
    return [
        unescaped(dict(zip_longest(columns, line[: len(columns)], fillvalue="")))
        for _, line in lines
    ]


def _read_parquet(path: Path) -> list[Row]:
    from pyarrow import parquet

    return [
        {name: _text(value) for name, value in row.items()}
        for row in parquet.read_table(path).to_pylist()
    ]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _csv(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(map(escaped, rows))


def _parquet(path: Path, rows: Iterable[Row]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {
        **dict.fromkeys(INTEGERS, pa.int32()),
        **dict.fromkeys(BOOLEANS, pa.bool_()),
        **dict.fromkeys(NUMBERS, pa.float32()),
    }
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in _parts(rows):
            columns = {name: [_typed(name, row[name]) for row in part] for name in COLUMNS}
            writer.write_table(pa.table(columns, schema))


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while part := list(islice(left, _ROW_GROUP)):
        yield part


def _typed(name: str, text: str) -> Any:
    """None for what is not known."""
    if not text:
        return None
    if name in INTEGERS:
        return int(text)
    if name in BOOLEANS:
        return text == "true"
    if name in NUMBERS:
        return float(text)
    # A file's name may hold bytes that are no text.
    return text.encode("utf-8", "backslashreplace").decode()
