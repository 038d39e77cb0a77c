"""What stands in each kind of table, and what is read of it again."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pyarrow import parquet

from cxr_severity.bulk.rows import GRADED, blank
from cxr_severity.bulk.table_file import TableError, read_table, write_table

OF_OTHERS = ("patient_id", "accession_number", "file", "duplicate_of", "detail")


@pytest.mark.parametrize(
    "text",
    ["-0012", "=1+1", "+1", "@SUM(1+1).png", "-x.png", '=HYPERLINK("http:x").png', "\t=1",
     "P-1", "'1", "'=1", "''-1", "a=1.png", ""],
)  # fmt: skip
def test_only_csv_guards_spreadsheets_against_formulas(tmp_path: Path, text: str) -> None:
    row = {**blank("x.dcm", "refused"), **dict.fromkeys(OF_OTHERS, text)}
    write_table(tmp_path / "t.parquet", [row])
    (typed,) = parquet.read_table(tmp_path / "t.parquet").to_pylist()
    assert {typed[name] or "" for name in OF_OTHERS} == {text}

    write_table(tmp_path / "t.csv", [row])
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8") as file:
        (said,) = csv.DictReader(file)
    assert not any(said[name].startswith(("=", "+", "-", "@", "\t")) for name in OF_OTHERS)
    expected = f"'{text}" if text.lstrip("'").startswith(("=", "+", "-", "@", "\t")) else text
    assert {said[name] for name in OF_OTHERS} == {expected}
    for table in ("t.csv", "t.parquet"):
        assert read_table(tmp_path / table) == [row], "and it is read as it was"


JUDGED = {
    **blank("films/x.png", GRADED), "severity": "mild", "confidence": "0.9000", "refer": "true",
    "brixia_total": "2.5000", "accepted": "false",
}  # fmt: skip


def test_a_table_that_another_program_saved_says_the_same(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", [JUDGED])
    text = (tmp_path / "t.csv").read_text("utf-8")
    assert read_table(tmp_path / "t.csv") == [JUDGED]
    for true, false in (("True", "False"), ("TRUE", "FALSE")):
        saved = text.replace("true", true).replace("false", false)
        saved = saved.replace(",", ";").replace("2.5000", "2,5000")
        (tmp_path / "saved.csv").write_text(saved, "utf-16")
        assert read_table(tmp_path / "saved.csv") == [JUDGED]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("confidence", "high"), ("confidence", "nan"), ("brixia_total", ""), ("refer", "WAHR"),
        ("refer", ""), ("severity", "Mild"), ("brixia_low", "1-2"),
    ],
)  # fmt: skip
def test_what_score_does_not_write_is_no_result(tmp_path: Path, name: str, cell: str) -> None:
    with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, JUDGED)
        writer.writeheader()
        writer.writerow({**JUDGED, name: cell})
    with pytest.raises(TableError, match=f"{name} of films/x.png is '{cell}'"):
        read_table(tmp_path / "t.csv")


def test_a_line_that_was_cut_short_is_no_result(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", [JUDGED])
    text = (tmp_path / "t.csv").read_text("utf-8")
    (tmp_path / "t.csv").write_text(text[: text.rindex("2.5000")], "utf-8")
    with pytest.raises(TableError, match=r"brixia_total of films/x\.png is ''"):
        read_table(tmp_path / "t.csv")
