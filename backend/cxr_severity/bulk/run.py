"""A bulk run from its sources to its table."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from cxr_severity.bulk.entries import Entry, located, said_by
from cxr_severity.bulk.journal import Journal, JournalError
from cxr_severity.bulk.own import journal_of
from cxr_severity.bulk.rows import (
    DUPLICATE,
    FAILED,
    GRADED,
    REFUSED,
    UNWRITTEN,
    Row,
    blank,
    resolved,
)
from cxr_severity.bulk.seam import BulkEngine, EngineUnavailableError, Load, Taken
from cxr_severity.bulk.table_file import SUFFIXES, write_table

_GONE = "It was no longer among the films when the run went on."


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of a finished table."""

    graded: int
    refused: int
    failed: int
    duplicates: int
    """Among all of these: films whose content an earlier film had."""
    unwritten: int = 0
    """Among those graded: films whose heatmap could not be kept."""

    @property
    def wrong(self) -> int:
        return self.refused + self.failed + self.unwritten


def check_out(out: Path, *, overwrite: bool) -> None:
    """Before anything is searched or loaded.

    Raises:
        JournalError: the table cannot be written there, or a finished one is there.
    """
    if out.suffix not in SUFFIXES:
        raise JournalError(f"{out}: the name of a table ends in {' or '.join(SUFFIXES)}")
    if out.is_dir():  # as tables with partitions are
        raise JournalError(f"{out} is a folder; name a file")
    if not overwrite and out.exists() and not journal_of(out).exists():
        raise JournalError(f"{out} is there already; name another file, or --overwrite")
    if not out.parent.is_dir():
        raise JournalError(f"{out}: there is no folder {out.parent}")


def check_heatmaps(folder: str) -> None:
    """Make the folder for heatmaps, which may be empty for none, or one that fsspec reaches.

    Raises:
        JournalError: it cannot be made, or nothing speaks its protocol.
    """
    try:
        if "://" in folder:
            located(folder)
        elif folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
    except (ImportError, OSError, ValueError) as error:
        raise JournalError(f"{folder}: {said_by(error)}") from error


def score(
    entries: Sequence[Entry], engine: BulkEngine, load: Load, out: Path,
    identity: dict[str, object], *, overwrite: bool = False,
) -> Counts:  # fmt: skip
    """Score what is not scored yet, and write the table once all is.

    Args:
        entries: all films of the run, each name once.
        identity: what tells this run from others; a journal of another run is not continued.
        overwrite: begin anew, whatever a journal says.

    Raises:
        JournalError: the run cannot begin, or its rows not be written; what was done is kept.
        EngineUnavailableError: as the engine raises it; what was done is kept.
    """
    with Journal(journal_of(out), identity, anew=overwrite) as journal:
        # Films of which the last start noted nothing but that they are copies of one that it lost,
        # or that failed.
        again = journal.orphans()
        todo = [each for each in entries if each.name in again or each.name not in journal.done]
        with tqdm(
            total=len(entries), initial=len(entries) - len(todo), unit="film", file=sys.stderr,
            mininterval=0.5 if sys.stderr.isatty() else 15,
        ) as bar:  # fmt: skip
            while todo:
                came = 0
                for row in engine.run(todo, load, _taken(journal)):
                    journal.add(row)
                    bar.update()
                    came += 1
                again = journal.orphans() | {entry.name for entry in todo} - journal.done.keys()
                todo = [entry for entry in entries if entry.name in again]
                if todo and not came:
                    raise EngineUnavailableError(f"{todo[0].name}: no result came of it")
        counts: Counter[str] = Counter()
        try:
            write_table(out, _counted(journal, counts))
        except OSError as error:
            why = error.strerror or error
            raise JournalError(f"{out}: {why}; what was done is kept") from error
        # Only now that the table is on the disk, and under its lock: no other run has begun to
        # write it.
        journal_of(out).unlink()
    return Counts(
        counts[GRADED], counts[REFUSED], counts[FAILED], counts[DUPLICATE], counts[UNWRITTEN]
    )


def _taken(journal: Journal) -> Taken:
    return [
        (digest, name)
        for name, (status, digest) in journal.done.items()
        if digest and status != DUPLICATE
    ]


def _counted(journal: Journal, counts: Counter[str]) -> Iterator[Row]:
    """The rows as the table has them: a duplicate carries what its content got."""
    wanted = {digest for status, digest in journal.done.values() if status == DUPLICATE}
    leaders = {
        row["sha256"]: row
        for row in journal.rows()
        if row["sha256"] in wanted and row["status"] != DUPLICATE
    }
    for row in journal.rows():
        if row["status"] == DUPLICATE:
            if leader := leaders.get(row["sha256"]):
                counts[DUPLICATE] += 1
                row = resolved(row, leader)
            else:  # both were gone when the run went on, so that neither could be scored again
                row = blank(row["file"], FAILED, "unreadable-file", _GONE)
        counts[row["status"]] += 1
        counts[UNWRITTEN] += row["code"] == UNWRITTEN
        yield row
