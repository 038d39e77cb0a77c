"""Character sets with escape sequences, and those that a library does not know."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest
from interop.drawn import presented, read
from interop.films import assessment, film, making
from interop.test_context import comments, raw_name, with_raw

from cxr_severity.interop.dicom import context as tags
from cxr_severity.interop.dicom.charset import CharacterSet
from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.dicom.report import structured_report
from cxr_severity.interop.fhir.bundle import fhir_bundle

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
