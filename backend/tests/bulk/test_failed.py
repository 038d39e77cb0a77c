"""A film that fails, with many copies: it is tried once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest

from cxr_severity.bulk.entries import Entry
from cxr_severity.bulk.rows import FAILED, Row
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
