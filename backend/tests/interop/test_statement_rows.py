"""Each row of the conformance statement, and what its prose says of all objects, of real ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from interop.films import DX, SERIES, STUDY, film, later_assessment, making
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from cxr_severity.imaging.decode import decode
from cxr_severity.interop.dicom.capture import secondary_capture
from cxr_severity.interop.dicom.codes import FINDINGS
from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.dicom.look import read_look
from cxr_severity.interop.dicom.presentation import presentation_state
from cxr_severity.interop.dicom.report import structured_report
from cxr_severity.model.quality import Finding, Quality

TEXT = (Path(__file__).parents[3] / "docs" / "dicom-conformance.md").read_text(encoding="utf-8")
EVERY_FINDING = Quality(tuple(Finding(code, "warn", 0.5, 0.25) for code in FINDINGS))


def rows(name: str) -> list[list[str]]:
    """The cells of a table of the statement, without code marks."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", TEXT, re.DOTALL)
    assert found
    lines = found[1].splitlines()[2:]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def _report(data: bytes) -> bytes:
    judged = later_assessment(quality=EVERY_FINDING)
    return structured_report(judged, read_context(data), making())


def _capture(data: bytes) -> bytes:
    return secondary_capture(later_assessment(), decode(data), read_context(data), making())


def _state(data: bytes) -> bytes:
    return presentation_state(
        later_assessment(), read_context(data), read_look(data, decode(data)), making()
    )


MAKERS: dict[str, Callable[[bytes], bytes]] = {"sr": _report, "sc": _capture, "gsps": _state}


def made(name: str, data: bytes) -> Dataset:
    return pydicom.dcmread(BytesIO(MAKERS[name](data)))


def codes(dataset: Dataset) -> Iterator[tuple[str, str, str]]:
    """Code, scheme and meaning of every coded entry, however deep."""
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                yield from codes(item)
    value = dataset.get("CodeValue", dataset.get("LongCodeValue"))  # long above 16 letters
    if value is not None:
        yield value, dataset.CodingSchemeDesignator, dataset.CodeMeaning


def test_objects() -> None:
    assert [row[0] for row in rows("objects")] == list(MAKERS)
    series = set()
    for name, kind, uid, modality, number, description in rows("objects"):
        found = made(name, film())
        assert (found.SOPClassUID, found.SOPClassUID.name) == (uid, kind)
        assert (found.Modality, str(found.SeriesNumber)) == (modality, number)
        assert found.SeriesDescription == description
        # PS3.10, Explicit VR Little Endian, nothing compressed, one instance in its own series.
        assert MAKERS[name](film())[128:132] == b"DICM"
        assert found.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
        assert found.InstanceNumber == 1
        series.add(found.SeriesInstanceUID)
        assert "research" in str(found).lower()
    assert len(series | {SERIES}) == len(MAKERS) + 1


@pytest.mark.parametrize("name", MAKERS)
def test_carried(name: str) -> None:
    """Byte by byte where the film has it, and as the row says where it has not."""
    values = {
        "StudyDate": "20200405", "StudyTime": "060708.25", "AccessionNumber": "A-1 ",
        "ReferringPhysicianName": "Roe^Ri\u00e7ard", "TimezoneOffsetFromUTC": "-0330",
        "StudyDescription": "Thorax p.a. \u00e0 2 m", "PatientName": "M\u00fcller^J\u00f6rg",
        "PatientID": " 007", "IssuerOfPatientID": "Ward 7", "PatientBirthDate": "19600102",
        "PatientSex": "O", "PatientAge": "060Y", "PatientIdentityRemoved": "YES",
        "DeidentificationMethod": "by hand", "LongitudinalTemporalInformationModified": "MODIFIED",
        "StudyID": "S1",
    }  # fmt: skip
    whole = film(SpecificCharacterSet="ISO_IR 100", **values)
    bare = film(**dict.fromkeys(
        ("StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "PatientName",
         "PatientID", "PatientBirthDate", "PatientSex", "StudyID")
    ))  # fmt: skip
    source, full, empty = pydicom.dcmread(BytesIO(whole)), made(name, whole), made(name, bare)
    assert (full.StudyInstanceUID, full.SpecificCharacterSet) == (STUDY, "ISO_IR 100")
    table = {tuple(row[:2]): row[2] for row in rows("carried")}
    assert len(table) == len(values), "each row is tried"
    for (label, tag), absent in table.items():
        at = pydicom.tag.Tag(tag.strip("()").replace(",", ""))
        assert pydicom.datadict.dictionary_description(at) == label
        raw = [each.get_item(at, keep_deferred=True).value for each in (source, full)]
        assert raw[0] == raw[1], label
        assert (at in empty) == (absent == "empty"), label
        assert at not in empty or not empty[at].value, label


def test_codes() -> None:
    """The private codes of an object stand in the table, and those of the table in one; in FHIR
    alone each zone's score has a code of its own."""
    table = {tuple(row) for row in rows("codes")}
    found = {code for name in MAKERS for code in codes(made(name, film()))}
    assert {code for code in found if code[1] == "99CXRSEV"} <= table
    never = {code for code, _, _ in table - found}
    # Of the film here none is true: its header says that it is of no chest.
    mild, no, chest = "255604002", "373067005", "399208008"
    assert never == {mild, no, chest, *(f"brixia-zone-{zone}" for zone in "ABCDEF")}
    for name in MAKERS:
        scheme = made(name, film()).CodingSchemeIdentificationSequence[0]
        assert scheme.CodingSchemeDesignator == "99CXRSEV"


def test_what_the_prose_says_of_the_capture() -> None:
    capture = made("sc", film())
    assert (capture.BitsAllocated, capture.PhotometricInterpretation) == (8, "RGB")
    assert max(capture.Rows, capture.Columns) >= 640
    assert "quality 85" in TEXT
    assert (capture.LossyImageCompression, list(capture.ImageType)) == (
        "01",
        ["DERIVED", "SECONDARY"],
    )
    assert capture.SourceImageSequence[0].ReferencedSOPClassUID == DX
    assert "FrameOfReferenceUID" not in capture, "none is invented"


def test_what_the_prose_says_of_the_report() -> None:
    report = made("sr", film())
    assert (report.CompletionFlag, report.VerificationFlag) == ("PARTIAL", "UNVERIFIED")
    assert report.PreliminaryFlag == "PRELIMINARY"
    template = report.ContentTemplateSequence[0]
    assert (template.TemplateIdentifier, template.MappingResource) == ("1500", "DCMR")


def test_what_the_prose_says_of_the_state() -> None:
    layers = {layer.GraphicLayer for layer in made("gsps", film()).GraphicLayerSequence}
    assert layers == {"HEATMAP", "OPACITY", "ZONES", "RESULT"}
    assert all(f"{layer} " in TEXT or f"{layer}," in TEXT for layer in layers)
