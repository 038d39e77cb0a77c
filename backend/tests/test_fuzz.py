"""`make fuzz` in small: mutated files are answered, and what is not would be found."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz import decoding
from fuzz.mutate import mutated
from fuzz.seeds import decoding_seeds

from cxr_severity.imaging.errors import EmptyFileError


def test_a_thousand_mutated_files_are_answered(tmp_path: Path) -> None:
    tally = decoding.run(7, 1000, 60, tmp_path / "crashes", tmp_path / "report.json")
    assert tally.faults == []
    assert tally.inputs == 1000
    assert tally.graded + sum(tally.refused.values()) == 1000
    assert len(tally.refused) > 5, "it reaches more than the first checks"
    assert not (tmp_path / "crashes").exists()


def test_a_file_is_found_again_from_its_numbers() -> None:
    seeds = decoding_seeds()
    assert mutated(seeds, 7, 12) == mutated(seeds, 7, 12)
    assert len({mutated(seeds, 7, index) for index in range(50)}) > 45


def test_a_fault_is_told_by_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: bytes) -> None:
        raise ZeroDivisionError

    def refusing(_: bytes) -> None:
        raise EmptyFileError("The file holds no bytes.")

    tally = decoding.Tally()
    monkeypatch.setattr(decoding, "decode", broken)
    decoding.try_one(b"", tally, "7-3")
    monkeypatch.setattr(decoding, "decode", refusing)
    decoding.try_one(b"", tally, "7-4")
    assert tally.faults == ["7-3: ZeroDivisionError"]
    assert tally.refused == {"empty-file": 1}
