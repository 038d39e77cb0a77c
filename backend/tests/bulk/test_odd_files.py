"""Files that are none, and names that a spreadsheet would take for formulas."""

from __future__ import annotations

import csv
import json
import os
import shutil
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from bulk_scorer import ByContent

from cxr_severity.bulk.entries import Entry, read
from cxr_severity.bulk.journal import JournalError
from cxr_severity.bulk.matching import match
from cxr_severity.bulk.processes import ProcessEngine
from cxr_severity.bulk.readings import read_readings
from cxr_severity.bulk.rows import FAILED, GRADED, Row, blank
from cxr_severity.bulk.run import Counts, check_out, score
from cxr_severity.bulk.seam import EngineUnavailableError, Load, Taken
from cxr_severity.bulk.sources import SourceError, find
from cxr_severity.interop.table import unescaped

pytestmark = pytest.mark.timeout(120)
NAMES = ['=HYPERLINK("x").png', "@SUM(1+1).png", "-x.png", "+1.png", "'=2.png", "plain.png"]


def scored(folder: Path, out: Path, sources: list[str] | None = None) -> Counts:
    engine = ProcessEngine(1, out.with_name("claims"))
    entries = find(sources or [str(folder)])
    return score(entries, engine, ByContent(out.with_name("log")), out, {"of": str(folder)})


def lines_of(out: Path) -> list[Row]:
    with out.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[Path]:
    """A folder with a film, a pipe that nobody writes to, a link to it, a socket and a device."""
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"film")
    os.mkfifo(folder / "pipe.png")
    os.mkfifo(folder / "pipe.zip")
    (folder / "link.png").symlink_to("pipe.png")
    (folder / "device.png").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "s.png"))
        yield folder


def test_what_is_no_file_is_a_row_and_is_not_waited_for(odd: Path, tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    assert scored(odd, out) == Counts(graded=1, refused=0, failed=5, duplicates=0)
    rows = {Path(row["file"]).name: row for row in map(unescaped, lines_of(out))}
    assert rows.pop("a.png")["status"] == GRADED
    for row in rows.values():
        assert (row["status"], row["code"]) == (FAILED, "unreadable-file")
        assert "pipe, a socket or a device" in row["detail"]


def test_a_manifest_may_name_a_pipe_and_be_none(odd: Path) -> None:
    (odd / "list.csv").write_text("path\npipe.png\n")
    (entry,) = find([str(odd / "list.csv")])
    with pytest.raises(OSError, match="pipe"):
        read(entry, 1000)
    os.mkfifo(odd / "pipe.csv")
    with pytest.raises(SourceError, match=r"pipe\.csv: it is a pipe"):
        find([str(odd / "pipe.csv")])


def test_a_film_that_became_a_pipe_is_not_waited_for(odd: Path) -> None:
    entry = Entry("x", str(odd / "a.png"))
    (odd / "a.png").unlink()
    os.mkfifo(odd / "a.png")
    with pytest.raises(OSError, match="pipe"):
        read(entry, 1000)


@pytest.fixture
def films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of films in the working folder; the last is a copy of the third."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        Path(name).write_bytes(name.encode())
    shutil.copy("./-x.png", "./-y.png")
    return [*NAMES, "-y.png"]


def test_no_name_is_a_formula_and_the_table_is_read_as_it_was(
    films: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "t.csv"
    scored(tmp_path, out, films)
    said = [line[name] for line in lines_of(out) for name in ("file", "duplicate_of")]
    assert not [cell for cell in said if cell.startswith(("=", "+", "-", "@"))]
    rows = {row["file"]: row for row in map(unescaped, lines_of(out))}
    assert set(rows) == set(films)
    assert rows["-y.png"]["duplicate_of"] == "-x.png"
    # A table is a manifest of its films, too.
    assert {Path(entry.url).name for entry in find([str(out)])} == set(films)
    assert all(Path(entry.url).is_file() for entry in find([str(out)]))


@pytest.mark.parametrize("apostrophe", ["'", ""])
def test_a_reading_finds_its_film_by_such_a_name(tmp_path: Path, apostrophe: str) -> None:
    names = ['=HYPERLINK("x").png', "@SUM(1+1).png", "-x.png", "+1.png"]
    rows = [{**blank(name, GRADED), "severity": "mild"} for name in names]
    with (tmp_path / "readings.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("file", "total"), *((apostrophe + name, 3) for name in names)])
    readings, _ = read_readings(tmp_path / "readings.csv")
    found = match(rows, readings)
    assert [pair.row["file"] for pair in found.pairs] == names
    assert not found.unfound


def test_a_file_of_readings_from_the_page_has_names_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "readings.json"
    reading = {"file": "'=2.png", "sha256": "0" * 64, "grade": "mild", "zones": {}, "blind": True}
    path.write_text(json.dumps({"kind": "cxr-severity-readings", "readings": [reading]}))
    ((only,), _) = read_readings(path)
    assert only.keys["file"] == "'=2.png"


class _Ending:
    """An engine that goes away after some films."""

    def __init__(self, after: int) -> None:
        self._after = after

    def run(self, entries: Sequence[Entry], load: Load, taken: Taken) -> Iterator[Row]:
        owner = dict(taken)
        scorer = load(
            SimpleNamespace(claim=lambda digest, name: owner.setdefault(digest, name) == name)
        )
        yield from map(scorer, entries[: self._after])
        if len(entries) > self._after:
            raise EngineUnavailableError("gone")


def test_a_run_goes_on_with_films_of_such_names(films: list[str], tmp_path: Path) -> None:
    out, log = tmp_path / "t.csv", tmp_path / "log"
    entries = find(films)
    with pytest.raises(EngineUnavailableError):
        score(entries, _Ending(3), ByContent(log), out, {})
    counts = score(entries, _Ending(99), ByContent(log), out, {})
    assert counts == Counts(graded=len(films), refused=0, failed=0, duplicates=1)
    digests = log.read_text().split()
    assert len(digests) == len(set(digests)) == len(NAMES), "none is scored twice"


def test_a_table_that_is_a_folder_is_told_before_anything_is_searched(tmp_path: Path) -> None:
    """As tables with partitions are."""
    out = tmp_path / "t.parquet"
    out.mkdir()
    for overwrite in (False, True):
        with pytest.raises(JournalError, match=r"t\.parquet is a folder; name a file"):
            check_out(out, overwrite=overwrite)
