"""What a film says of its patient, in each kind of table."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pyarrow import parquet

from cxr_severity.bulk.rows import GRADED, blank
from cxr_severity.bulk.table_file import write_table


@pytest.mark.parametrize("number", ["-0012", "=1+1", "+1", "@x", "P-1", "'1"])
def test_only_csv_guards_spreadsheets_against_formulas(tmp_path: Path, number: str) -> None:
    row = {**blank("x.dcm", GRADED), "patient_id": number, "accession_number": number}
    write_table(tmp_path / "t.parquet", [row])
    (typed,) = parquet.read_table(tmp_path / "t.parquet").to_pylist()
    assert (typed["patient_id"], typed["accession_number"]) == (number, number)

    write_table(tmp_path / "t.csv", [row])
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8") as file:
        (said,) = csv.DictReader(file)
    expected = f"'{number}" if number[0] in "=+-@" else number
    assert (said["patient_id"], said["accession_number"]) == (expected, expected)
    assert said["file"] == "x.dcm"
