"""Small parts of FHIR resources: codes, quantities, who and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cxr_severity.interop.dicom import context as tags
from cxr_severity.interop.dicom.codes import PRIVATE, PRIVATE_OID, Concept
from cxr_severity.interop.dicom.context import StudyContext

SYSTEMS = {
    "SCT": "http://snomed.info/sct",
    "DCM": "http://dicom.nema.org/resources/ontology/DCM",
    "UCUM": "http://unitsofmeasure.org",
    PRIVATE: f"urn:oid:{PRIVATE_OID}",
}
LOINC, TERMS = "http://loinc.org", "http://terminology.hl7.org/CodeSystem"
_URI = "urn:ietf:rfc:3986"
_UNKNOWN = {
    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
    "valueCode": "unknown",
}

Json = dict[str, Any]


def coding(system: str, code: str, display: str | None = None) -> Json:
    return {"system": system, "code": code, **({"display": display} if display else {})}


def of(concept: Concept) -> Json:
    return coding(SYSTEMS[concept.scheme], concept.value, concept.meaning)


def concept(found: Concept) -> Json:
    return {"coding": [of(found)]}


def quantity(value: float, unit: Concept) -> Json:
    return {
        "value": round(value, 4),
        "unit": unit.meaning,
        "system": SYSTEMS[unit.scheme],
        "code": unit.value,
    }


def taken(context: StudyContext) -> str | None:
    """When the film was taken: FHIR knows no time of day without its zone."""
    found = context.taken
    if isinstance(found, datetime) and found.tzinfo is None:
        found = found.date()
    return None if found is None else found.isoformat()


def subject(context: StudyContext | None, unknown: str) -> Json:
    """The patient by the film's identifier alone; `unknown` is shown where it has none."""
    number = "" if context is None else context.text(tags.PATIENT_ID)
    name = "" if context is None else context.name
    found: Json = {"type": "Patient", "display": name or unknown}
    if context is None or not number:
        return {**found, "extension": [_UNKNOWN]}
    issuer = context.text(tags.ISSUER_OF_PATIENT_ID)
    assigner = {"assigner": {"display": issuer}} if issuer else {}
    return {**found, "identifier": {"value": number, **assigner}}


def imaging_study(context: StudyContext, who: Json) -> Json:
    """The film's study, as far as the film names it."""
    accession = context.text(tags.ACCESSION_NUMBER)
    identifiers: list[Json] = []
    if context.study:
        identifiers.append({"system": "urn:dicom:uid", "value": f"urn:oid:{context.study}"})
    if accession:
        kind = {"coding": [coding(f"{TERMS}/v2-0203", "ACSN", "Accession ID")]}
        identifiers.append({"type": kind, "value": accession})
    instance = {
        "uid": context.sop_instance,
        "sopClass": {"system": _URI, "code": f"urn:oid:{context.sop_class}"},
    }
    series = {
        "uid": context.series,
        "modality": coding(SYSTEMS["DCM"], context.modality),
        "instance": [instance],
    }
    # In FHIR neither series nor instance can do without UID and modality.
    whole = context.referable and context.modality
    began = context.study_date
    return {
        "resourceType": "ImagingStudy",
        "status": "available",
        "subject": who,
        **({"identifier": identifiers} if identifiers else {}),
        **({"started": began.isoformat()} if began else {}),
        **({"series": [series]} if whole else {}),
    }
