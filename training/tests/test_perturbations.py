"""Changes that should not matter, what they do to pixels, and the README that tells of them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from cxr_severity.imaging.decode import decode
from cxr_severity.model.artifact import read_manifest, versions
from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.measure.markdown import FLAT_NOTE
from cxr_training.backbone import VERSIONS
from cxr_training.errors import TrainingError
from cxr_training.evaluation.readme import BEGIN, END, updated
from cxr_training.evaluation.report import report
from cxr_training.evaluation.tables.grades import FEWEST, subgroups_table
from cxr_training.model_card import model_card
from cxr_training.perturbations import CHANGES, Change
from cxr_training.run_folder import ReportFolder

REPOSITORY = Path(__file__).parents[2]
README = REPOSITORY / "README.md"
REPORT = ReportFolder(REPOSITORY / "docs" / "evaluation")
NEWEST = VERSIONS / versions(VERSIONS)[-1]
MILD = {"contrast", "letters", "JPEG", "gamma", "resized", "darker", "brighter"}


@pytest.fixture(scope="module")
def film(sample_folder: Path) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    path = sorted(sample_folder.glob("*.png"))[0]
    return decode(path.read_bytes()).pixels


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_change_gives_pixels_in_range(
    change: Change, film: np.ndarray[tuple[int, int], np.dtype[np.float32]]
) -> None:
    lungs = np.zeros_like(film)
    lungs[film.shape[0] // 4 : -film.shape[0] // 4, film.shape[1] // 4 : -film.shape[1] // 4] = 1
    out = change.apply(film, lungs)
    assert out.dtype == np.float32
    assert out.ndim == 2
    assert 0 <= out.min() <= out.max() <= 1
    if out.shape == film.shape:
        difference = float(np.abs(out - film).mean())
        assert difference > 0
        if change.name.split()[0] in MILD:
            assert difference < 0.15
    if change.name == "border alone, lungs boxed out":
        assert np.ptp(out[film.shape[0] // 2, film.shape[1] // 3 : -film.shape[1] // 3]) == 0
    if change.name == "lungs alone":
        assert np.ptp(out[: film.shape[0] // 8]) == 0


def test_names_are_unique() -> None:
    assert len({change.name for change in CHANGES}) == len(CHANGES)


def test_the_readme_tells_what_the_evaluation_says() -> None:
    found = REPORT.evaluation.read_text(encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    assert updated(text, Evaluation.model_validate_json(found)) == text, "run make evaluate"
    assert BEGIN in text
    assert END in text


def test_no_interval_is_printed_without_a_width() -> None:
    """Of the README, the card and the report that stand here."""
    section = README.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    for text in (
        section,
        (NEWEST / "model-card.md").read_text("utf-8"),
        REPORT.text.read_text("utf-8"),
    ):
        ends = re.findall(r"\((-?[0-9.]+) to (-?[0-9.]+)\)", text)
        assert ends
        assert [pair for pair in ends if pair[0] == pair[1]] == []
        assert FLAT_NOTE in text


def test_the_report_tells_what_the_evaluation_says() -> None:
    found = Evaluation.model_validate_json(REPORT.evaluation.read_text(encoding="utf-8"))
    assert report(found, NEWEST.name) == REPORT.text.read_text(encoding="utf-8"), (
        "run make evaluate"
    )


def test_the_evaluation_is_that_of_the_newest_version() -> None:
    found = Evaluation.model_validate_json(REPORT.evaluation.read_text(encoding="utf-8"))
    assert found == read_manifest(NEWEST).evaluation, "run make evaluate on the run that shipped"


def test_of_a_few_films_a_group_says_nothing() -> None:
    found = Evaluation.model_validate_json(REPORT.evaluation.read_text(encoding="utf-8"))
    few, enough = (
        one.model_copy(update={"images": FEWEST - less})
        for less, one in ((1, found.subgroups[0]), (0, found.subgroups[0]))
    )
    table = subgroups_table(found.model_copy(update={"subgroups": [few, enough]}))
    *_, first, second = table.split("\n")
    assert first.endswith("| – | – | – |")
    assert "–" not in second


def test_a_readme_without_a_place_for_it_is_refused() -> None:
    found = REPORT.evaluation.read_text(encoding="utf-8")
    with pytest.raises(TrainingError, match="lacks"):
        updated("# No marks\n", Evaluation.model_validate_json(found))


def test_the_shipped_card_is_made_of_its_manifest() -> None:
    card = (NEWEST / "model-card.md").read_text(encoding="utf-8")
    assert model_card(read_manifest(NEWEST)) == card


@pytest.mark.parametrize(("coverage", "said"), [(0.885, "88.5"), (0.9, "90")])
def test_the_card_says_what_the_sets_were_made_for(coverage: float, said: str) -> None:
    manifest = read_manifest(NEWEST)
    conformal = manifest.conformal.model_copy(update={"coverage": coverage})
    card = model_card(manifest.model_copy(update={"conformal": conformal}))
    assert f"reference class in {said} of 100 films" in " ".join(card.split())
