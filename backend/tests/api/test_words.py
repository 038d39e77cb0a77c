"""The page's words: written from the service's own, in every language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import REPOSITORY

from cxr_severity.cli import main
from cxr_severity.interop.bodies.kinds import KINDS
from cxr_severity.interop.bodies.words import write_words
from cxr_severity.texts.findings import MESSAGES
from cxr_severity.texts.language import LANGUAGES, Language, say

PAGE = REPOSITORY / "frontend" / "src" / "client" / "words"


def read(folder: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("name", [*LANGUAGES, "kinds"])
def test_the_page_holds_what_is_generated(name: str, tmp_path: Path) -> None:
    assert main(["words", str(tmp_path)]) == 0
    assert read(PAGE, name) == read(tmp_path, name)
    assert len(list(tmp_path.iterdir())) == len(LANGUAGES) + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_and_problem_has_its_words(language: Language, tmp_path: Path) -> None:
    write_words(tmp_path)
    words = read(tmp_path, language)
    assert words["findings"].keys() == MESSAGES.keys()
    assert words["problems"].keys() == KINDS.keys()
    assert words["problems"]["empty-file"]["title"] == say("The file is empty", language)
    # Words for people at the page: neither a parameter of the API nor the act of sending.
    for code in ("cross-section", "damaged-image", "busy"):
        assert "`" not in words["problems"][code]["hint"]


def test_what_may_be_tried_again_or_overridden_is_told(tmp_path: Path) -> None:
    write_words(tmp_path)
    kinds = read(tmp_path, "kinds")
    assert kinds["busy"] == {"status": 503, "retry": True, "overridable": False}
    assert kinds["cross-section"] == {"status": 422, "retry": False, "overridable": True}
