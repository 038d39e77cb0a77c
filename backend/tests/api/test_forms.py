"""Results in a hospital's forms, over HTTP."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import pydicom
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from interop.films import SAMPLE, STUDY, conformance_errors, film
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.settings import Settings

CLASSES = {
    "sr": "1.2.840.10008.5.1.4.1.1.88.33",
    "sc": "1.2.840.10008.5.1.4.1.1.7",
    "gsps": "1.2.840.10008.5.1.4.1.1.11.1",
}


@pytest.fixture(scope="module")
def client(random_version: Path) -> Iterator[TestClient]:
    settings = Settings.of(
        weights=random_version.parent, uid_root="1.2.826.0.1.99", forms=["sr", "fhir"]
    )
    with TestClient(create_app(settings)) as client:
        until_ready(client)
        yield client


def ask(client: TestClient, accept: str, data: bytes, query: str = "") -> Response:
    headers = {"Accept": accept}
    return client.post(f"/predict?force=true&{query}", files={"file": data}, headers=headers)


@pytest.mark.parametrize("kind", CLASSES)
def test_dicom_objects(client: TestClient, kind: str, tmp_path: Path) -> None:
    response = ask(client, "application/dicom", film(), f"object={kind}&explain=false")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/dicom"
    assert response.headers["vary"] == "Accept, Accept-Language"
    found = pydicom.dcmread(BytesIO(response.content))
    assert found.SOPClassUID == CLASSES[kind]
    assert (found.StudyInstanceUID, found.PatientID) == (STUDY, "P-1")
    assert found.SOPInstanceUID.startswith("1.2.826.0.1.99.")
    assert conformance_errors(response.content, tmp_path) == []


def test_the_other_forms(client: TestClient) -> None:
    fhir = ask(client, "application/fhir+json", film())
    assert fhir.headers["content-type"] == "application/fhir+json"
    assert fhir.json()["resourceType"] == "Bundle"
    assert ask(client, "application/pdf", film()).content.startswith(b"%PDF-")
    lines = ask(client, "application/x-ndjson", film(), "explain=false")
    assert lines.content.endswith(b"}\n")
    assert lines.content.count(b"\n") == 1
    plain = ask(client, "*/*", film(), "explain=false").json()
    (row,) = csv.DictReader(StringIO(ask(client, "text/csv", film()).text, newline=""))
    said = json.loads(lines.content)
    assert row["severity"] == said["severity"] == plain["severity"]
    assert float(row["brixia_total"]) == pytest.approx(plain["brixia"]["total"], abs=1e-3)


def test_what_cannot_be_given_has_a_code(client: TestClient) -> None:
    picture = SAMPLE.read_bytes()
    cases = [
        (ask(client, "image/png", film()), 406, "not-acceptable"),
        (ask(client, "application/dicom", picture), 422, "no-dicom-source"),
        (ask(client, "application/dicom", film(StudyInstanceUID=None)), 422, "dicom-without-uids"),
        (ask(client, "application/dicom", film(), "object=pm"), 422, "invalid-request"),
    ]
    for response, status, code in cases:
        assert response.headers["content-type"] == "application/problem+json"
        assert (response.status_code, response.json()["code"]) == (status, code)
    assert ask(client, "application/fhir+json", picture).status_code == 200
    assert ask(client, "application/pdf", picture).status_code == 200
