"""The conformance statement says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxr_severity.interop.statement import filled, tables
from cxr_severity.settings import ResultSettings

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("name", ["dicom-conformance.md", "fhir.md"])
def test_the_tables_are_those_of_the_code(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    assert filled(text) == text, "run python -m cxr_severity.interop.statement docs"


def test_each_table_stands_in_a_document() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md"))
    for name, table in tables().items():
        assert f"<!-- {name} -->\n{table}<!-- /{name} -->" in text


def test_figures_of_the_prose() -> None:
    text = (DOCS / "dicom-conformance.md").read_text(encoding="utf-8")
    limits = next(
        each.max_length
        for each in ResultSettings.model_fields["uid_root"].metadata
        if hasattr(each, "max_length")
    )
    assert f"at most {limits} characters" in text
