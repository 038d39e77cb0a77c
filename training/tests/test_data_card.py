"""The data card tells the figures that the version's manifest does."""

from __future__ import annotations

import re
from pathlib import Path

from cxr_severity.model.evaluation import Evaluation
from cxr_training.prepare.describe import agreement_table

DOCS = Path(__file__).parents[2] / "docs"


def test_how_well_readers_agree_is_cut_as_in_the_report() -> None:
    content = (DOCS / "evaluation" / "evaluation.json").read_bytes()
    people = {
        one.reader: one
        for source in Evaluation.model_validate_json(content).sources
        for one in source.readings
        if one.reader in ("junior radiologist", "rater 1")
    }
    assert len(people) == 2
    card = _values((DOCS / "data-card.md").read_text(encoding="utf-8"))
    for line in _values(agreement_table(list(people.values()))):
        assert line in card


def _values(text: str) -> list[str]:
    """Lines without intervals: the report's go by the split's patients, the card's by the
    tables'."""
    return re.sub(r" \([^()|]+ to [^()|]+\)", "", text).splitlines()
