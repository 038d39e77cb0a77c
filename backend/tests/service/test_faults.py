"""What is told of an exception that nobody foresaw."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxr_severity.bulk.entries import Entry
from cxr_severity.bulk.score import Scoring
from cxr_severity.imaging import resample
from cxr_severity.model.artifact import ArtifactError
from cxr_severity.service.faults import lines, told
from cxr_severity.settings import Settings


def test_a_fault_is_told_by_its_kind_and_place() -> None:
    with pytest.raises(AttributeError) as caught:
        resample.percentiles(None, 50.0)  # type: ignore[arg-type]
    assert told(caught.value).startswith("AttributeError at imaging/resample.py:")
    assert told(RuntimeError("Doe^Jane")) == "RuntimeError"


def test_members_of_a_group_are_told_and_a_cause_of_itself_ends() -> None:
    def fail() -> None:
        raise KeyError("Doe^Jane")

    with pytest.raises(KeyError) as caught:
        fail()
    member = caught.value
    member.__cause__ = member
    told_all = lines(ExceptionGroup("of Doe^Jane", [member, ArtifactError("weights")]))
    assert [line for line in told_all.splitlines() if line[:1] not in (" ", "T", "")] == [
        "ExceptionGroup", "KeyError", "ArtifactError: weights",
    ]  # fmt: skip
    assert "in fail" in told_all


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
