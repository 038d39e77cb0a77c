"""The reference standard: the formula, the bins, and the counts of the public data."""

from __future__ import annotations

import csv
import math
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cxr_severity.model.measure.brixia import brixia_severity
from cxr_training.cases import half_of, read_cases
from cxr_training.reference import Reference, first_edition, reference, total_of

NONE = math.nan
DATA = Path(os.environ.get("CXR_DATA", Path(__file__).parents[3] / "shared/data"))


@pytest.mark.parametrize(
    ("scores", "total", "severity", "kind"),
    [
        ((0, 0, NONE, NONE), 0, "mild", "brixia"),
        ((5, 6, NONE, NONE), 5.5, "moderate", "brixia"),
        ((11, 11, NONE, NONE), 11, "moderate", "brixia"),
        ((11, 12, NONE, NONE), 11.5, "severe", "brixia"),
        ((18, 18, 0, 0), 18, "severe", "brixia"),  # two Brixia scores come first
        ((NONE, NONE, 0, 0), 0.11, "mild", "extent-opacity"),
        ((NONE, NONE, 3, 2), 5.44, "mild", "extent-opacity"),
        ((NONE, NONE, 3, 2.1), 5.546, "moderate", "extent-opacity"),
        ((18, NONE, 8, 8), 17.15, "severe", "extent-opacity"),  # one Brixia score does not count
    ],
)
def test_reference(
    scores: tuple[float, float, float, float], total: float, severity: str, kind: str
) -> None:
    found = reference(*scores)
    assert found is not None
    assert found.total == pytest.approx(total)
    assert (found.severity, found.kind) == (severity, kind)


@pytest.mark.parametrize(
    "scores", [(NONE, NONE, NONE, NONE), (7, NONE, 4, NONE), (NONE, 7, NONE, 4)]
)
def test_no_reference(scores: tuple[float, float, float, float]) -> None:
    assert reference(*scores) is None


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ((19, 18, NONE, NONE), "brixia_senior 19 is not between 0 and 18"),
        ((NONE, -1, NONE, NONE), "brixia_junior -1 is not"),
        ((NONE, NONE, 8.5, 2), "extent 8.5 is not between 0 and 8"),
        ((NONE, NONE, 2, math.inf), "opacity inf is not"),
    ],
)
def test_scores_out_of_range(scores: tuple[float, float, float, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reference(*scores)


@pytest.mark.parametrize(
    ("senior", "junior", "grade", "expected"),
    [
        (5, 5, NONE, "mild"),
        (5, 6, NONE, "moderate"),
        (11, 12, NONE, "severe"),
        (18, 18, 1, "severe"),  # two Brixia scores come before the grade
        (3, NONE, 4, "severe"),  # one Brixia score does not count
        (NONE, NONE, 1, "mild"),
        (NONE, NONE, 2, "moderate"),
        (NONE, NONE, 3, "severe"),
        (NONE, NONE, 5, "severe"),
        (NONE, NONE, 0, None),  # no severity assignable; not mild
        (NONE, NONE, NONE, None),
        (7, NONE, NONE, None),
    ],
)
def test_first_edition(senior: float, junior: float, grade: float, expected: str | None) -> None:
    assert first_edition(senior, junior, grade) == expected


def _rows(name: str) -> Iterator[dict[str, float | str]]:
    with (DATA / name / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {
                key: cell if key in ("image", "patient") else _number(cell)
                for key, cell in row.items()
            }


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return NONE


def _classes(found: list[Reference]) -> list[int]:
    counts = Counter(one.severity for one in found)
    return [counts["mild"], counts["moderate"], counts["severe"]]


@pytest.mark.skipif(not DATA.is_dir(), reason="the public data are not here (CXR_DATA)")
def test_counts_of_the_public_data() -> None:
    found: dict[str, list[Reference]] = {"brixia": [], "extent-opacity": [], "ralo": []}
    graded_alone, unscored = 0, []
    for row in _rows("severity"):
        names = ("brixia_senior", "brixia_junior", "covidnet_extent", "covidnet_opacity")
        one = reference(*(float(row[name]) for name in names))
        if one is not None:
            found[one.kind].append(one)
        elif float(row["grade"]) > 0:
            graded_alone += 1
    halves = ("r1_right", "r1_left", "r2_right", "r2_left")
    for row in _rows("ralo"):
        extent, opacity = (
            sum(float(row[f"{half}_{score}"]) for half in halves) / 2
            for score in ("extent", "opacity")
        )
        one = reference(NONE, NONE, extent, opacity)
        if one is None:
            unscored.append(row["image"])
        else:
            found["ralo"].append(one)
    assert {kind: _classes(ones) for kind, ones in found.items()} == {
        "brixia": [62, 57, 33],
        "extent-opacity": [69, 65, 41],
        "ralo": [329, 920, 581],
    }
    assert graded_alone == 114
    assert unscored == ["1072.jpg", "1694.jpg"], "whose sums are 0 where a rater gave nothing"
    classed = [case for case in read_cases(DATA).cases if case.severity is not None]
    assert len(classed) == 152 + 175 + 1830


def test_films_go_by_the_one_standard(small_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, ...]] = []

    def standard(*scores: float) -> Reference | None:
        asked.append(scores)
        return reference(*scores)

    monkeypatch.setattr("cxr_training.cases.reference", standard)
    cases = read_cases(small_data).cases
    assert len(asked) == len(cases)
    for case, scores in zip(cases, asked, strict=True):
        found = reference(*scores)
        assert (found is None) == (case.reference == "none")
        if found is not None:
            assert (case.total, case.severity) == (found.total, found.severity)
            assert case.reference == ("ralo" if case.set == "ralo" else found.kind)


def test_classes_begin_where_they_should() -> None:
    assert [brixia_severity(total) for total in (0, 5.49, 5.5, 11.49, 11.5, 18)] == [
        "mild", "mild", "moderate", "moderate", "severe", "severe",
    ]  # fmt: skip
    assert math.isnan(total_of(NONE, 2))


def test_a_film_that_a_rater_left_out_has_no_class(tmp_path: Path) -> None:
    halves = [f"r{k}_{side}_{score}" for k in (1, 2) for side in ("right", "left") for score in (
        "extent", "opacity")]  # fmt: skip
    rows: dict[str, list[float | str]] = {
        "clear": [0] * 8, "both": [2] * 8, "severe": [4] * 8, "one": [""] * 4 + [2] * 4,
        "none": [""] * 8,
    }  # fmt: skip
    path = tmp_path / "ralo" / "labels.csv"
    path.parent.mkdir()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        sums = [f"r{k}_{score}" for k in (1, 2) for score in ("extent", "opacity")]
        writer.writerow(["image", "patient", "day", *halves, *sums])
        for name, cells in rows.items():
            writer.writerow([f"{name}.jpg", name, 0, *cells, *([0] * 4)])
    found = {case.patient: case for case in read_cases(tmp_path, ["ralo"]).cases}
    assert found["both"].total == pytest.approx(0.11 + 1.07 * 4 + 1.06 * 4)
    for name in ("one", "none"):
        assert (found[name].reference, found[name].severity) == ("none", None)


def test_the_lungs_halves_make_the_total() -> None:
    assert half_of(2.5, 1) + half_of(3, 4) == pytest.approx(total_of(5.5, 5))
