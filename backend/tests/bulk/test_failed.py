"""A film that fails, with many copies: it is tried once."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest

from cxr_severity.bulk.entries import Entry
from cxr_severity.bulk.journal import Journal
from cxr_severity.bulk.own import journal_of
from cxr_severity.bulk.rows import DUPLICATE, FAILED, GRADED, Row, blank
from cxr_severity.bulk.run import Counts, score
from cxr_severity.bulk.score import Scoring
from cxr_severity.bulk.seam import Load, Taken
from cxr_severity.bulk.sources import find
from cxr_severity.bulk.table_file import read_table
from cxr_severity.settings import Settings


class Here:
    """An engine in this process, which counts its starts."""

    def __init__(self) -> None:
        self.starts = 0

    def run(self, entries: Sequence[Entry], load: Load, taken: Taken) -> Iterator[Row]:
        self.starts += 1
        yield from map(load(_Claims(taken)), entries)


class _Claims:
    def __init__(self, taken: Taken) -> None:
        self._owner = dict(taken)

    def claim(self, digest: str, name: str) -> bool:
        return self._owner.setdefault(digest, name) == name


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "short-of-memory"),
        (RuntimeError("that nobody foresaw"), "internal-error"),
        (OSError(24, "Too many open files"), "unreadable-file"),
    ],
)
def test_copies_of_a_film_that_failed_fail_with_it_at_one_start(
    error: Exception, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def fail(_: object, data: bytes, *__: object, **___: object) -> None:
        tried.append(data)
        raise error

    manifest = SimpleNamespace(name="x", version="1")
    for name, stand_in in {
        "load_predictor": lambda *_: SimpleNamespace(manifest=manifest),
        "decode_processes": lambda *_, **__: SimpleNamespace(decode=None),
        "judge": fail,
    }.items():
        monkeypatch.setattr(f"cxr_severity.bulk.score.{name}", stand_in)
    films, out = tmp_path / "films", tmp_path / "t.csv"
    films.mkdir()
    for number in range(5):
        (films / f"{number}.png").write_bytes(b"film")

    engine = Here()
    counts = score(find([str(films)]), engine, Scoring(Settings()), out, {})
    assert counts == Counts(graded=0, refused=0, failed=5, duplicates=4)
    assert (tried, engine.starts) == ([b"film"], 1)
    rows = read_table(out)
    assert {(row["status"], row["code"]) for row in rows} == {(FAILED, code)}
    assert {row["sha256"] for row in rows} == {sha256(b"film").hexdigest()}


def test_a_copy_of_a_film_that_ended_its_process_is_scored_when_the_run_goes_on(
    tmp_path: Path,
) -> None:
    """Killed between the two: of each film there is a row, and of the copy no result."""
    films, out = tmp_path / "films", tmp_path / "t.csv"
    films.mkdir()
    for name in ("a.png", "b.png"):
        (films / name).write_bytes(b"film")
    one, copy = find([str(films)])
    with Journal(journal_of(out), {}) as journal:
        journal.add({**blank(copy.name, DUPLICATE), "sha256": "d" * 64})
        journal.add(blank(one.name, FAILED, "worker-died"))

    class Graded:
        def run(self, entries: Sequence[Entry], *_: object) -> Iterator[Row]:
            return ({**blank(each.name, GRADED), "sha256": "d" * 64} for each in entries)

    assert score([one, copy], Graded(), Scoring(Settings()), out, {}) == Counts(1, 0, 1, 0)
    with out.open(newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    assert (rows[one.name]["code"], rows[copy.name]["status"]) == ("worker-died", GRADED)
