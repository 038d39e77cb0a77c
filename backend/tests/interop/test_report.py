"""The structured report, as highdicom, DCMTK and dicom3tools read it."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from highdicom.sr import ComprehensiveSR, MeasurementReport, srread
from interop.films import (
    FILM,
    SERIES,
    assessment,
    conformance_errors,
    film,
    later_assessment,
    making,
    tool,
)
from pydicom.uid import UID

from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.dicom.report import structured_report
from cxr_severity.interop.errors import NotReferableError
from cxr_severity.model.assessment import ZONES, Assessment
from cxr_severity.model.quality import Finding, Quality
from cxr_severity.texts.findings import FINDING_CODES


def report(judged: Assessment | None = None, **changes: Any) -> bytes:
    return structured_report(judged or assessment(), read_context(film(**changes)), making())


def read(data: bytes) -> ComprehensiveSR:
    found = srread(BytesIO(data))
    assert isinstance(found, ComprehensiveSR)
    return found


def measured(data: bytes) -> MeasurementReport:
    content = read(data).content
    assert isinstance(content, MeasurementReport)
    return content


def numbers(group: Any) -> dict[str, tuple[float, str]]:
    return {
        each.name.meaning: (float(each.value), each.unit.value) for each in group.get_measurements()
    }


def evaluations(group: Any) -> list[tuple[str, str, str]]:
    return [
        (each.name.meaning, each.value.value, each.value.scheme_designator)
        for each in group.get_qualitative_evaluations()
    ]


def test_the_film_is_judged_in_codes_and_numbers() -> None:
    film_group = measured(report()).get_image_measurement_groups()[0]
    assert numbers(film_group) == {
        "Probability of mild": (0.05, "1"),
        "Probability of moderate": (0.6, "1"),
        "Probability of severe": (0.35, "1"),
        "Brixia score, 0 to 18": (8.0, "{score}"),
    }
    assert evaluations(film_group) == [
        ("Severity", "6736007", "SCT"),
        ("Severity that remains plausible", "6736007", "SCT"),
        ("Severity that remains plausible", "24484000", "SCT"),
        ("A person should decide between severities", "373066001", "SCT"),
        ("Image is fit for a judgement", "373066001", "SCT"),
        ("Quality Finding", "lungs-cut-off", "99CXRSEV"),
        ("Quality Finding", "low-resolution", "99CXRSEV"),
    ]


def test_each_zone_has_its_group_site_side_and_algorithm() -> None:
    groups = measured(report()).get_image_measurement_groups()[1:]
    assert [group.tracking_identifier for group in groups] == [f"zone {zone}" for zone in ZONES]
    assert len({group.tracking_uid for group in groups}) == len(ZONES)
    found = {}
    for zone, group in zip(ZONES, groups, strict=True):
        (site,) = group.finding_sites
        assert site.laterality is not None
        found[zone] = (site.value.meaning, site.laterality.meaning, numbers(group))
        names = {
            item.name.meaning: item.value
            for item in group[0].ContentSequence
            if item.ValueType == "TEXT"
        }
        assert names["Algorithm Name"] == "cxr-severity"
        assert names["Algorithm Version"] == "1.0.0"
        (source,) = group.source_images
        assert source.referenced_sop_instance_uid == FILM
    score = "Brixia score of the zone, 0 to 3"
    assert found == {
        "A": ("Upper zone of lung", "Right", {score: (0.5, "{score}")}),
        "B": ("Middle zone of lung", "Right", {score: (1.25, "{score}")}),
        "C": ("Lower zone of lung", "Right", {score: (2.75, "{score}")}),
        "D": ("Upper zone of lung", "Left", {score: (0.0, "{score}")}),
        "E": ("Middle zone of lung", "Left", {score: (1.5, "{score}")}),
        "F": ("Lower zone of lung", "Left", {score: (2.0, "{score}")}),
    }


def test_it_is_preliminary_and_names_its_evidence() -> None:
    found = read(report())
    assert (found.PreliminaryFlag, found.VerificationFlag) == ("PRELIMINARY", "UNVERIFIED")
    (study,) = found.CurrentRequestedProcedureEvidenceSequence
    (series,) = study.ReferencedSeriesSequence
    assert series.SeriesInstanceUID == SERIES
    assert [each.ReferencedSOPInstanceUID for each in series.ReferencedSOPSequence] == [FILM]
    assert found.SeriesDescription == "CXR Severity report (research)"
    assert found.Modality == "SR"


def test_a_later_version_says_more() -> None:
    found = measured(report(later_assessment(), PatientOrientation=["R", "F"]))
    film_group = found.get_image_measurement_groups()[0]
    assert numbers(film_group)["Brixia score, lower end of the 90% interval"] == (5.5, "{score}")
    assert numbers(film_group)["Brixia score, upper end of the 90% interval"] == (11.0, "{score}")
    zones = found.get_planar_roi_measurement_groups()
    assert [zone.tracking_identifier for zone in zones] == ["zone A", "zone D"]
    assert numbers(zones[0])["Share of the zone that is opaque"] == (0.125, "1")
    # The film is stored mirrored: what is left in the upright picture is right in the stored one.
    assert zones[0].roi is not None
    np.testing.assert_allclose(
        zones[0].roi.value, [(576, 52.4), (384, 52.4), (384, 157.2), (576, 157.2), (576, 52.4)]
    )


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("bare", [False, True])
def test_dciodvfy_finds_no_error(later: bool, bare: bool, tmp_path: Path) -> None:
    judged = later_assessment() if later else assessment()
    without = {"PatientID": None, "PatientName": None, "StudyDate": None, "AccessionNumber": None}
    assert conformance_errors(report(judged, **(without if bare else {})), tmp_path) == []


def test_every_finding_of_the_gate_can_be_said(tmp_path: Path) -> None:
    quality = Quality(tuple(Finding(code, "reject", None, None) for code in FINDING_CODES))
    data = report(assessment(quality=quality))
    said = evaluations(measured(data).get_image_measurement_groups()[0])
    assert ("Image is fit for a judgement", "373067005", "SCT") in said
    assert [code for name, code, _ in said if name == "Quality Finding"] == list(FINDING_CODES)
    assert conformance_errors(data, tmp_path) == []


def test_dsrdump_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "report.dcm"
    path.write_bytes(report(later_assessment()))
    run = subprocess.run([tool("dsrdump"), "+Pl", str(path)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    assert '(6736007,SCT,"Moderate")' in run.stdout
    assert "For research use only; not for diagnosis." in run.stdout


def test_uids_are_new_each_time_unless_a_seed_is_given() -> None:
    context = read_context(film())
    free = [read(structured_report(assessment(), context, making())) for _ in range(2)]
    assert free[0].SOPInstanceUID != free[1].SOPInstanceUID
    seeded = [structured_report(assessment(), context, making(seed="film 7")) for _ in range(2)]
    assert seeded[0] == seeded[1]
    rooted = read(structured_report(assessment(), context, making(root="1.2.826.0.1.99")))
    for uid in (rooted.SOPInstanceUID, rooted.SeriesInstanceUID):
        assert uid.startswith("1.2.826.0.1.99.")
        assert UID(uid).is_valid


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"])
def test_a_film_that_cannot_be_named_gets_no_report(keyword: str) -> None:
    with pytest.raises(NotReferableError):
        report(**{keyword: None})
