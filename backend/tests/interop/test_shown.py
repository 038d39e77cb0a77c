"""What results say of the film's body part, of its sides and of letters in it, is what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from interop.drawn import read
from interop.films import assessment, conformance_errors, film, making
from pydicom.dataset import Dataset

from cxr_severity.imaging.decode import decode
from cxr_severity.interop.forms import FORMS, as_form
from cxr_severity.model.quality import Quality, with_declared
from cxr_severity.settings import FormName

PICTURES: tuple[FormName, ...] = ("sc", "gsps")


def made(name: FormName, **changes: Any) -> bytes:
    """Of a film that was graded whatever it says of itself."""
    data = film(**changes)
    radiograph = decode(data)
    judged = assessment(quality=with_declared(Quality(), radiograph.source.declared))
    return as_form(FORMS[name], judged, radiograph, data, making())


def region(value: str, scheme: str = "SCT") -> list[Dataset]:
    found = Dataset()
    found.CodeValue, found.CodingSchemeDesignator, found.CodeMeaning = value, scheme, "said"
    return [found]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({}, "CHEST"),
        ({"BodyPartExamined": "THORAX"}, "CHEST"),
        ({"BodyPartExamined": "chest "}, "CHEST"),
        ({"BodyPartExamined": "HAND", "Laterality": "R"}, "HAND"),
        ({"BodyPartExamined": "HAND", "ImageLaterality": "L"}, "HAND"),
        ({"BodyPartExamined": "CHESTABDOMEN"}, "CHESTABDOMEN"),
        ({"BodyPartExamined": "ABD/PELVIS"}, None),  # which no CS may be
        ({"BodyPartExamined": None}, "CHEST"),
        ({"BodyPartExamined": ""}, "CHEST"),
        ({"BodyPartExamined": None, "AnatomicRegionSequence": region("51185008")}, "CHEST"),
        ({"BodyPartExamined": None, "AnatomicRegionSequence": region("85562004")}, None),  # hand
        ({"BodyPartExamined": None, "AnatomicRegionSequence": []}, "CHEST"),
    ],
)
@pytest.mark.filterwarnings("ignore:Invalid value for VR CS")
def test_the_body_part_is_the_films(
    changes: dict[str, Any], part: str | None, tmp_path: Path
) -> None:
    for name in PICTURES:
        result = made(name, **changes)
        assert read(result).get("BodyPartExamined") == part
        side = changes.get("Laterality", changes.get("ImageLaterality"))
        assert (read(result).get("Laterality") or None) == side
        assert conformance_errors(result, tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"BodyPartExamined": "LUNG"}, ""),
        ({"BodyPartExamined": "LUNG", "ImageLaterality": "B"}, ""),
        ({"BodyPartExamined": "LUNG", "Laterality": "R"}, "R"),
        ({"BodyPartExamined": None, "AnatomicRegionSequence": region("39607008")}, ""),
        ({"BodyPartExamined": "HAND"}, ""),
        ({"BodyPartExamined": "WARD 7"}, ""),  # which may be of a pair
        ({"BodyPartExamined": None, "AnatomicRegionSequence": region("85562004")}, ""),
        ({"BodyPartExamined": "MEDIASTINUM"}, None),
        ({"BodyPartExamined": "TSPINE"}, None),
        ({"BodyPartExamined": "CHESTABDOMEN", "Laterality": "L"}, None),
        ({"BodyPartExamined": "CHEST", "ImageLaterality": "R"}, None),
    ],
)
def test_the_side_is_said_of_what_may_be_one_of_a_pair(
    changes: dict[str, Any], said: str | None, tmp_path: Path
) -> None:
    for name in PICTURES:
        result = made(name, **changes)
        element = read(result).get_item("Laterality")
        assert (element and (element.value or b"").decode().strip()) == said
        assert conformance_errors(result, tmp_path) == []


@pytest.mark.parametrize(
    ("sides", "said"),
    [
        (["L", "F"], ["L", "F"]),
        (["R", "F"], ["L", "F"]),  # mirrored, and shown upright
        (["FL", "R"], ["L", "F"]),
        (["P", "F"], None),
        (["A", "F"], None),
        (["L", "R"], None),
        (["L", "P"], None),
        (None, None),
    ],
)
def test_a_picture_faces_the_viewer_only_where_the_film_says_how(
    sides: list[str] | None, said: list[str] | None, tmp_path: Path
) -> None:
    result = made("sc", PatientOrientation=sides)
    assert (list(read(result).PatientOrientation or []) or None) == said
    assert conformance_errors(result, tmp_path) == []


@pytest.mark.parametrize(
    ("film_says", "said"),
    [("YES", "YES"), ("no", "NO"), ("MAYBE", None), ("N", None), ("UNKNOWN", None), ("", None)],
)
@pytest.mark.filterwarnings("ignore:Invalid value for VR CS")
def test_letters_in_the_picture_are_said_as_the_standard_has_it(
    film_says: str, said: str | None, tmp_path: Path
) -> None:
    result = made("sc", BurnedInAnnotation=film_says)
    assert read(result).get("BurnedInAnnotation") == said
    assert conformance_errors(result, tmp_path) == []


@pytest.mark.parametrize(("part", "code"), [("CHEST", "399208008"), ("HAND", "168537006")])
def test_no_film_of_a_chest_was_taken_where_it_is_of_another_part(
    part: str, code: str, tmp_path: Path
) -> None:
    report = made("sr", BodyPartExamined=part)
    (done,) = (
        item.ConceptCodeSequence[0].CodeValue
        for item in read(report).ContentSequence
        if item.ConceptNameCodeSequence[0].CodeValue == "121058"
    )
    assert done == code
    assert conformance_errors(report, tmp_path) == []
    bundle = json.loads(made("fhir", BodyPartExamined=part))
    codings = bundle["entry"][0]["resource"]["code"]["coding"]
    assert codings[-1]["code"] == code
    assert ("30745-4" in {each["code"] for each in codings}) == (part == "CHEST")
