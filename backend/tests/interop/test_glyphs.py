"""No letter of a name or a number vanishes from the printed page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import pytest
from interop.films import assessment, film, later_assessment, making
from pypdfium2 import PdfDocument
from reportlab.pdfbase.ttfonts import TTFont
from support import REPOSITORY

from cxr_severity.imaging.decode import decode
from cxr_severity.interop import fonts, pdf
from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.direction import joined, turned
from cxr_severity.interop.fonts import chinese_font, further_fonts
from cxr_severity.interop.glyphs import Letters
from cxr_severity.interop.wrap import wrap
from cxr_severity.model.assessment import Assessment
from cxr_severity.model.quality import Finding, Quality
from cxr_severity.texts import results
from cxr_severity.texts.findings import FINDING_CODES
from cxr_severity.texts.language import LANGUAGES, TRANSLATIONS, Language, say

NOTES = {"en": "Each [U+…]", "ms": "Setiap [U+…]", "zh-CN": "每个 [U+…]"}


def page(
    name: str,
    number: str = "P-1",
    language: Language = "en",
    font: Path | None = None,
    judged: Assessment | None = None,
) -> PdfDocument:
    data = film(SpecificCharacterSet="ISO_IR 192", PatientName=name, PatientID=number)
    made = replace(making(language), font=font)
    return PdfDocument(pdf.pdf_page(judged or assessment(), decode(data), read_context(data), made))


def words(document: PdfDocument) -> list[str]:
    assert len(document) == 1
    text: str = document[0].get_textpage().get_text_bounded()
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "further_fonts", lambda: ())


@pytest.fixture
def dejavu() -> Path:
    found = next((path for path in further_fonts() if path.stem == "DejaVuSans"), None)
    if found is None:
        pytest.skip("no DejaVu Sans (Debian: fonts-dejavu-core)")
    return found


@pytest.mark.usefixtures("no_fonts")
@pytest.mark.parametrize(
    ("name", "number", "patient", "patient_id"),
    [
        ("Şahin^Işıl", "Ş-1", "[U+015E]ahin, I[U+015F][U+0131]l", "[U+015E]-1"),
        ("Dvořák^Jan", "D-1", "Dvo[U+0159]ák, Jan", "D-1"),
        ("Ким", "И7", "[U+041A][U+0438][U+043C]", "[U+0418]7"),
        ("حمد", "ح-12", "[U+062D][U+0645][U+062F]", "[U+062D]-12"),
        ("ชัย", "ท1", "[U+0E0A][U+0E31][U+0E22]", "[U+0E17]1"),
        ("Kim=金=김", "김1", "Kim 金 [U+AE40]", "[U+AE40]1"),
        ("S\u0327en^A\u0308", "1\u200b2", "[U+015E]en, Ä", "1[U+200B]2"),
        ("吉=\U00020bb7", "1\U00020bb7", "吉 [U+20BB7]", "1[U+20BB7]"),
    ],
)
def test_a_letter_of_no_font_is_printed_as_its_code(
    name: str, number: str, patient: str, patient_id: str
) -> None:
    if chinese_font() is None and {"金", "吉"} & set(patient):
        pytest.skip("what reads the page has no font to measure Chinese letters by")
    said = words(page(name, number))
    assert f"Patient {patient}" in said
    assert f"Patient ID {patient_id}" in said
    assert any(line.startswith(NOTES["en"]) for line in said)


@pytest.mark.usefixtures("no_fonts")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_note_is_in_every_language_and_only_where_it_is_needed(language: Language) -> None:
    with_note, without = page("Ş", language=language), page("Müller", language=language)
    assert any(line.startswith(NOTES[language]) for line in words(with_note))
    assert not any("[U+" in line for line in words(without))


@pytest.mark.usefixtures("no_fonts")
def test_what_the_page_says_itself_needs_no_font() -> None:
    letters = Letters(None, ())
    for sentence in (*results.ALL, *(say(each, "zh-CN") for each in TRANSLATIONS["zh-CN"])):
        assert letters.shown(sentence) == (sentence, True)


@pytest.mark.usefixtures("no_fonts")
def test_many_codes_stay_on_the_page_and_above_the_foot() -> None:
    every = Quality(tuple(Finding(code, "reject", None, None) for code in FINDING_CODES))
    document = page("ж" * 64, "и" * 64, judged=later_assessment(quality=every))
    said = "".join(words(document))
    assert said.count("[U+0436]") == 64
    assert said.count("[U+0438]") == 64
    drawn = document[0].render(scale=1).to_numpy()
    assert drawn[-85:-72].min() == 255
    assert drawn[:, -40:].min() == 255


@pytest.mark.parametrize(
    ("name", "number"),
    [("Şahin, Işıl", "Ş-1"), ("Dvořák, Jan", "Ř2"), ("Иванов, Иван", "И-7"), ("Ωμέγα", "Ω")],
)
def test_a_font_of_the_machine_draws_them(name: str, number: str, dejavu: Path) -> None:
    assert dejavu.is_file()
    said = words(page(name.replace(", ", "^"), number))
    assert f"Patient {name}" in said
    assert f"Patient ID {number}" in said
    assert not any("[U+" in line for line in said)


def test_arabic_is_joined_and_turned_and_the_number_stays_in_its_order(dejavu: Path) -> None:
    letters = Letters(None, (dejavu,))
    shown, drawn = letters.shown("م-12-34 محمد سلام")
    assert drawn
    assert normalize("NFKC", shown) == "م-12-34 محمد سلام"
    assert letters.runs(shown, bold=False) == [
        ("DejaVuSans", "\ufee1"),
        ("Helvetica", "-12-34 "),
        # سلام from its end: meem, lam with alef, seen; then محمد.
        ("DejaVuSans", "\ufee1\ufefc\ufeb3"),
        ("Helvetica", " "),
        ("DejaVuSans", "\ufeaa\ufee4\ufea4\ufee3"),
    ]


def test_words_from_right_to_left() -> None:
    assert turned("ab דוד לוי 12") == "ab יול דוד 12"
    assert joined("لا", lambda _: True) == "\ufefb"
    assert joined("می\u200cرود", lambda _: True) == "\ufee3\ufbfd\ufead\ufeed\ufea9"
    assert joined("محمد", lambda _: False) == "محمد"
    assert joined("بَب", lambda _: True) == "\ufe91\u064e\ufe90"


def test_letters_that_must_be_arranged_are_codes_whatever_the_fonts() -> None:
    assert Letters(None, further_fonts()).shown("कि") == ("[U+0915][U+093F]", False)


def test_a_letter_that_would_be_copied_as_another_is_its_code(dejavu: Path) -> None:
    assert "\U0001d538" in map(chr, TTFont("x", str(dejavu)).face.charToGlyph)
    assert Letters(dejavu, (dejavu,)).shown("\U0001d538ж") == ("[U+1D538]ж", False)


def test_chinese_letters_are_of_the_chinese_font() -> None:
    font = chinese_font()
    if font is None:
        pytest.skip("no font with Chinese letters; scripts/hospital-tools.sh tells how to get one")
    assert Letters(font, further_fonts()).runs("A小", bold=True) == [
        ("Helvetica-Bold", "A"),
        (Letters(font, ()).runs("东", bold=False)[0][0], "小"),
    ]


def test_the_image_has_fonts_that_are_looked_for() -> None:
    image = (REPOSITORY / "backend" / "Dockerfile").read_text().rsplit("\nFROM ", 1)[1]
    debian = Path("/usr/share/fonts/truetype")
    for package, file, places in (
        ("fonts-dejavu-core", "dejavu/DejaVuSans.ttf", fonts._MORE),
        ("fonts-droid-fallback", "droid/DroidSansFallbackFull.ttf", fonts._PLACES),
    ):
        assert package in image
        assert str(debian / file) in places


def test_a_file_that_is_no_font_is_passed_over(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    assert Letters(broken, (broken, tmp_path / "gone.ttf")).shown("小Ş") == ("小[U+015E]", False)


def test_codes_are_parted_like_words() -> None:
    text = "a[U+0436][U+0437]-1 b"
    assert wrap(text, lambda line: len(line) <= 9) == ["a[U+0436]", "[U+0437]", "-1 b"]
    assert wrap("[U+…] b", lambda line: len(line) <= 5) == ["[U+…]", "b"]
