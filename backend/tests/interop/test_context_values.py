"""What a film says of its patient that is not as the standard has it, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pytest
from interop.drawn import captured, presented
from interop.films import STUDY, assessment, conformance_errors, film, making
from pydicom.dataset import Dataset

from cxr_severity.interop.dicom import context as tags
from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.dicom.report import structured_report


def reported(**changes: Any) -> bytes:
    return structured_report(assessment(), read_context(film(**changes)), making())


@pytest.mark.parametrize("uid", [b"", b"not a uid ", b"1.2.a ", b"1." * 40, b"7\0"])
def test_uids_that_are_none(uid: bytes) -> None:
    old = b"\x20\0\x0d\0UI\x0a\0" + STUDY.encode() + b"\0"
    new = old[:6] + len(uid).to_bytes(2, "little") + uid
    data = film()
    assert old in data
    context = read_context(data.replace(old, new))
    assert context.study == ""
    assert not context.referable


def test_values_too_long_to_be_a_name_are_left_out() -> None:
    with pytest.warns(UserWarning, match="exceeds the maximum length"):
        data = film(PatientID="9" * 2000)
    assert tags.PATIENT_ID not in read_context(data).values


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("DA\x08\x0020200405", "DA\x08\x0099999999", {"StudyDate": ""}),
        ("DA\x08\x0020200405", "DA\x08\x00202004 5", {"StudyDate": ""}),
        ("DA\x08\x0020200405", "DA\x0a\x002020.04.05", {"StudyDate": "20200405"}),
        ("DA\x08\x0019600102", "DA\x08\x0019601332", {"PatientBirthDate": ""}),
        ("TM\x06\x00060708", "TM\x06\x00256199", {"StudyTime": ""}),
        ("TM\x06\x00060708", "TM\x04\x0006.5", {"StudyTime": ""}),
        ("TM\x06\x00060708", "TM\x08\x0006:07:08", {"StudyTime": "060708"}),
        ("TM\x06\x00060708", "TM\x10\x00060708.123456789", {"StudyTime": "060708.123456"}),
        ("AS\x04\x00060Y", "AS\x02\x0060", {"PatientAge": None}),
        ("UI\x0a\x001.2.3.4.1\x00", "UI\x0a\x001.2.3.4.1 ", {"StudyInstanceUID": STUDY}),
    ],
)
def test_no_result_holds_a_date_time_age_or_uid_that_is_none(
    old: str, new: str, expected: dict[str, str | None], tmp_path: Path
) -> None:
    """They are as the film has them otherwise, and dciodvfy has nothing against the result."""
    data = film(PatientAge="060Y")
    assert data.count(old.encode("latin-1")) == 1
    odd = data.replace(old.encode("latin-1"), new.encode("latin-1"))
    made = structured_report(assessment(), read_context(odd), making())
    report = pydicom.dcmread(BytesIO(made))
    assert {keyword: report.get(keyword) for keyword in expected} == expected
    assert conformance_errors(made, tmp_path) == []


@pytest.mark.parametrize(
    ("keyword", "old", "new", "expected"),
    [
        ("PatientName", "Doe^Jane", "Do\1^Jane", "Do^Jane"),
        ("PatientName", "Doe^Jane", "Doe\tJan\x7f", "Doe Jan"),
        ("PatientName", "Doe^Jane", "D\0\r\nJane", "D  Jane"),
        ("PatientName", "Doe^Jane", "D\u5c0f\2^J", "D\u5c0f^J"),
        ("PatientName", "Doe^Jane", "\1\2\3\4\0\0\0\0", ""),
        ("ReferringPhysicianName", "Roe^Richard", "Roe^R\2chard", "Roe^Rchard"),
        ("PatientID", "P-1", "P\x1f1", "P1"),
        ("AccessionNumber", "A-1", "A\n1", "A 1"),
        ("StudyID", "S1", "S\5", "S"),
        ("StudyDescription", "Thorax pa", "Thorax\fpa", "Thorax pa"),
        ("IssuerOfPatientID", "Ward 7", "Ward\v7", "Ward 7"),
        ("PatientSex", "F", "f", "F"),
        ("PatientSex", "F", "\1", ""),
        ("PatientSex", "F", "X", ""),
        ("PatientSex", "FEMALE", "Female", "F"),
        ("PatientSex", "F\\M ", "F\\M ", ""),
        ("PatientSex", "O", "O", "O"),
        ("PatientIdentityRemoved", "YES", "yes", "YES"),
        ("PatientIdentityRemoved", "YES", "ja ", None),
        ("LongitudinalTemporalInformationModified", "MODIFIED", "modified", "MODIFIED"),
        ("LongitudinalTemporalInformationModified", "UNMODIFIED", "REMOVED", "REMOVED"),
        ("LongitudinalTemporalInformationModified", "MODIFIED", "SHIFTED", None),
    ],
)
def test_control_characters_and_values_that_may_not_stand_there_are_cleaned(
    keyword: str, old: str, new: str, expected: str | None, tmp_path: Path
) -> None:
    values = {"DeidentificationMethod": "by hand", keyword: old.strip()}
    data = film(SpecificCharacterSet="ISO_IR 192", **values)
    raw = new.encode()
    assert len(raw) <= len(old), "the length in front stays"
    odd = data.replace(old.encode(), raw.ljust(len(old)))
    assert (odd != data) == (old != new)
    made = structured_report(assessment(), read_context(odd), making())
    assert pydicom.dcmread(BytesIO(made)).get(keyword) == expected
    assert conformance_errors(made, tmp_path) == []


def code(value: str, scheme: str = "DCM", meaning: str = "Basic Profile") -> Dataset:
    found = Dataset()
    found.CodeValue, found.CodingSchemeDesignator, found.CodeMeaning = value, scheme, meaning
    found.CodingSchemeVersion = "01"
    return found


@pytest.mark.parametrize("make", [reported, captured, presented])
@pytest.mark.parametrize(
    ("codes", "method", "carried"),
    [
        ([code("113100"), code("113107", meaning="Mü")], None, ["113100", "113107"]),
        ([code("113100"), code("113101", meaning="")], "by hand", ["113100"]),
        ([code("")], "by hand", []),
        ([code("")], None, []),
        ([], None, []),
        ([code("113100")], "by hand", ["113100"]),
    ],
)
def test_a_result_says_how_a_film_was_de_identified_or_not_that_it_was(
    make: Callable[..., bytes],
    codes: list[Dataset],
    method: str | None,
    carried: list[str],
    tmp_path: Path,
) -> None:
    made = make(
        SpecificCharacterSet="ISO_IR 100",
        PatientIdentityRemoved="YES",
        DeidentificationMethodCodeSequence=codes,
        **({"DeidentificationMethod": method} if method else {}),
    )
    found = pydicom.dcmread(BytesIO(made))
    items = found.get("DeidentificationMethodCodeSequence", [])
    assert [item.CodeValue for item in items] == carried
    assert [len(item) for item in items] == [3] * len(carried), "no more than the code itself"
    assert [item.CodeMeaning for item in items][1:] == ["Mü"] * (len(carried) - 1)
    assert found.get("DeidentificationMethod") == method
    assert found.get("PatientIdentityRemoved") == ("YES" if carried or method else None)
    assert conformance_errors(made, tmp_path) == []


@pytest.mark.parametrize("make", [reported, captured, presented])
@pytest.mark.parametrize(
    ("terms", "meaning", "carried"),
    [
        ("ISO_IR 192", "基本アプリケーション機密性プロファイル適用済み", True),
        ("ISO_IR 192", "基" * 64, True),
        ("GB18030", "基" * 64, True),
        (["", "ISO 2022 IR 87"], "基" * 64, True),
        ("ISO_IR 192", "基" * 65, False),
        ("ISO_IR 100", "e" * 65, False),
    ],
)
@pytest.mark.filterwarnings("ignore:The value length")
def test_a_meaning_is_as_long_as_its_letters_are_many(
    make: Callable[..., bytes], terms: Any, meaning: str, carried: bool
) -> None:
    """Not its bytes: a film that is de-identified must not look like one that is not."""
    found = pydicom.dcmread(
        BytesIO(
            make(
                SpecificCharacterSet=terms,
                PatientIdentityRemoved="YES",
                DeidentificationMethodCodeSequence=[code("113100", meaning=meaning)],
            )
        )
    )
    items = found.get("DeidentificationMethodCodeSequence", [])
    assert [item.CodeMeaning for item in items] == [meaning] * carried
    assert found.get("PatientIdentityRemoved") == ("YES" if carried else None)


def test_a_broken_sequence_of_codes_is_none(tmp_path: Path) -> None:
    data = film(PatientIdentityRemoved="YES", DeidentificationMethodCodeSequence=[code("113100")])
    mark = b"\x12\x00\x64\x00SQ\0\0"
    at = data.index(mark) + len(mark) + 4
    broken = data[:at] + b"\1\2\3\4" + data[at + 4 :]
    made = structured_report(assessment(), read_context(broken), making())
    assert "PatientIdentityRemoved" not in pydicom.dcmread(BytesIO(made))
    assert conformance_errors(made, tmp_path) == []


def test_a_leap_second_is_a_time() -> None:
    context = read_context(film(StudyTime="235960"))
    assert context.text(tags.STUDY_TIME) == "235960"
    assert isinstance(context.taken, datetime)
    assert (context.taken.minute, context.taken.second) == (59, 59)


@pytest.mark.parametrize(
    ("zone", "kept"),
    [("+0545", "+0545"), ("+1260", ""), ("-0000", ""), ("-1200", "-1200"), ("-1300", "")],
)
def test_what_is_no_time_zone_is_left_out(zone: str, kept: str) -> None:
    assert read_context(film(TimezoneOffsetFromUTC=zone)).text(tags.TIMEZONE) == kept


def test_blanks_in_a_modality_are_one() -> None:
    assert read_context(film(Modality="C  R")).modality == "C R"
