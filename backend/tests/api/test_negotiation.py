"""Which form of a result a request's `Accept` asks for."""

from __future__ import annotations

import pytest

from cxr_severity.api.errors import ApiError
from cxr_severity.api.negotiation import form_of
from cxr_severity.interop.forms import Form


def chosen(accept: str) -> str:
    found = form_of(accept, "sc")
    return found.name if isinstance(found, Form) else found


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/json", "json"),
        ("application/*", "json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json"),
        ("application/x-ndjson", "lines"),
        ("application/dicom", "sc"),
        ("Application/DICOM; transfer-syntax=1.2.840.10008.1.2.1", "sc"),
        ("application/fhir+json; fhirVersion=4.0", "fhir"),
        ("application/pdf", "pdf"),
        ("text/*", "csv"),
        ("application/json;q=0.5, application/pdf", "pdf"),
        ("application/pdf;q=0.2, text/csv;q=0.3", "csv"),
        ("application/dicom, */*;q=0.1", "sc"),
        ("*/*, application/fhir+json", "fhir"),
        ("application/json;q=0, */*", "lines"),
        ("image/png, application/pdf;q=nonsense, text/csv;q=0.1", "csv"),
    ],
)
def test_the_form_that_is_liked_best(accept: str, form: str) -> None:
    assert chosen(accept) == form


@pytest.mark.parametrize("accept", ["image/png", "text/html", "application/json;q=0", "nonsense"])
def test_what_cannot_be_given_is_refused(accept: str) -> None:
    with pytest.raises(ApiError) as refusal:
        form_of(accept, "sr")
    assert refusal.value.kind.code == "not-acceptable"
    assert refusal.value.kind.status == 406
    assert "application/fhir+json" in str(refusal.value)


def test_a_very_long_header_is_not_read_to_its_end() -> None:
    assert chosen("application/json," + "a/b," * 100_000) == "json"
