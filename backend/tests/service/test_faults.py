"""What is told of an exception that nobody foresaw."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxr_severity.bulk.entries import Entry
from cxr_severity.bulk.score import Scoring
from cxr_severity.imaging import resample
from cxr_severity.service.faults import told
from cxr_severity.settings import Settings


def test_a_fault_is_told_by_its_kind_and_place() -> None:
    with pytest.raises(AttributeError) as caught:
        resample.percentiles(None, 50.0)  # type: ignore[arg-type]
    assert told(caught.value).startswith("AttributeError at imaging/resample.py:")
    assert told(RuntimeError("Doe^Jane")) == "RuntimeError"


class _All:
    def claim(self, digest: str, name: str) -> bool:
        return bool(digest and name)


def test_a_row_holds_no_text_of_a_library(
    random_version: Path, sample_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("input_value='Doe^Jane'")

    score = Scoring(Settings.of(weights=random_version.parent))(_All())
    monkeypatch.setattr("cxr_severity.bulk.score.judge", fail)
    name = str(sample_files[0])
    row = score(Entry(name, name))
    assert (row["status"], row["code"]) == ("failed", "internal-error")
    assert row["detail"].startswith("RuntimeError at bulk/score.py:")
