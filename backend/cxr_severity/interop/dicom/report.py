"""The judgement as a Comprehensive SR by TID 1500, Measurement Report.

A first measurement group (TID 1501) speaks of the film: severity, its probabilities, what remains
plausible, the Brixia total, what the gate found. One more for each of the six zones: by TID 1410
with its outline where the version gives one, else by TID 1501. Each names the algorithm (TID 4019).
The document is preliminary and unverified, as nobody has read it yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from highdicom.sr import (
    AlgorithmIdentification,
    CodedConcept,
    DeviceObserverIdentifyingAttributes,
    FindingSite,
    LanguageOfContentItemAndDescendants,
    ObservationContext,
    ObserverContext,
    SourceImageForMeasurementGroup,
    SourceImageForRegion,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from cxr_severity.interop.dicom import codes as concepts
from cxr_severity.interop.dicom import encoded
from cxr_severity.interop.dicom.codes import Concept
from cxr_severity.interop.dicom.context import StudyContext
from cxr_severity.interop.dicom.encoded import CONTEXT
from cxr_severity.interop.dicom.stamp import (
    Kind,
    character_set_for,
    device_uid,
    require_referable,
    series_reference,
    stamp,
    to_file,
)
from cxr_severity.interop.extras import Extras, extras
from cxr_severity.interop.geometry import on_stored
from cxr_severity.interop.making import MANUFACTURER, MODEL_NAME, Making, Result
from cxr_severity.model.assessment import ZONES, Assessment, Zone
from cxr_severity.texts.language import Language, say
from cxr_severity.texts.results import NO_IDENTITY, RESEARCH

KIND = Kind(
    key="sr",
    sop_class="1.2.840.10008.5.1.4.1.1.88.33",
    modality="SR",
    series_number=99101,
    description="CXR Severity report (research)",
)
_TITLE = Concept("126000", "DCM", "Imaging Measurement Report")
_MEASUREMENTS = Concept("126010", "DCM", "Imaging Measurements")
_GROUP = Concept("125007", "DCM", "Measurement Group")
_TRACKING, _TRACKING_UID = (
    Concept("112039", "DCM", "Tracking Identifier"),
    Concept("112040", "DCM", "Tracking Unique Identifier"),
)
_FINDING = Concept("121071", "DCM", "Finding")
_PROCEDURE = Concept("121058", "DCM", "Procedure reported")
_REGION = Concept("111030", "DCM", "Image Region")
_LANGUAGES: dict[Language, CodedConcept] = {
    "en": CodedConcept("en", "RFC5646", "English"),
    "ms": CodedConcept("ms", "RFC5646", "Malay"),
    "zh-CN": CodedConcept("zh-CN", "RFC5646", "Chinese (China)"),
}


def make(result: Result) -> bytes:
    """The report of a result; NoDicomSourceError where the file names nobody."""
    return structured_report(result.assessment, result.study, result.making)


def structured_report(assessment: Assessment, context: StudyContext, making: Making) -> bytes:
    """The report as a DICOM file.

    Raises:
        NotReferableError: the film has no UIDs by which it could be named.
    """
    require_referable(context)
    remarks = [RESEARCH, *(finding.message for finding in assessment.quality.findings)]
    if context.missing:
        remarks.append(NO_IDENTITY)
    character_set, language = character_set_for(context, making.language, remarks)
    document = Dataset()
    document.ReferencedPerformedProcedureStepSequence = []
    document.PerformedProcedureCodeSequence = []
    evidence = Dataset()
    evidence.StudyInstanceUID = context.study
    evidence.ReferencedSeriesSequence = [series_reference(context, "ReferencedSOPSequence")]
    document.CurrentRequestedProcedureEvidenceSequence = [evidence]
    document.CompletionFlag, document.VerificationFlag = "PARTIAL", "UNVERIFIED"
    document.PreliminaryFlag = "PRELIMINARY"
    document.ValueType, document.ContinuityOfContent = "CONTAINER", "SEPARATE"
    document.ConceptNameCodeSequence = [encoded.concept(_TITLE)]
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "1500"
    document.ContentTemplateSequence = [template]
    stamp(document, KIND, assessment, context, making, character_set)
    content = [
        _language(language),
        _observer(assessment.model_name, assessment.model_version, device_uid(assessment, making)),
        encoded.code(_PROCEDURE, concepts.procedure(assessment), encoded.MODIFIER),
        encoded.container(_MEASUREMENTS, None, _groups(assessment, context, making)),
        *(
            encoded.text(concepts.COMMENT, say(remark, language), character_set.value)
            for remark in remarks
        ),
    ]
    return to_file(document, character_set, encoded.sequence(encoded.CONTENT_SEQUENCE, content))


def _groups(assessment: Assessment, context: StudyContext, making: Making) -> Iterator[bytes]:
    more = extras(assessment)
    algorithm = _algorithm(assessment.model_name, assessment.model_version)
    film = encoded.items_of(
        [SourceImageForMeasurementGroup(context.sop_class, context.sop_instance)]
    )
    yield encoded.container(
        _GROUP,
        "1501",
        [
            *_tracking("radiograph", making),
            encoded.code(_FINDING, concepts.RADIOGRAPHIC_SEVERITY),
            _site(concepts.LUNG, None),
            algorithm,
            *_judged(assessment, more),
            film,
        ],
    )
    selected = encoded.items_of([SourceImageForRegion(context.sop_class, context.sop_instance)])
    for zone in ZONES:
        outline = more.outlines.get(zone)
        region = []
        if outline is not None:
            region = [encoded.outline(_REGION, on_stored(outline, context), [selected])]
        yield encoded.container(
            _GROUP,
            "1410" if region else "1501",
            [
                *_tracking(f"zone {zone}", making),
                encoded.code(_FINDING, concepts.NAMED_ZONES[zone]),
                _site(*concepts.SITES[zone]),
                algorithm,
                *_measured(assessment, more, zone),
                *(region or [film]),
            ],
        )


def _judged(assessment: Assessment, more: Extras) -> Iterator[bytes]:
    for grade, probability in assessment.probabilities.items():
        yield encoded.number(concepts.PROBABILITIES[grade], probability, concepts.NO_UNIT)
    yield encoded.number(concepts.TOTAL_SCORE, assessment.brixia.total, concepts.SCORE)
    if more.interval is not None:
        ends = (concepts.TOTAL_LOW, concepts.TOTAL_HIGH)
        for name, value in zip(ends, more.interval, strict=True):
            yield encoded.number(name, value, concepts.SCORE)
    yield encoded.code(concepts.SEVERITY, concepts.GRADES[assessment.severity])
    for grade in assessment.prediction_set:
        yield encoded.code(concepts.PLAUSIBLE, concepts.GRADES[grade])
    yield encoded.code(concepts.REFER, _yes(assessment.refer))
    yield encoded.code(concepts.ACCEPTED, _yes(assessment.quality.accepted))
    for finding in assessment.quality.findings:
        yield encoded.code(concepts.QUALITY_FINDING, concepts.FINDINGS[finding.code])


def _measured(assessment: Assessment, more: Extras, zone: Zone) -> Iterator[bytes]:
    yield encoded.number(concepts.ZONE_SCORE, assessment.brixia.zones[zone], concepts.SCORE)
    if zone in more.shares:
        yield encoded.number(concepts.ZONE_OPACITY, more.shares[zone], concepts.NO_UNIT)


def _yes(value: bool) -> Concept:
    return concepts.YES if value else concepts.NO


def _tracking(name: str, making: Making) -> Iterable[bytes]:
    return (
        encoded.text(_TRACKING, name, "ISO_IR 6", CONTEXT),
        encoded.uid(_TRACKING_UID, making.uids.new(f"tracking of {name}"), CONTEXT),
    )


@lru_cache(maxsize=16)
def _language(language: Language) -> bytes:
    return encoded.items_of(LanguageOfContentItemAndDescendants(_LANGUAGES[language]))


@lru_cache(maxsize=16)
def _observer(name: str, version: str, uid: str) -> bytes:
    device = DeviceObserverIdentifyingAttributes(
        uid=uid,
        name=name,
        manufacturer_name=MANUFACTURER,
        model_name=MODEL_NAME,
        serial_number=f"{name} {version}",
    )
    observer = ObserverContext(codes.DCM.Device, device)
    return encoded.items_of(ObservationContext(observer_device_context=observer))


@lru_cache(maxsize=16)
def _algorithm(name: str, version: str) -> bytes:
    return encoded.items_of(
        AlgorithmIdentification(name=name, version=version, manufacturer=MANUFACTURER)
    )


@lru_cache(maxsize=16)
def _site(place: Concept, side: Concept | None) -> bytes:
    laterality = None if side is None else encoded.concept(side)
    return encoded.items_of([FindingSite(encoded.concept(place), laterality=laterality)])
