"""What is a reader's in a table that also holds what the model said."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxr_severity.bulk.readings import ReadingsError, read_readings

_BOTH = "file,severity,brixia_total,reader_grade,reader_total"


@pytest.mark.parametrize(
    ("header", "line", "severity", "total"),
    [
        (_BOTH, "a,mild,2,severe", "severe", None),
        (_BOTH, "a,mild,2,,16", "severe", 16),
        (_BOTH, "a,mild,2,severe,16", "severe", 16),
        ("file,severity,brixia_total,reader_grade", "a,mild,2,severe", "severe", None),
        ("file,severity,brixia_total,reader_total", "a,mild,2,16", "severe", 16),
        ("file,severity,brixia_total,grade", "a,mild,2,severe", "severe", None),
        ("file,severity,brixia_total,Total", "a,mild,2,16", "severe", 16),
        ("file,brixia_total,reader_A,reader_B,reader_C,reader_D,reader_E,reader_F",
         "a,2,3,3,3,3,2,2", "severe", 16),
        ("file,severity,brixia_total,reader_blind", "a,mild,2,true", "mild", 2),
        ("file,reader_grade,brixia_A,brixia_B,brixia_C,brixia_D,brixia_E,brixia_F",
         "a,severe,3,3,3,3,2,2", "severe", 16),
        ("file,severity,brixia_total", "a,mild,2", "mild", 2),
    ],
)  # fmt: skip
def test_of_two_columns_the_reader_s_counts(
    header: str, line: str, severity: str, total: float | None, tmp_path: Path
) -> None:
    path = tmp_path / "readings.csv"
    path.write_text(f"{header}\n{line}\n")
    (reading,), empty = read_readings(path)
    assert (reading.severity, reading.total, empty) == (severity, total, 0)


@pytest.mark.parametrize(
    ("header", "line"),
    [
        (_BOTH, "b,moderate,8"),
        (_BOTH, "b,moderate,8,,"),
        (f"{_BOTH},probability_mild", "b,moderate,8"),
        ("file,severity,brixia_total,grade", "b,moderate,8,"),
        ("file,severity,brixia_total,grade", "b,moderate,8"),
        ("file,brixia_total,reader_A,reader_B,reader_C,reader_D,reader_E,reader_F", "b,8"),
    ],
)
def test_a_line_that_a_spreadsheet_cut_holds_no_reading_of_the_model_s(
    header: str, line: str, tmp_path: Path
) -> None:
    path = tmp_path / "readings.csv"
    path.write_text(f"{header}\n{line}\n")
    with pytest.raises(ReadingsError, match="no line of it holds a grade"):
        read_readings(path)
