"""Character sets with escape sequences, and those that a library does not know."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest
from interop.drawn import presented, read
from interop.films import assessment, film, making
from interop.test_context import comments, raw_name, with_raw
from pydicom.dataset import Dataset

from cxr_severity.imaging.decode import decode
from cxr_severity.interop.dicom import charset
from cxr_severity.interop.dicom import context as tags
from cxr_severity.interop.dicom.charset import CharacterSet
from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.dicom.report import structured_report
from cxr_severity.interop.fhir.bundle import fhir_bundle
from cxr_severity.interop.forms import FORMS, as_form

RESEARCH = "仅供研究使用，不用于诊断。"
CHINESE = b"\\ISO 2022 IR 58 "
ZHANG = b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab="


def test_a_chinese_name_is_read_without_its_escape_sequences() -> None:
    data = with_raw(film(), CHINESE, ZHANG)
    context = read_context(data)
    assert context.name == "Zhang, XiaoDong 张 小东"
    assert context.text(tags.PATIENT_NAME) == "Zhang^XiaoDong=张^小东="
    bundle = fhir_bundle(assessment(), "0" * 64, context, making())
    assert "张 小东" in bundle.decode()
    assert b"u001b" not in bundle
    assert raw_name(structured_report(assessment(), context, making())).strip() == ZHANG.strip()


@pytest.mark.parametrize(
    ("terms", "value", "text"),
    [
        (("ISO 2022 IR 58",), b"\x1b$)A\xd5\xc5", "张"),
        (("", "ISO 2022 IR 58"), b"A \x1b$)A\xd5\xc5\x1b(B B", "A 张 B"),
        (("ISO 2022 IR 100", "ISO 2022 IR 58"), b"M\xfcller=\x1b$)A\xd5\xc5", "Müller=张"),
        (("", "ISO 2022 IR 149"), b"\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce", "洪^吉"),
        (("ISO 2022 IR 149",), b"\x1b$)C\xfb\xf3", "洪"),
        (("", "ISO 2022 IR 203"), b"\x1b-b\xbcuvre^A", "Œuvre^A"),
        (("ISO_IR 203",), b"\xbcuvr\xe9", "Œuvré"),
        (("ISO_IR 100",), b"M\x1b-Afller", "Mfller"),
        ((), b"Doe\x1b", "Doe"),
    ],
)
def test_no_escape_sequence_is_left_in_a_text(
    terms: tuple[str, ...], value: bytes, text: str
) -> None:
    assert CharacterSet(terms).decode(value) == text


@pytest.mark.parametrize(
    "term",
    ["ISO 2022 IR 58", "ISO 2022 IR 87", "ISO 2022 IR 149", "ISO 2022 IR 159", "ISO_IR 13"],
)
def test_what_needs_escape_sequences_holds_no_words_of_ours(term: str) -> None:
    assert not CharacterSet(("", term)).holds("研究")
    assert CharacterSet(("", term)).holds("research")
    assert CharacterSet(("GB18030",)).holds("仅供研究使用")


def test_a_film_with_such_a_set_is_answered_in_english() -> None:
    data = with_raw(film(), CHINESE, ZHANG)
    report = pydicom.dcmread(
        BytesIO(structured_report(assessment(), read_context(data), making("zh-CN")))
    )
    assert report.SpecificCharacterSet == ["", "ISO 2022 IR 58"]
    assert comments(report)[0] == "For research use only; not for diagnosis."
    state = read(presented(None, "zh-CN", SpecificCharacterSet=["", "ISO 2022 IR 58"]))
    words = state.GraphicAnnotationSequence[-1].TextObjectSequence[0].UnformattedTextValue
    assert "For research use only" in words


@pytest.mark.parametrize("term", [b"ISO_IR 203", b"\\ISO 2022 IR 203", b"ISO-IR-203 "])
def test_latin_9_is_kept(term: bytes) -> None:
    escape = b"\x1b-b" if b"2022" in term else b""
    name = b"^".join(escape + part.encode("iso8859-15") for part in ("Œuvré", "Zoë"))
    name, term = name + b" " * (len(name) % 2), term + b" " * (len(term) % 2)
    context = read_context(with_raw(film(), term, name))
    assert context.text(tags.PATIENT_NAME) == "Œuvré^Zoë"
    report = structured_report(assessment(), context, making())
    assert raw_name(report).strip() == name.strip()
    found = pydicom.dcmread(BytesIO(report))
    expected = "ISO_IR 203" if not escape else ["", "ISO 2022 IR 203"]
    assert found.SpecificCharacterSet == expected
    assert str(found.PatientName).strip() == "Œuvré^Zoë"


def even(value: bytes) -> bytes:
    return value + b" " * (len(value) % 2)


def words_in_chinese(data: bytes) -> tuple[Dataset, str, str]:
    """The report of a film whose reader asks for Chinese, its first comment, and the words of the
    presentation state."""
    report = read(structured_report(assessment(), read_context(data), making("zh-CN")))
    state = read(as_form(FORMS["gsps"], assessment(), decode(data), data, making("zh-CN")))
    words = state.GraphicAnnotationSequence[-1].TextObjectSequence[0].UnformattedTextValue
    return report, comments(report)[0], words


@pytest.mark.parametrize(
    ("declared", "codec", "kept"),
    [
        (b"\\ISO_IR 192", "utf-8", "ISO_IR 192"),
        (b"ISO 2022 IR 6\\ISO_IR 192", "utf-8", "ISO_IR 192"),
        (b"ISO_IR 100\\ISO_IR 192", "utf-8", "ISO_IR 192"),
        (b"ISO 2022 IR 100\\ISO_IR 192", "utf-8", "ISO_IR 192"),
        (b"ISO_IR 192\\GB18030", "utf-8", "ISO_IR 192"),
        (b"ISO_IR 192\\GB18030", "gb18030", "GB18030"),
        (b"\\GB18030", "gb18030", "GB18030"),
        (b"\\GBK", "gbk", "GBK"),
        (b"ISO 2022 IR 192", "utf-8", "ISO_IR 192"),
    ],
)
def test_a_set_that_no_other_may_stand_beside_stands_alone(
    declared: bytes, codec: str, kept: str
) -> None:
    data = with_raw(film(), even(declared), even("王^小东".encode(codec)))
    assert read_context(data).name == "王, 小东"
    report, comment, words = words_in_chinese(data)
    assert raw_name(report_bytes(data)) == raw_name(data)
    assert report.SpecificCharacterSet == kept
    assert report.PatientName == "王^小东"
    assert comment == RESEARCH
    assert RESEARCH in words.replace("\r\n", "")
    assert "?" not in words


def report_bytes(data: bytes) -> bytes:
    return structured_report(assessment(), read_context(data), making())


@pytest.mark.parametrize(
    ("declared", "name", "kept", "text"),
    [
        (b"\\ISO_IR 100", b"M\xfcller^J\xf6rg", "ISO_IR 100", "Müller^Jörg"),
        (b"ISO_IR 6\\ISO_IR 100", b"M\xfcller^J\xf6rg", "ISO_IR 100", "Müller^Jörg"),
        (b"ISO_IR 100\\ISO_IR 192", b"M\xfcller^J\xf6rg", "ISO_IR 100", "Müller^Jörg"),
        (b"ISO_IR 100\\", b"M\xfcller^J\xf6rg", "ISO_IR 100", "Müller^Jörg"),
        (
            b"ISO_IR 100\\ISO_IR 87",
            b"M\xfcller=\x1b$B;3ED\x1b(B",
            ["ISO 2022 IR 100", "ISO 2022 IR 87"],
            "Müller=山田",
        ),
        (
            b"ISO_IR 192\\ISO 2022 IR 87",
            b"Yamada=\x1b$B;3ED\x1b(B",
            ["", "ISO 2022 IR 87"],
            "Yamada=山田",
        ),
    ],
)
def test_sets_that_may_not_stand_together_are_told_by_the_values(
    declared: bytes, name: bytes, kept: str | list[str], text: str
) -> None:
    data = with_raw(film(), even(declared), even(name))
    assert read_context(data).text(tags.PATIENT_NAME) == text
    report, comment, words = words_in_chinese(data)
    assert report.SpecificCharacterSet == kept
    assert str(report.PatientName).strip() == text
    assert raw_name(report_bytes(data)) == raw_name(data)
    assert comment == "For research use only; not for diagnosis."
    assert "For research use only" in words


@pytest.mark.parametrize("declared", [b"ISO 2022 IR 87", b"ISO_IR 192\\ISO 2022 IR 159"])
def test_a_set_without_ascii_is_never_the_first(declared: bytes) -> None:
    found, right = charset.read(declared, [b"M\xfcller"])
    assert (found.terms[0], len(found.terms), right) == ("", 2, True)


@pytest.mark.parametrize("terms", [("", "ISO_IR 192"), ("ISO_IR 100", "GB18030"), ("", "GBK")])
def test_what_is_not_written_behind_another_set_holds_no_letter(terms: tuple[str, ...]) -> None:
    assert not CharacterSet(terms).holds("研究")
    assert CharacterSet(terms).holds("research")


@pytest.mark.parametrize(
    ("declared", "name", "kept", "text"),
    [
        (b"ISO_IR 149", "홍^길동".encode("euc-kr"), "ISO 2022 IR 149", "홍^길동"),
        (b"ISO_IR 58", "王^小东".encode("gb2312"), "ISO 2022 IR 58", "王^小东"),
        (b"ISO_IR 87", b"\x1b$B;3ED\x1b(B", ["", "ISO 2022 IR 87"], "山田"),
        (b"ISO_IR 159", b"\x1b$(D0!\x1b(B", ["", "ISO 2022 IR 159"], "丂"),
        (b"ISO 2022 IR 87", b"\x1b$B;3ED\x1b(B", ["", "ISO 2022 IR 87"], "山田"),
        (b"\\ISO-IR-149", b"\x1b$)C\xfb\xf3", ["", "ISO 2022 IR 149"], "洪"),
        (b"ISO-2022-JP", b"Y=\x1b$B;3ED\x1b(B", ["", "ISO 2022 IR 87"], "Y=山田"),
    ],
)
def test_a_set_of_another_name_is_no_other_set(
    declared: bytes, name: bytes, kept: str | list[str], text: str
) -> None:
    """Nor ASCII, however few bits its bytes have: a false letter is a false name."""
    data = with_raw(film(), even(declared), even(name))
    context = read_context(data)
    assert context.text(tags.PATIENT_NAME) == text
    assert (
        text.replace("^", ", ").replace("=", " ")
        in fhir_bundle(assessment(), "0" * 64, context, making()).decode()
    )
    made = report_bytes(data)
    assert raw_name(made) == raw_name(data)
    assert read(made).SpecificCharacterSet == kept
    assert str(read(made).PatientName).strip() == text
    assert comments(read(made))[0] == "For research use only; not for diagnosis."
