"""The table of a run: Parquet with types, or CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from cxr_severity.bulk.rows import BOOLEANS, COLUMNS, INTEGERS, NUMBERS, Row
from cxr_severity.interop.table import escaped

SUFFIXES = (".parquet", ".csv")
_ROW_GROUP = 10_000


def write_table(path: Path, rows: Iterable[Row]) -> None:
    """Write all rows; the file appears whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        (_parquet if path.suffix == ".parquet" else _csv)(partial, rows)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)  # a full disk has no room for it
        raise


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
