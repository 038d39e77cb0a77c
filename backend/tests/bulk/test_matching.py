"""Which film a reading is of, where names, numbers and contents say different things."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest

from cxr_severity.bulk.matching import Matched, match
from cxr_severity.bulk.readings import read_readings
from cxr_severity.bulk.rows import FAILED, GRADED, Row, blank
from cxr_severity.bulk.table_file import read_table, write_table


def row(file: str, content: int = 1, **more: str) -> Row:
    judged = {"severity": "mild", "confidence": "0.9", "brixia_total": "1", "refer": "false"}
    return {**blank(file, GRADED), **judged, "sha256": f"{content:064x}", **more}


Matcher = Callable[..., Matched]
Form = Literal["NFC", "NFD"]


@pytest.fixture
def matched(tmp_path: Path) -> Matcher:
    """Of rows and the lines of a file of readings."""

    def found(rows: list[Row], *lines: str) -> Matched:
        path = tmp_path / "readings.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return match(rows, read_readings(path)[0])

    return found


@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("file,sha256", f"films/a.dcm,{9:064x}"),
        ("file,sha256", f"a.dcm,{9:064x}"),
        ("file,sop_instance_uid", "films/a.dcm,1.2.9"),
        ("file,sop_instance_uid", "a.dcm,1.2.9"),
        ("sop_instance_uid,sha256", f"1.2.1,{9:064x}"),
        ("sop_instance_uid,accession_number", "1.2.9,A-1"),
        ("file,accession_number", "lateral.dcm,A-1"),
        ("file,accession_number", "other/a.dcm,A-1"),
    ],
)
def test_a_surer_key_that_says_otherwise_excludes_a_film(
    matched: Matcher, head: str, cells: str
) -> None:
    film = row("films/a.dcm", sop_instance_uid="1.2.1", accession_number="A-1")
    found = matched([film], f"{head},grade", f"{cells},severe")
    assert (found.pairs, found.by, len(found.unfound)) == ([], {}, 1)


@pytest.mark.parametrize(
    ("head", "cells", "by"),
    [
        ("sop_instance_uid,accession_number", "1.2.9,A-1", "accession_number"),
        ("file,accession_number", "a.dcm,A-1", "accession_number"),
        ("file,accession_number", r"D:\all\films\a.dcm,A-1", "accession_number"),
        ("file,accession_number", "films/a.dcm,A-9", "file"),
        ("file,sop_instance_uid", "a.dcm,1.2.9", "file"),
    ],
)
def test_a_key_that_only_one_has_excludes_nothing(
    matched: Matcher, head: str, cells: str, by: str
) -> None:
    film = row("films/a.dcm", accession_number="A-1")
    found = matched([film], f"{head},grade", f"{cells},severe")
    assert (len(found.pairs), found.by) == (1, {by: 1})


def test_what_the_page_saved_of_another_content_is_of_no_film(tmp_path: Path) -> None:
    path = tmp_path / "readings.json"
    reading = {"file": "a.png", "sha256": "9" * 64, "grade": "severe", "blind": True, "zones": {}}
    path.write_text(json.dumps({"kind": "cxr-severity-readings", "readings": [reading]}))
    assert match([row("a.png")], read_readings(path)[0]).pairs == []


@pytest.mark.parametrize(
    ("file", "said", "pairs"),
    [
        ("2024/0012.dcm", "2025/0012.dcm", 0),
        ("2024/0012.dcm", "0012.dcm", 1),
        ("2024/0012.dcm", "./0012.dcm", 1),
        ("2024/0012.dcm", "/mnt/films/2024/0012.dcm", 1),
        ("2024/0012.dcm", r"D:\films\2024\0012.dcm", 1),
        ("/mnt/films/2024/0012.dcm", "2024/0012.dcm", 1),
        ("2024/0012.dcm", "12024/0012.dcm", 0),
        ("films.zip!2024/0012.dcm", "2024/0012.dcm", 1),
        ("films.zip!2024/0012.dcm", "2025/0012.dcm", 0),
    ],
)
def test_a_name_alone_counts_where_the_folders_agree(
    matched: Matcher, file: str, said: str, pairs: int
) -> None:
    assert len(matched([row(file)], "file,total", f"{said},2").pairs) == pairs


@pytest.mark.parametrize(
    ("said", "pairs", "unfound", "ungraded"),
    [
        ("0012.dcm", 0, 1, {}),
        ("x/2024/0012.dcm", 0, 1, {}),
        ("2024/0012.dcm", 1, 0, {}),
        ("2025/0012.dcm", 0, 0, {"unreadable-file": 1}),
        ("0013.dcm", 0, 0, {"unreadable-file": 1}),
    ],
)
def test_a_name_may_be_that_of_a_film_that_could_not_be_read(
    matched: Matcher, said: str, pairs: int, unfound: int, ungraded: dict[str, int]
) -> None:
    failed = (blank(f"2025/{name}.dcm", FAILED, "unreadable-file") for name in ("0012", "0013"))
    found = matched([row("2024/0012.dcm"), *failed], "file,total", f"{said},2")
    assert (len(found.pairs), len(found.unfound), found.ungraded) == (pairs, unfound, ungraded)


def test_readings_of_two_folders_are_not_of_one_film(matched: Matcher) -> None:
    lines = ("file,total", "2024/0012.dcm,2", "2025/0012.dcm,18")
    (pair,) = matched([row("2024/0012.dcm")], *lines).pairs
    assert pair.total == 2
    found = matched([row("0012.dcm")], *lines)
    assert (found.pairs, len(found.unfound)) == ([], 2), "nobody knows whose it is"
    copies = [row("2024/0012.dcm"), row("2025/0012.dcm")]
    (pair,) = matched(copies, "file,total", "x/2024/0012.dcm,2", "x/2025/0012.dcm,18").pairs
    assert pair.total == 10, "two files of one content are one film"
    twice = ("file,total", "x/0012.dcm,2", "x/0012.dcm,4", "0012.dcm,6")
    (pair,) = matched([row("0012.dcm")], *twice).pairs
    assert pair.total == 4


@pytest.mark.parametrize(("mine", "theirs"), [("NFD", "NFC"), ("NFC", "NFD")])
@pytest.mark.parametrize("folder", ["", "films/"])
def test_accents_may_be_written_in_either_way(
    matched: Matcher, mine: Form, theirs: Form, folder: str
) -> None:
    film = row(normalize(mine, "films/Müller.png"))
    (pair,) = matched([film], "file,total", normalize(theirs, f"{folder}Müller.png,2")).pairs
    assert pair.row["file"] == film["file"], "the table's own name stays"


@pytest.mark.parametrize("patient", ["patient", "Patient ID"])
@pytest.mark.parametrize("apostrophe", ["'", ""])
def test_numbers_copied_from_a_csv_are_those_of_the_films(
    tmp_path: Path, matched: Matcher, patient: str, apostrophe: str
) -> None:
    films = [row("a.dcm", 1, accession_number="-0012", patient_id="-7"),
             row("b.dcm", 2, accession_number="12", patient_id="-7")]  # fmt: skip
    write_table(tmp_path / "t.csv", films)
    said = f"{apostrophe}-0012,{apostrophe}-7,severe"
    lines = (f"Accession Number,{patient},grade", said, "12,,mild")
    for rows in (films, read_table(tmp_path / "t.csv")):
        found = matched(rows, *lines)
        assert found.by == {"accession_number": 2}
        assert {pair.patient for pair in found.pairs} == {"-7"}
