"""A film that fails, with many copies: it is tried once, and again when the run goes on."""

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
from cxr_severity.bulk.rows import DUPLICATE, FAILED, GRADED, REFUSED, UNWRITTEN, Row, blank
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


class Graded:
    """An engine that grades all, or as many as `few` says, and then is stopped."""

    def __init__(self, few: int = 9, digests: Sequence[str] = ("d" * 64,) * 9) -> None:
        self.tried: list[str] = []
        self._few = few
        self._digests = iter(digests)

    def run(self, entries: Sequence[Entry], _: Load, taken: Taken) -> Iterator[Row]:
        claims = _Claims(taken)
        for each in entries:
            if len(self.tried) == self._few:
                raise KeyboardInterrupt
            self.tried.append(Path(each.name).name)
            digest = next(self._digests)
            status = GRADED if claims.claim(digest, each.name) else DUPLICATE
            yield {**blank(each.name, status), "sha256": digest}


def _entries(folder: Path, *names: str) -> list[Entry]:
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"film")
    return find([str(folder)])


def _table(out: Path) -> dict[str, Row]:
    with out.open(newline="") as file:
        return {Path(row["file"]).name: row for row in csv.DictReader(file)}


def test_a_film_that_ended_its_process_and_its_copy_are_scored_when_the_run_goes_on(
    tmp_path: Path,
) -> None:
    """Killed between the two: of each film there is a row, and of the copy no result."""
    out = tmp_path / "t.csv"
    one, copy = _entries(tmp_path / "films", "a.png", "b.png")
    with Journal(journal_of(out), {}) as journal:
        journal.add({**blank(copy.name, DUPLICATE), "sha256": "d" * 64})
        journal.add(blank(one.name, FAILED, "worker-died"))
    assert score([one, copy], Graded(), Scoring(Settings()), out, {}) == Counts(2, 0, 0, 1)
    assert {row["status"] for row in _table(out).values()} == {GRADED}


def test_what_failed_is_tried_again_when_the_run_goes_on(tmp_path: Path) -> None:
    """However often it is stopped, until it is graded; what was graded or refused stays."""
    out = tmp_path / "t.csv"
    entries = _entries(tmp_path / "films", "a.png", "b.png", "c.png", "d.png", "e.png")
    away, unwritten, refused, good, short = (entry.name for entry in entries)
    with Journal(journal_of(out), {}) as journal:
        journal.add(blank(away, FAILED, "unreadable-file"))
        journal.add({**blank(unwritten, GRADED, UNWRITTEN), "sha256": "b" * 64})
        journal.add({**blank(refused, REFUSED, "not-an-image"), "sha256": "c" * 64})
        journal.add({**blank(good, GRADED), "sha256": "d" * 64})
        journal.add({**blank(short, FAILED, "short-of-memory"), "sha256": "e" * 64})
    with pytest.raises(KeyboardInterrupt):
        score(entries, Graded(few=1, digests=["a" * 64]), Scoring(Settings()), out, {})
    engine = Graded(digests=["b" * 64, "e" * 64])
    assert score(entries, engine, Scoring(Settings()), out, {}) == Counts(4, 1, 0, 0)
    assert engine.tried == ["b.png", "e.png"]
    assert {row["code"] for row in _table(out).values()} == {"", "not-an-image"}


def test_a_copy_is_tried_again_also_where_the_film_that_failed_is_gone(tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    gone, copy = _entries(tmp_path / "films", "a.png", "b.png")
    with Journal(journal_of(out), {}) as journal:
        journal.add({**blank(gone.name, FAILED, "short-of-memory"), "sha256": "d" * 64})
        journal.add({**blank(copy.name, DUPLICATE), "sha256": "d" * 64})
    assert score([copy], Graded(), Scoring(Settings()), out, {}) == Counts(1, 0, 1, 0)
    assert _table(out)["b.png"]["status"] == GRADED
