"""The printed page, as a PDF reader sees it, and the table."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO
from typing import Any

import numpy as np
import pytest
from interop.films import FILM, STUDY, apart, assessment, film, later_assessment, making
from pypdfium2 import PdfDocument

from cxr_severity.imaging.decode import decode
from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.fonts import chinese_font
from cxr_severity.interop.pdf import pdf_page
from cxr_severity.interop.table import COLUMNS, csv_table, row
from cxr_severity.interop.wrap import runs, wrap
from cxr_severity.model.assessment import Assessment
from cxr_severity.model.quality import Finding, Quality
from cxr_severity.texts import results
from cxr_severity.texts.findings import FINDING_CODES


def page(judged: Assessment | None = None, language: Any = "en", **changes: Any) -> bytes:
    data = film(**changes)
    made = replace(making(language), font=chinese_font())
    return pdf_page(judged or assessment(), decode(data), read_context(data), made)


def words(data: bytes) -> list[str]:
    document = PdfDocument(data)
    assert len(document) == 1
    text: str = document[0].get_textpage().get_text_bounded()
    return [line.strip() for line in text.splitlines()]


def test_the_page_says_what_was_found() -> None:
    said = words(page(later_assessment()))
    for line in (
        "Radiographic severity", "Moderate", "60% model confidence", "Moderate, Severe",
        "8.0 of 18", "90% interval: 5.5 to 11.0", "Upper A 0.5 (12%) D 0.0 (50%)",
        "With care: A part of the lungs may lie outside the picture.",
        "For research use only; not for diagnosis.",
        "Patient Doe, Jane", "Patient ID P-1", "Accession number A-1", "Born 1960-01-02",
        "Film taken 2020-04-05 06:07", "Graded 2026-03-04 05:06+00:00", "Model cxr-severity 1.0.0",
    ):  # fmt: skip
        assert " ".join(line.split()) in [" ".join(each.split()) for each in said], line


def test_of_a_film_that_is_not_fit_no_grade_is_called_plausible() -> None:
    unfit = Quality((Finding("not-a-radiograph", "reject", 0.1, 0.5),))
    said = words(page(assessment(quality=unfit, prediction_set=("moderate",))))
    assert results.NOT_FIT in said
    assert results.SURE not in said
    assert results.SURE in words(page(assessment(prediction_set=("moderate",))))


def test_in_chinese_with_a_name_in_two_scripts() -> None:
    if chinese_font() is None:
        pytest.skip("no font with Chinese letters; scripts/hospital-tools.sh tells how to get one")
    said = words(
        page(language="zh-CN", SpecificCharacterSet="GB18030", PatientName="Wang^Xi=王^小东")
    )
    assert "中度" in said
    assert "仅供研究使用，不用于诊断。" in said
    assert "患者 Wang, Xi 王 小东" in said


def test_without_a_chinese_font_the_words_are_there_all_the_same() -> None:
    data = film()
    made = pdf_page(assessment(), decode(data), read_context(data), making("zh-CN"))
    # With no font to measure by, readers of the page's text join the words of a line.
    assert any(line.startswith("中度") for line in words(made))


def test_one_page_holds_every_finding_and_long_names() -> None:
    every = Quality(tuple(Finding(code, "reject", None, None) for code in FINDING_CODES))
    name = "Bin-Mohammad-Al-Rashid-Al-Mansur^Verylonggivenname Another"
    for language in ("en", "ms", "zh-CN"):
        made = page(assessment(quality=every), language, PatientName=name)
        document = PdfDocument(made)
        assert len(document) == 1
        # Between what is said and the foot there is still white.
        drawn = document[0].render(scale=1).to_numpy()
        below = drawn[-85:-72]
        assert np.ptp(below) == 0, language


@pytest.mark.parametrize("keyword", ["PatientID", "AccessionNumber", "PatientName"])
@pytest.mark.parametrize(
    "value",
    ["W" * 64, "0123456789abcdef" * 8, "WOLFESCHLEGELSTEINHAUSENBERGERDORFF" * 2, "\u0436" * 64],
)
@pytest.mark.filterwarnings("ignore:The (PN|value)")
def test_no_name_or_number_runs_off_the_page(keyword: str, value: str) -> None:
    changes: dict[str, Any] = {"SpecificCharacterSet": "ISO_IR 192", keyword: value}
    made = page(**changes)
    document = PdfDocument(made)
    assert len(document) == 1
    text = document[0].get_textpage()
    boxes = [text.get_charbox(place) for place in range(text.count_chars())]
    width, _ = document[0].get_size()
    # Within the margin, but for what a glyph's box is wider than the glyph.
    assert max(right for _, _, right, _ in boxes) < width - 41
    assert min(bottom for _, bottom, _, _ in boxes) > 20
    assert value in "".join("".join(words(made)).split()), "whole, on several lines"


def test_a_picture_without_context_says_so() -> None:
    made = pdf_page(assessment(), decode(film()), None, making())
    said = words(made)
    assert "Patient not said in the film" in said
    assert "Film taken not said in the film" in said


def test_the_heatmap_is_in_the_page() -> None:
    def reddest(data: bytes) -> int:
        drawn = PdfDocument(data)[0].render(scale=0.5).to_numpy().astype(int)
        picture = drawn[50:170, 25:165]
        return int((picture[..., 2] - picture[..., 0]).max())

    assert reddest(page()) > 60
    assert reddest(page(assessment(explanation=None))) == 0


def test_the_page_shows_and_names_the_map_of_opacity_where_there_is_one() -> None:
    made = page(apart())
    said = words(made)
    assert "Share of the lungs that is seen as opaque: 25%." in said
    assert any("100% probability of opacity" in line for line in said)
    assert not any("the model looked" in line for line in said)
    drawn = PdfDocument(made)[0].render(scale=1).to_numpy().astype(int)
    # The picture is 300 wide and some 246 high, below title and rule.
    reds = drawn[..., 2] - drawn[..., 0]
    left, top = 42, 72
    seen = reds[top + int(246 * 0.75), left + int(300 * 0.28)]
    cam = reds[top + int(246 * 0.28), left + int(300 * 0.72)]
    assert seen > 40
    assert abs(cam) < 6


def test_wrapping() -> None:
    assert wrap("one two three", lambda line: len(line) <= 7) == ["one two", "three"]
    assert wrap("unbreakable", lambda line: len(line) <= 3) == ["unb", "rea", "kab", "le"]
    assert wrap("a unbreakable b", lambda line: len(line) <= 5) == ["a", "unbre", "akabl", "e b"]
    assert wrap("abc", lambda _: False) == ["a", "b", "c"]
    assert wrap("ae\u0301ia", lambda line: len(line) <= 2) == ["a", "e\u0301", "ia"]
    assert wrap("[U+0436]", lambda line: len(line) <= 3) == ["[U+0436]"], "a code stays whole"
    assert wrap("模型判断，该等级", lambda line: len(line) <= 4) == ["模型判", "断，该等", "级"]
    assert wrap("", bool) == [""]
    assert runs("A 中度 b") == [(True, "A "), (False, "中度"), (True, " b")]


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode(), newline="")))


def test_a_row() -> None:
    data = film()
    table = csv_table([row(later_assessment(), decode(data), read_context(data))] * 2)
    first, second = rows(table)
    assert first == second
    assert tuple(first) == COLUMNS
    assert first["severity"] == "moderate"
    assert first["probability_severe"] == "0.3500"
    assert first["prediction_set"] == "moderate|severe"
    assert (first["brixia_C"], first["brixia_total"]) == ("2.7500", "8.0000")
    assert (first["brixia_low"], first["brixia_high"]) == ("5.5000", "11.0000")
    assert (first["refer"], first["accepted"]) == ("true", "true")
    assert first["findings"] == "lungs-cut-off|low-resolution"
    assert (first["study_instance_uid"], first["sop_instance_uid"]) == (STUDY, FILM)
    assert (first["patient_id"], first["accession_number"]) == ("P-1", "A-1")
    assert (first["width"], first["height"], first["format"]) == ("640", "524", "dicom")
    assert first["lung_fraction"] == "0.7500"
    assert table.splitlines()[0].decode().split(",") == list(COLUMNS)
    assert b"\r\n" in table


def test_what_is_not_known_is_empty() -> None:
    (found,) = rows(csv_table([row(assessment(explanation=None), decode(film()), None)]))
    for name in ("patient_id", "accession_number", "study_instance_uid", "sop_instance_uid",
                 "brixia_low", "brixia_high", "lung_fraction"):  # fmt: skip
        assert found[name] == ""


@pytest.mark.parametrize("value", ["=1+1", "@SUM(A1)", "+1", "-2", "\t=1", "\r=1", "\n=1"])
def test_no_value_of_a_film_is_a_formula(value: str) -> None:
    data = film(PatientID=value, AccessionNumber=f"{value},x")
    plain = row(assessment(), decode(data), read_context(data))
    (found,) = rows(csv_table([plain]))
    said = value.strip()  # control characters are none of a text of a film
    assert plain["patient_id"] == said, "the row is of Parquet as well"
    assert found["patient_id"] == f"'{said}"
    assert found["accession_number"] == f"'{said},x"
