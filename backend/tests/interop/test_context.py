"""Who a film is of, and how that is carried over."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pytest
from interop.films import SERIES, STUDY, assessment, film, making
from pydicom.dataset import Dataset

import cxr_severity
from cxr_severity.interop.dicom import context as tags
from cxr_severity.interop.dicom.context import StudyContext, read_context
from cxr_severity.interop.dicom.report import structured_report

GB18030_NAME = "Wang^XiaoDong=王^小东"
KANJI_NAME = "Yamada^Tarou=山田^太郎=やまだ^たろう"


def reported(data: bytes) -> Dataset:
    return pydicom.dcmread(BytesIO(structured_report(assessment(), read_context(data), making())))


def comments(report: Dataset) -> list[str]:
    return [
        item.TextValue
        for item in report.ContentSequence
        if item.ConceptNameCodeSequence[0].CodeValue == "121106"
    ]


def with_raw(data: bytes, character_set: bytes, name: bytes) -> bytes:
    """A film whose character set and patient's name are these bytes, of even length."""
    at = data.index(b"PN\x08\x00Doe^Jane")
    data = data[:at] + b"PN" + len(name).to_bytes(2, "little") + name + data[at + 12 :]
    at = data.index(b"\x08\x00\x16\x00UI")
    head = b"\x08\x00\x05\x00CS" + len(character_set).to_bytes(2, "little")
    return data[:at] + head + character_set + data[at:]


def raw_name(data: bytes) -> bytes:
    """The bytes of Patient's Name in an explicit little endian object."""
    at = data.index(b"\x10\x00\x10\x00PN")
    length = int.from_bytes(data[at + 6 : at + 8], "little")
    return data[at + 8 : at + 8 + length]


def test_identifiers_are_carried_over_into_the_same_study() -> None:
    report = reported(
        film(IssuerOfPatientID="Ward 7", StudyDescription="Thorax", PatientAge="060Y")
    )
    assert report.StudyInstanceUID == STUDY
    assert report.SeriesInstanceUID != SERIES
    assert (report.PatientName, report.PatientID) == ("Doe^Jane", "P-1")
    assert (report.IssuerOfPatientID, report.PatientAge) == ("Ward 7", "060Y")
    assert (report.PatientBirthDate, report.PatientSex) == ("19600102", "F")
    assert (report.StudyDate, report.StudyTime, report.StudyID) == ("20200405", "060708", "S1")
    assert (report.AccessionNumber, report.ReferringPhysicianName) == ("A-1", "Roe^Richard")
    assert report.StudyDescription == "Thorax"


def test_what_is_missing_stays_missing() -> None:
    bare = film(
        PatientName=None, PatientID=None, PatientBirthDate="", PatientSex=None, StudyID=None,
        AccessionNumber="", StudyDate=None, StudyTime=None, ReferringPhysicianName=None,
    )  # fmt: skip
    report = reported(bare)
    for keyword in (
        "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyID", "AccessionNumber",
        "StudyDate", "StudyTime", "ReferringPhysicianName",
    ):  # fmt: skip
        assert keyword in report
        assert not report[keyword].value, keyword
    assert "IssuerOfPatientID" not in report
    said = "The film does not say whom it shows in full; nothing was added to it."
    assert said in comments(report)
    assert said not in comments(reported(film()))


@pytest.mark.parametrize(
    ("terms", "name"),
    [
        ("GB18030", GB18030_NAME),
        ("ISO_IR 192", GB18030_NAME),
        (["", "ISO 2022 IR 87"], KANJI_NAME),
        ("ISO_IR 100", "Müller^Jörg"),
        (["ISO 2022 IR 6", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
    ],
)
def test_character_sets_are_kept(terms: str | list[str], name: str) -> None:
    data = film(SpecificCharacterSet=terms, PatientName=name)
    report = structured_report(assessment(), read_context(data), making())
    assert raw_name(report) == raw_name(data)
    found = pydicom.dcmread(BytesIO(report))
    assert found.SpecificCharacterSet == terms
    assert str(found.PatientName) == name
    assert read_context(data).text(tags.PATIENT_NAME) == name


def test_a_language_that_the_character_set_lacks_becomes_english() -> None:
    film_in_japan = film(SpecificCharacterSet=["", "ISO 2022 IR 87"], PatientName=KANJI_NAME)
    report = structured_report(assessment(), read_context(film_in_japan), making("zh-CN"))
    found = pydicom.dcmread(BytesIO(report))
    assert found.ContentSequence[0].ConceptCodeSequence[0].CodeValue == "en"
    assert comments(found)[0] == "For research use only; not for diagnosis."


def test_an_ascii_film_takes_a_chinese_report_in_utf_8() -> None:
    report = structured_report(assessment(), read_context(film()), making("zh-CN"))
    found = pydicom.dcmread(BytesIO(report))
    assert found.SpecificCharacterSet == "ISO_IR 192"
    assert found.PatientName == "Doe^Jane"
    assert found.ContentSequence[0].ConceptCodeSequence[0].CodeValue == "zh-CN"
    assert comments(found)[0] == "仅供研究使用，不用于诊断。"


def test_unlabelled_bytes_are_carried_over_and_stay_unlabelled() -> None:
    name = "王小东".encode("gbk")
    data = with_raw(film(), b"", name)
    context = read_context(data)
    report = structured_report(assessment(), context, making("zh-CN"))
    assert raw_name(report) == name
    assert b"\x08\x00\x05\x00CS" not in report
    assert "\ufffd" in context.text(tags.PATIENT_NAME)


@pytest.mark.parametrize(
    ("declared", "name", "terms"),
    [
        (b"ISO_IR_100", "Müller^Jö".encode("latin-1"), "ISO_IR 100"),
        (b"UTF-8 ", "Müller^Jö".encode(), "ISO_IR 192"),
        (b"NONSENSE", b"Doe^Jane", None),
        (b"NONSENSE", b"\xff\xfeDo", "ISO_IR 192"),
    ],
)
def test_odd_character_sets(declared: bytes, name: bytes, terms: str | None) -> None:
    name += b" " * (len(name) % 2)
    context = read_context(with_raw(film(), declared, name))
    found = pydicom.dcmread(BytesIO(structured_report(assessment(), context, making())))
    assert found.get("SpecificCharacterSet") == terms
    expected = "\ufffd\ufffdDo" if name.startswith(b"\xff") else None
    assert str(found.PatientName).strip() == (expected or context.text(tags.PATIENT_NAME))
    assert ("Müller^Jö" in str(found.PatientName)) == (b"M" in name)


def test_what_changes_the_character_set_is_no_control_character() -> None:
    data = film(SpecificCharacterSet=["", "ISO 2022 IR 87"], PatientName=KANJI_NAME)
    assert b"\x1b$B" in raw_name(data)
    assert read_context(data).values[tags.PATIENT_NAME] == raw_name(data)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, datetime(2020, 4, 5, 6, 7, 8)),  # noqa: DTZ001
        ({"ContentDate": "20200406", "ContentTime": "0910"}, datetime(2020, 4, 6, 9, 10)),  # noqa: DTZ001
        (
            {"AcquisitionDateTime": "20200407101112.5-0330"},
            datetime(2020, 4, 7, 10, 11, 12, 500000, timezone(-timedelta(hours=3, minutes=30))),
        ),
        (
            {"TimezoneOffsetFromUTC": "+0000"},
            datetime(2020, 4, 5, 6, 7, 8, tzinfo=UTC),
        ),
        ({"StudyTime": ""}, date(2020, 4, 5)),
        ({"AcquisitionDate": "20200407"}, date(2020, 4, 7)),
        ({"AcquisitionDateTime": "20200407"}, date(2020, 4, 7)),
        ({"StudyDate": "", "StudyTime": ""}, None),
    ],
)
def test_when_the_film_was_taken(changes: dict[str, Any], expected: datetime | date | None) -> None:
    """A day whose time is not said is still the film's: another attribute may be of another day."""
    found = read_context(film(**changes)).taken
    assert (found, type(found)) == (expected, type(expected))


def test_the_reports_own_times_are_in_the_films_zone() -> None:
    report = reported(film(TimezoneOffsetFromUTC="+0800"))
    assert (report.ContentDate, report.ContentTime) == ("20260304", "130607")
    assert report.TimezoneOffsetFromUTC == "+0800"
    assert read_context(film()).birth_date == date(1960, 1, 2)


def test_only_one_module_reads_identifying_tags() -> None:
    package = Path(cxr_severity.__file__).parent
    names = ("PatientName", "PatientID", "PatientBirthDate", "AccessionNumber", "0x00100010")
    found = {
        path.name
        for path in package.rglob("*.py")
        if any(name in path.read_text() for name in names)
    }
    assert found == {"context.py"}


def test_a_context_holds_nothing_that_prints_the_patient_by_chance() -> None:
    context = read_context(film())
    assert "Jane" not in repr(context)
    assert {field.name for field in fields(StudyContext)} >= {"values", "study"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("van der Berg^Jan^Piet^Dr", "van der Berg, Jan Piet Dr"),
        ("De la Cruz^Maria Jose", "De la Cruz, Maria Jose"),
        ("John Smith", "John Smith"),
        ("^Jane", "Jane"),
        ("Doe^^^Dr", "Doe, Dr"),
        ("", ""),
    ],
)
def test_a_caret_alone_parts_a_name(written: str, shown: str) -> None:
    assert read_context(film(PatientName=written)).name == shown
