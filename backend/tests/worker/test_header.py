"""Which films are wanted, as an archive is asked and as the film itself says."""

from __future__ import annotations

from datetime import datetime

import pytest
from pydicom.dataset import Dataset

from cxr_severity.imaging.errors import DamagedImageError
from cxr_severity.worker.header import Wanted, check_key, read_header

from .films import film, place

NOON = datetime(2026, 11, 5, 12)  # noqa: DTZ001 - the wards' own clock


def test_a_film_says_where_it_lies_and_what_it_is() -> None:
    header = read_header(film(3))
    assert header.place == place(3)
    assert (header.modality, header.body_part, header.view) == ("CR", "CHEST", "PA")
    assert (header.date, header.own) == ("20261103", False)


def test_a_film_that_says_nothing_is_read() -> None:
    silent = dict.fromkeys(
        ("StudyInstanceUID", "SeriesInstanceUID", "BodyPartExamined", "ViewPosition", "StudyDate")
    )
    header = read_header(film(3, **silent))
    assert (header.place.study, header.body_part, header.date) == ("", "", "")
    assert Wanted().objection(header, NOON) == ""
    # Where something is asked for, silence is no answer.
    assert Wanted(body_parts=("CHEST",)).objection(header, NOON) == "other-body-part"
    assert Wanted(views=("PA",)).objection(header, NOON) == "other-view"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Wanted(), ""),
        (Wanted(modalities=("DX",)), "other-modality"),
        (Wanted(modalities=()), ""),
        (Wanted(body_parts=("THORAX", "CHEST")), ""),
        (Wanted(body_parts=("THORAX",)), "other-body-part"),
        (Wanted(views=("AP",)), "other-view"),
        (Wanted(dates="20261103"), ""),
        (Wanted(dates="20261101-20261102"), "other-date"),
        (Wanted(dates="20261104-"), "other-date"),
        (Wanted(dates="-20261103"), ""),
        (Wanted(days=2), ""),
        (Wanted(days=1), "other-date"),
    ],
)
def test_what_is_asked_for_is_what_is_judged(wanted: Wanted, code: str) -> None:
    assert wanted.objection(read_header(film(3)), NOON) == code


def test_a_film_without_a_date_is_of_no_date_that_was_asked_for() -> None:
    assert Wanted(days=1).objection(read_header(film(3, StudyDate=None)), NOON) == "other-date"


@pytest.mark.parametrize(
    ("scheme", "view", "region", "said"),
    [
        ("SCT", "272479007", "51185008", ("PA", "CHEST")),
        ("SCT", "399348003", "816094009", ("AP", "CHEST")),
        ("SRT", "R-10214", "T-D3000", ("PA", "CHEST")),
        ("SNM3", "R-10206", "T-28000", ("AP", "LUNG")),
        ("SRT", "R-40888", "R-FAB55", ("PA", "CHESTABDOMEN")),
        ("SCT", "399198007", "85562004", ("", "")),  # lateral; hand
        ("SRT", "272479007", "51185008", ("", "")),  # of the other scheme
        ("", "", "", ("", "")),
    ],
)
def test_codes_count_where_a_film_has_no_words(
    scheme: str, view: str, region: str, said: tuple[str, str]
) -> None:
    codes = {
        "ViewCodeSequence": [code(view, scheme)],
        "AnatomicRegionSequence": [code(region, scheme)],
    }
    header = read_header(film(3, ViewPosition=None, BodyPartExamined="", **codes))
    assert (header.view, header.body_part) == said
    asked = Wanted(views=("PA", "AP"), body_parts=("CHEST", "LUNG", "CHESTABDOMEN"))
    assert asked.objection(header, NOON) == ("" if all(said) else "other-body-part")
    worded = read_header(film(3, ViewPosition="LLD", BodyPartExamined="THORAX", **codes))
    assert (worded.view, worded.body_part) == ("LLD", "THORAX")


def code(value: str, scheme: str) -> Dataset:
    found = Dataset()
    found.CodeValue, found.CodingSchemeDesignator, found.CodeMeaning = value, scheme, "said"
    return found


@pytest.mark.parametrize(
    ("wanted", "objection"),
    [
        (Wanted(days=2), ""), (Wanted(days=1), "other-date"), (Wanted(dates="20261103"), ""),
        (Wanted(dates="20261102-20261104"), ""), (Wanted(dates="20261104-"), "other-date"),
    ],
)  # fmt: skip
def test_a_date_counts_in_its_older_form(wanted: Wanted, objection: str) -> None:
    older = film(3).replace(b"DA\x08\x0020261103", b"DA\x0a\x002026.11.03")
    header = read_header(older)
    assert header.date == "20261103"
    assert wanted.objection(header, NOON) == objection


def test_what_is_no_date_stays_what_it_is() -> None:
    assert read_header(film(3, StudyDate="20261131")).date == "20261131"


def test_results_of_this_software_are_never_judged() -> None:
    own = film(3, Manufacturer="CXR Severity", ManufacturerModelName="cxr-severity")
    assert Wanted().objection(read_header(own), NOON) == "own-result"
    assert not read_header(film(3, Manufacturer="CXR Severity")).own


RAW, PROCESSING = (f"1.2.840.10008.5.1.4.1.1.{end}" for end in ("66", "1.1.1"))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"SOPClassUID": RAW, "PixelData": None}, "other-class"),
        ({"SOPClassUID": PROCESSING, "Modality": "DX"}, "other-class"),
        ({"PresentationIntentType": "FOR PROCESSING"}, "other-class"),
        ({"PresentationIntentType": "FOR PRESENTATION"}, ""),
        ({"SOPClassUID": None}, ""),
    ],
)
def test_what_a_detector_saw_is_no_film(said: dict[str, str | None], code: str) -> None:
    assert Wanted().objection(read_header(film(3, **said)), NOON) == code


def test_the_archive_is_asked_once_for_each_modality() -> None:
    wanted = Wanted(body_parts=("CHEST",), views=("PA",), days=2, others={"StationName": "ROOM3"})
    same = {"StudyDate": "20261103-", "StationName": "ROOM3"}
    assert list(wanted.queries(NOON)) == [same | {"Modality": "CR"}, same | {"Modality": "DX"}]
    assert list(Wanted(modalities=()).queries(NOON)) == [{}]


def test_a_film_that_is_cut_amid_its_pixels_says_what_it_is() -> None:
    assert read_header(film(3)[:-1000]) == read_header(film(3))


def test_a_cut_film_has_no_header() -> None:
    with pytest.raises(DamagedImageError):
        read_header(film(3)[:300])


def test_keys_are_those_of_the_standard() -> None:
    assert check_key("StationName") == "StationName"
    with pytest.raises(ValueError, match="Sation"):
        check_key("SationName")
