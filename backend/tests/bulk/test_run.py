"""A run that is killed, again and again, ends with each film once; what goes wrong is a row."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from bulk_scorer import DEADLY, ByContent
from support import REPOSITORY
from waiting import wait_until

from cxr_severity.bulk import table_file
from cxr_severity.bulk.entries import Entry
from cxr_severity.bulk.journal import Journal, JournalError
from cxr_severity.bulk.own import journal_of
from cxr_severity.bulk.processes import _AHEAD, ProcessEngine
from cxr_severity.bulk.rows import DUPLICATE, GRADED, Row, blank
from cxr_severity.bulk.run import Counts, check_out, score
from cxr_severity.bulk.seam import EngineUnavailableError
from cxr_severity.bulk.sources import find

pytestmark = pytest.mark.timeout(3600)

KILLS = 10


def _films(folder: Path, count: int, distinct: int) -> Path:
    folder.mkdir()
    for i in range(count):
        (folder / f"{i:04}.png").write_bytes(f"film {i % distinct}".encode())
    return folder


def _rows(out: Path) -> dict[str, dict[str, str]]:
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = {Path(row["file"]).name: row for row in rows}
    assert len(found) == len(rows), "a film is in the table twice"
    return found


def _run(folder: Path, out: Path, log: Path, workers: int = 2) -> Counts:
    engine = ProcessEngine(workers, out.with_name("claims"))
    return score(find([str(folder)]), engine, ByContent(log), out, {"sources": str(folder)})


def _until(run: subprocess.Popen[bytes], done: Callable[[], bool]) -> None:
    wait_until(lambda: done() or run.poll() is not None, 600)


def _lines(journal: Path) -> int:
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def _more(journal: Path, than: int) -> bool:
    return _lines(journal) > than


def test_killed_ten_times_it_scores_each_film_exactly_once(tmp_path: Path) -> None:
    films, out, log = _films(tmp_path / "films", 120, 100), tmp_path / "t.csv", tmp_path / "log"
    command = [sys.executable, str(REPOSITORY / "backend/tests/bulk_scorer.py")]
    command += [str(films), str(out), str(log), "0.05"]
    environment = dict(os.environ, PYTHONPATH=str(REPOSITORY / "backend"))
    journal = journal_of(out)

    kills = 0
    while kills < KILLS:
        before = _lines(journal)
        run = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        _until(run, partial(_more, journal, max(before, 1)))
        assert run.poll() is None, "it ended before it could be killed"
        run.send_signal(signal.SIGKILL)
        run.wait()
        kills += 1
    assert 0 < _lines(journal) - 1 < 120
    subprocess.run(command, env=environment, check=True, stderr=subprocess.DEVNULL)

    rows = _rows(out)
    assert sorted(rows) == sorted(path.name for path in films.iterdir())
    assert {row["status"] for row in rows.values()} == {"graded"}
    contents = Counter(row["sha256"] for row in rows.values())
    assert len(contents) == 100
    assert sum(bool(row["duplicate_of"]) for row in rows.values()) == 20
    # Again is only what was handed out when it was killed.
    scored = Counter(log.read_text().split())
    assert set(scored) == set(contents)
    assert scored.total() <= 100 + 2 * _AHEAD * KILLS
    assert not journal.exists()


def test_the_same_content_is_scored_once(tmp_path: Path) -> None:
    films, log = _films(tmp_path / "films", 12, 3), tmp_path / "log"
    counts = _run(films, tmp_path / "t.csv", log)
    assert counts == Counts(graded=12, refused=0, failed=0, duplicates=9)
    assert len(log.read_text().split()) == 3
    rows = _rows(tmp_path / "t.csv")
    for row in rows.values():
        leader = rows[Path(row["duplicate_of"] or row["file"]).name]
        assert leader["duplicate_of"] == ""
        assert (row["sha256"], row["severity"]) == (leader["sha256"], "mild")


def test_a_film_that_ends_its_process_is_a_row_and_costs_no_other(tmp_path: Path) -> None:
    films = _films(tmp_path / "films", 10, 10)
    for name in ("0004.png", "0007.png"):
        (films / name).write_bytes(DEADLY)
    counts = _run(films, tmp_path / "t.csv", tmp_path / "log")
    assert (counts.graded, counts.failed) == (8, 2)
    rows = _rows(tmp_path / "t.csv")
    assert {name for name, row in rows.items() if row["code"] == "worker-died"} == {
        "0004.png",
        "0007.png",
    }


def test_a_process_that_ends_while_a_row_is_kept_costs_no_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = _films(tmp_path / "films", 10, 10)
    (films / "0001.png").write_bytes(DEADLY)
    add = Journal.add

    def slow(self: Journal, row: Row) -> None:
        time.sleep(0.5)  # as a disk that is busy; meanwhile the process ends
        add(self, row)

    monkeypatch.setattr(Journal, "add", slow)
    entries = find([str(films)])
    engine = ProcessEngine(1, tmp_path / "claims")
    counts = score(entries, engine, ByContent(tmp_path / "log"), tmp_path / "t.csv", {})
    assert (counts.graded, counts.failed) == (9, 1)
    assert len(_rows(tmp_path / "t.csv")) == 10


def test_an_engine_that_loses_a_film_is_asked_again_and_else_named(tmp_path: Path) -> None:
    films, out = _films(tmp_path / "films", 3, 3), tmp_path / "t.csv"
    entries = find([str(films)])

    class OneAtATime:
        def run(self, some: list[Entry], *_: object) -> object:
            return iter([{**blank(some[0].name, GRADED), "sha256": some[0].name}])

    class Nothing:
        def run(self, *_: object) -> object:
            return iter([])

    counts = score(entries, OneAtATime(), _Loads(), out, {})  # type: ignore[arg-type]
    assert counts.graded == 3
    out.unlink()
    with pytest.raises(EngineUnavailableError, match=r"0000\.png: no result came of it"):
        score(entries, Nothing(), _Loads(), out, {})  # type: ignore[arg-type]


class _Loads:
    def __call__(self, _: object) -> object:
        raise ValueError("the weights are damaged")


def test_a_version_that_does_not_load_is_one_line(tmp_path: Path) -> None:
    films, out = _films(tmp_path / "films", 3, 3), tmp_path / "t.csv"
    engine = ProcessEngine(1, tmp_path / "claims")
    with pytest.raises(EngineUnavailableError, match=r"^the weights are damaged$"):
        score(find([str(films)]), engine, _Loads(), out, {})  # type: ignore[arg-type]


def _journal(path: Path, *rows: str, identity: str = "x") -> None:
    with Journal(path, {"sources": identity}) as journal:
        for name in rows:
            journal.add({**blank(name, GRADED), "sha256": name})


def test_a_line_that_a_kill_cut_off_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "j"
    _journal(path, "a", "b")
    whole = path.read_bytes()
    path.write_bytes(whole + json.dumps(blank("c", GRADED))[:40].encode())
    with Journal(path, {"sources": "x"}) as journal:
        assert list(journal.done) == ["a", "b"]
        journal.add(blank("c", GRADED))
        assert [row["file"] for row in journal.rows()] == ["a", "b", "c"]


def test_a_run_with_other_options_does_not_go_on_with_it(tmp_path: Path) -> None:
    _journal(tmp_path / "j", "a")
    with pytest.raises(JournalError, match="begun with another sources; go on with that, or"):
        _journal(tmp_path / "j", identity="y")


def test_two_runs_do_not_write_one_journal(tmp_path: Path) -> None:
    with (
        Journal(tmp_path / "j", {}),
        pytest.raises(JournalError, match="another run is at work on it"),
    ):
        Journal(tmp_path / "j", {})


def test_to_begin_anew_waits_for_a_run_that_is_at_work(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", {"run": 1}) as journal:
        journal.add(blank("a", GRADED))
        with pytest.raises(JournalError, match="another run is at work on it"):
            Journal(tmp_path / "j", {"run": 2}, anew=True)
        assert [row["file"] for row in journal.rows()] == ["a"]
    with Journal(tmp_path / "j", {"run": 2}, anew=True) as journal:
        assert journal.done == {}


def test_a_table_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    out.touch()
    with pytest.raises(JournalError, match="is there already; name another file, or --overwrite"):
        check_out(out, overwrite=False)
    check_out(out, overwrite=True)
    with pytest.raises(JournalError, match=r"ends in \.parquet or \.csv"):
        check_out(tmp_path / "t.xlsx", overwrite=False)
    with pytest.raises(JournalError, match="there is no folder"):
        check_out(tmp_path / "none" / "t.csv", overwrite=False)


class _Here:
    """An engine in this process, of `GRADED` rows."""

    def run(self, entries: list[Entry], *_: object) -> object:
        return ({**blank(entry.name, GRADED), "sha256": entry.name} for entry in entries)


def test_a_full_disk_ends_the_run_and_what_was_done_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films, out = _films(tmp_path / "films", 5, 5), tmp_path / "t.csv"
    entries = find([str(films)])
    append = Journal._append
    left = 4

    def full(self: Journal, content: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(28, "No space left on device")
        append(self, content)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_append", full)
        with pytest.raises(JournalError, match="No space left on device; what was done is kept"):
            score(entries, _Here(), ByContent(out), out, {})  # type: ignore[arg-type]
    with Journal(journal_of(out), {}) as journal:
        assert len(journal.done) == 3

    def no_table(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("cxr_severity.bulk.run.write_table", no_table)
        with pytest.raises(JournalError, match="what was done is kept"):
            score(entries, _Here(), ByContent(out), out, {})  # type: ignore[arg-type]
    counts = score(entries, _Here(), ByContent(out), out, {})  # type: ignore[arg-type]
    assert counts.graded == 5
    assert len(_rows(out)) == 5


def test_a_duplicate_that_is_lost_with_its_leader_is_a_row(tmp_path: Path) -> None:
    """The process that scored the leader was killed, and both were gone when the run went on."""
    films, out = _films(tmp_path / "films", 1, 1), tmp_path / "t.csv"
    with Journal(journal_of(out), {}) as journal:
        journal.add({**blank("copy.png", DUPLICATE), "sha256": "d" * 64})
    counts = score(find([str(films)]), _Here(), ByContent(out), out, {})  # type: ignore[arg-type]
    assert counts == Counts(graded=1, refused=0, failed=1, duplicates=0)
    lost = _rows(out)["copy.png"]
    assert (lost["status"], lost["code"], lost["duplicate_of"]) == ("failed", "unreadable-file", "")
    assert "no longer among the films" in lost["detail"]


def test_parquet_has_types(tmp_path: Path) -> None:
    from pyarrow import parquet

    row = {
        **blank("a.png", GRADED),
        "width": "640",
        "refer": "true",
        "brixia_total": "7.2500",
        "severity": "mild",
    }
    table_file.write_table(
        tmp_path / "t.parquet", [row, blank("b\udcff.png", "failed", "unreadable-file")]
    )
    one, two = parquet.read_table(tmp_path / "t.parquet").to_pylist()
    assert (one["width"], one["refer"], one["brixia_total"]) == (640, True, 7.25)
    assert (two["width"], two["severity"], two["file"]) == (None, None, "b\\udcff.png")
    assert not (tmp_path / "t.parquet.partial").exists()
