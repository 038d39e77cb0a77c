"""The FHIR bundle, as two libraries of R4 models read it."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhirclient.models.bundle import Bundle as BundleOfR4
from interop.films import FILM, SERIES, STUDY, assessment, film, later_assessment, making

from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.fhir.bundle import fhir_bundle
from cxr_severity.model.assessment import Assessment
from cxr_severity.model.quality import Finding, Quality
from cxr_severity.texts.findings import FINDING_CODES
from cxr_severity.texts.language import LANGUAGES, Language, say
from cxr_severity.texts.results import NOT_FIT, RESEARCH

SHA = "ab" * 32
UNKNOWN = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ABSENT = {"PatientID": None, "PatientName": None, "AccessionNumber": None, "StudyDate": None}


def bundle(
    judged: Assessment | None = None, language: Any = "en", dicom: bool = True, **changes: Any
) -> dict[str, Any]:
    context = read_context(film(**changes)) if dicom else None
    data = fhir_bundle(judged or assessment(), SHA, context, making(language))
    found: dict[str, Any] = json.loads(data)
    return found


def resources(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    every = [entry["resource"] for entry in found["entry"]]
    return [each for each in every if each["resourceType"] == kind]


def by_code(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["code"]["coding"][0]["code"]: each for each in resources(found, "Observation")}


FORMS = [
    {},
    {"judged": later_assessment(), "language": "zh-CN"},
    {"dicom": False, "language": "ms"},
    ABSENT,
    {"StudyInstanceUID": None, "Modality": "CR"},
    {"Modality": ""},
    {"TimezoneOffsetFromUTC": "+0800", "IssuerOfPatientID": "Ward 7"},
    {
        "judged": assessment(
            explanation=None,
            quality=Quality(tuple(Finding(code, "reject", None, 1.0) for code in FINDING_CODES)),
        )
    },
]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_what_the_models_would_write(form: dict[str, Any]) -> None:
    found = bundle(**form)
    assert json.loads(Bundle.model_validate(found).model_dump_json()) == found


@pytest.mark.parametrize("form", FORMS)
def test_the_models_of_two_libraries_accept_it(form: dict[str, Any]) -> None:
    found = bundle(**form)
    Bundle.model_validate(found)
    read = BundleOfR4(found, strict=True)
    assert len(read.entry) == len(found["entry"])


@pytest.mark.parametrize("form", FORMS)
def test_every_reference_leads_to_an_entry_of_the_bundle(form: dict[str, Any]) -> None:
    found = bundle(**form)
    urls = [entry["fullUrl"] for entry in found["entry"]]
    assert len(set(urls)) == len(urls)

    def referenced(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["reference"]] if "reference" in node else []
            return own + [url for value in node.values() for url in referenced(value)]
        if isinstance(node, list):
            return [url for value in node for url in referenced(value)]
        return []

    assert set(referenced(found["entry"])) == set(urls[1:])


def test_severity_is_coded_in_snomed_ct() -> None:
    severity = by_code(bundle())["severity"]
    assert severity["valueCodeableConcept"]["coding"] == [
        {"system": "http://snomed.info/sct", "code": "6736007", "display": "Moderate"}
    ]
    components = [(part["code"]["coding"][0]["code"], part) for part in severity["component"]]
    assert {name: part["valueQuantity"]["value"] for name, part in components[:3]} == {
        "prob-mild": 0.05,
        "prob-moderate": 0.6,
        "prob-severe": 0.35,
    }
    plausible = [part["valueCodeableConcept"] for name, part in components if name == "plausible"]
    assert [each["coding"][0]["code"] for each in plausible] == ["6736007", "24484000"]
    assert components[-1][1]["valueBoolean"] is True


@pytest.mark.parametrize(
    ("grade", "code"), [("mild", "255604002"), ("moderate", "6736007"), ("severe", "24484000")]
)
def test_each_grade_has_its_code(grade: str, code: str) -> None:
    others = {"mild": 0.1, "moderate": 0.1, "severe": 0.1, grade: 0.8}
    found = bundle(assessment(probabilities=others, prediction_set=(grade,)))
    (report,) = resources(found, "DiagnosticReport")
    assert report["conclusionCode"][0]["coding"][0]["code"] == code
    assert by_code(found)["severity"]["valueCodeableConcept"]["coding"][0]["code"] == code


def test_the_report_is_preliminary_and_speaks_of_the_radiograph() -> None:
    (report,) = resources(bundle(), "DiagnosticReport")
    assert report["status"] == "preliminary"
    assert report["conclusion"].splitlines() == [
        "Radiographic severity: Moderate",
        "Grades that remain plausible: Moderate, Severe",
        "Estimated Brixia score: 8.0 of 18",
        "With care: A part of the lungs may lie outside the picture.",
        "With care: The picture has few pixels; fine changes cannot be seen in it.",
        "For research use only; not for diagnosis.",
    ]
    assert report["issued"] == "2026-03-04T05:06:07Z"
    assert report["effectiveDateTime"] == "2020-04-05"
    assert "Moderate" in report["text"]["div"]
    (chinese,) = resources(bundle(language="zh-CN"), "DiagnosticReport")
    assert chinese["conclusion"].splitlines()[0] == "影像学严重程度: 中度"
    assert chinese["language"] == "zh-CN"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", ["reject", "warn"])
def test_the_report_says_what_the_gate_found(level: Any, language: Language) -> None:
    """A film that was graded all the same is none whose report may look like any other."""
    found = tuple(Finding(code, level, None, 1.0) for code in FINDING_CODES)
    judged = assessment(quality=Quality(found))
    (report,) = resources(bundle(judged, language), "DiagnosticReport")
    lines = report["conclusion"].splitlines()
    assert (say(NOT_FIT, language) in lines) == (level == "reject")
    for finding in found:
        assert any(line.endswith(say(finding.message, language)) for line in lines)
        assert escape(say(finding.message, language)) in report["text"]["div"]
    assert lines[-1] == say(RESEARCH, language)


def test_total_and_zones() -> None:
    found = by_code(bundle())
    assert found["brixia-total"]["valueQuantity"] == {
        "value": 8.0,
        "unit": "score",
        "system": "http://unitsofmeasure.org",
        "code": "{score}",
    }
    assert "component" not in found["brixia-total"]
    zones = {name[-1]: each for name, each in found.items() if name.startswith("brixia-zone")}
    assert {zone: each["valueQuantity"]["value"] for zone, each in zones.items()} == {
        "A": 0.5, "B": 1.25, "C": 2.75, "D": 0.0, "E": 1.5, "F": 2.0,
    }  # fmt: skip
    assert zones["C"]["code"]["text"] == "Estimated Brixia score, Right lung, Lower"
    assert zones["D"]["bodySite"]["text"] == "Left: Upper zone of lung"
    assert len(found["brixia-total"]["hasMember"]) == 6
    # A reader would show every score as one of the healthy.
    assert not [name for name, each in found.items() if "referenceRange" in each]


def test_a_later_version_says_more() -> None:
    found = by_code(bundle(later_assessment()))
    assert [part["valueQuantity"]["value"] for part in found["brixia-total"]["component"]] == [
        5.5,
        11.0,
    ]
    (share,) = found["brixia-zone-A"]["component"]
    assert share["valueQuantity"]["value"] == 0.125
    assert "component" not in found["brixia-zone-B"]


def test_quality() -> None:
    quality = by_code(bundle())["accepted"]
    assert quality["valueBoolean"] is True
    assert [part["code"]["coding"][0]["code"] for part in quality["component"]] == [
        "lungs-cut-off",
        "low-resolution",
    ]
    assert quality["component"][0]["interpretation"] == [{"text": "warn"}]


def test_the_study_is_named_as_the_film_names_it() -> None:
    (study,) = resources(bundle(TimezoneOffsetFromUTC="+0800"), "ImagingStudy")
    assert study["identifier"][0] == {"system": "urn:dicom:uid", "value": f"urn:oid:{STUDY}"}
    assert study["identifier"][1]["value"] == "A-1"
    (series,) = study["series"]
    assert (series["uid"], series["modality"]["code"]) == (SERIES, "DX")
    assert series["instance"][0]["uid"] == FILM
    assert study["subject"]["identifier"]["value"] == "P-1"
    assert study["subject"]["display"] == "Doe, Jane"
    severity = by_code(bundle(TimezoneOffsetFromUTC="+0800"))["severity"]
    assert severity["effectiveDateTime"] == "2020-04-05T06:07:08+08:00"


@pytest.mark.parametrize("dicom", [True, False])
def test_what_is_not_known_is_said_and_not_invented(dicom: bool) -> None:
    found = bundle(dicom=dicom, **ABSENT)
    for each in [*resources(found, "Observation"), *resources(found, "DiagnosticReport")]:
        assert each["subject"] == {
            "type": "Patient",
            "display": "not said in the film",
            "extension": [{"url": UNKNOWN, "valueCode": "unknown"}],
        }
        assert "effectiveDateTime" not in each
    assert not resources(found, "Patient")
    studies = resources(found, "ImagingStudy")
    assert [study["identifier"][0]["value"] for study in studies] == [f"urn:oid:{STUDY}"] * dicom
    assert all(len(study["identifier"]) == 1 for study in studies)


def test_the_device_names_both_versions() -> None:
    (device,) = resources(bundle(), "Device")
    assert device["version"][0] == {"type": {"text": "model"}, "value": "1.0.0"}
    assert "Not a diagnosis" in device["note"][0]["text"]


def test_letters_of_markup_in_a_name_stay_letters() -> None:
    found = bundle(PatientName="<b>^&")
    (report,) = resources(found, "DiagnosticReport")
    assert report["subject"]["display"] == "<b>, &"


def test_a_name_in_several_scripts() -> None:
    found = bundle(SpecificCharacterSet="GB18030", PatientName="Wang^XiaoDong=王^小东")
    (report,) = resources(found, "DiagnosticReport")
    assert report["subject"]["display"] == "Wang, XiaoDong 王 小东"


@pytest.mark.parametrize("blank", ["\N{NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE} "])
def test_an_identifier_of_blanks_alone_is_none(blank: str) -> None:
    names: dict[str, Any] = dict.fromkeys(
        ("PatientID", "AccessionNumber", "IssuerOfPatientID"), blank
    )
    found = bundle(SpecificCharacterSet="ISO_IR 192", **names)
    (study,) = resources(found, "ImagingStudy")
    assert "identifier" not in study["subject"]
    assert [one["value"] for one in study["identifier"]] == [f"urn:oid:{STUDY}"]
