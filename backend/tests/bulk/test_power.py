"""A machine that stops, while a run is at work or as soon as it has ended, costs no table."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from bulk_scorer import ByContent

from cxr_severity.bulk.entries import Entry
from cxr_severity.bulk.journal import Journal, JournalError
from cxr_severity.bulk.own import journal_of
from cxr_severity.bulk.rows import GRADED, Row, blank
from cxr_severity.bulk.run import Counts, score
from cxr_severity.bulk.seam import Load, Taken
from cxr_severity.bulk.table_file import read_table


class Here:
    """An engine in this process, which looks at no film."""

    def run(
        self,
        entries: Sequence[Entry],
        load: Load,  # noqa: ARG002 - as engines are called
        taken: Taken,  # noqa: ARG002
    ) -> Iterator[Row]:
        judged = {"severity": "mild", "confidence": "1", "brixia_total": "1", "refer": "false"}
        yield from ({**blank(entry.name, GRADED), **judged} for entry in entries)


def run(out: Path) -> Counts:
    return score([Entry("a.png", "a.png")], Here(), ByContent(out), out, {})


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_table_is_on_the_disk_before_its_journal_goes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace, unlink = os.fsync, Path.replace, Path.unlink

    def synced(file: int) -> None:
        sync(file)
        number = os.fstat(file).st_ino
        there = (tmp_path, *tmp_path.iterdir())
        done.extend(f"sync {each.name}" for each in there if each.stat().st_ino == number)

    def replaced(path: Path, target: Path) -> Path:
        done.append(f"replace {target.name}")
        return replace(path, target)

    def unlinked(path: Path, missing_ok: bool = False) -> None:
        done.append(f"unlink {path.name}")
        unlink(path, missing_ok)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    monkeypatch.setattr(Path, "unlink", unlinked)
    run(tmp_path / name)
    assert done[-4:] == [
        f"sync {name}.partial", f"replace {name}", f"sync {tmp_path.name}",
        f"unlink {name}.journal",
    ]  # fmt: skip


def _no_sync_of_folders(patch: pytest.MonkeyPatch, code: int) -> None:
    sync = os.fsync

    def guarded(file: int) -> None:
        if stat.S_ISDIR(os.fstat(file).st_mode):
            raise OSError(code, os.strerror(code))
        sync(file)

    patch.setattr(os, "fsync", guarded)


def test_a_file_system_that_keeps_folders_in_its_own_way_stops_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _no_sync_of_folders(monkeypatch, errno.EINVAL)
    assert run(tmp_path / "t.csv").graded == 1
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_a_disk_that_breaks_leaves_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        _no_sync_of_folders(patch, errno.EIO)
        with pytest.raises(JournalError, match="what was done is kept"):
            run(tmp_path / "t.csv")
    assert journal_of(tmp_path / "t.csv").exists()
    assert run(tmp_path / "t.csv").graded == 1
    assert [row["file"] for row in read_table(tmp_path / "t.csv")] == ["a.png"]


HOLES = [bytes(300), bytes(300) + b"\n", b"\xff\xfe\x00\n", b'{"file": "b", \n', b"\n"]
"""What a file system may leave of lines that were not on the disk yet."""


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    """Of a journal: what run it is of, and two rows."""
    with Journal(tmp_path / "j", {"run": 1}) as journal:
        for name in ("a", "c"):
            journal.add(blank(name, GRADED))
    return (tmp_path / "j").read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("hole", HOLES)
def test_rows_from_a_hole_on_are_scored_again(
    hole: bytes, lines: list[bytes], tmp_path: Path
) -> None:
    identity, first, second = lines
    (tmp_path / "j").write_bytes(identity + first + hole + second)
    with Journal(tmp_path / "j", {"run": 1}) as journal:
        assert list(journal.done) == ["a"]
        journal.add(blank("b", GRADED))
        assert [row["file"] for row in journal.rows()] == ["a", "b"]


@pytest.mark.parametrize("hole", HOLES)
def test_a_journal_that_begins_with_a_hole_is_begun_anew(
    hole: bytes, lines: list[bytes], tmp_path: Path
) -> None:
    (tmp_path / "j").write_bytes(hole + b"".join(lines[1:]))
    with Journal(tmp_path / "j", {"run": 1}) as journal:
        assert journal.done == {}
    assert (tmp_path / "j").read_bytes() == lines[0]
