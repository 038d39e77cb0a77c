"""The judgement as FHIR R4: a Bundle of type collection.

A preliminary DiagnosticReport leads to Observations of severity, of the Brixia total and of each
zone, and of the image's quality; a Device says what made them, an ImagingStudy of which film. The
patient is named by the film's own identifier and by nothing else: no Patient is made up, and where
the film names none, the reference says that it is not known.

The models are those of R4B, which for these resources are R4's (4.0.1): nothing of them changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from uuid import NAMESPACE_OID, uuid5

from fhir.resources.R4B.bundle import Bundle

from cxr_severity import __version__
from cxr_severity.interop.dicom import codes as concepts
from cxr_severity.interop.dicom.codes import Concept
from cxr_severity.interop.dicom.context import StudyContext
from cxr_severity.interop.extras import Extras, extras
from cxr_severity.interop.fhir import datatypes
from cxr_severity.interop.fhir.datatypes import LOINC, TERMS, Json
from cxr_severity.interop.making import MANUFACTURER, MODEL_NAME, Making, Result
from cxr_severity.interop.sheet import quality_lines
from cxr_severity.model.assessment import ZONES, Assessment, Severity, Zone
from cxr_severity.texts import results
from cxr_severity.texts.language import say

_HEIGHTS: dict[Zone, str] = {
    "A": results.UPPER, "B": results.MIDDLE, "C": results.LOWER,
    "D": results.UPPER, "E": results.MIDDLE, "F": results.LOWER,
}  # fmt: skip
_RIGHT = ("A", "B", "C")


def make(result: Result) -> bytes:
    """The Bundle of a result."""
    sha256 = result.radiograph.source.sha256
    return fhir_bundle(result.assessment, sha256, result.context, result.making)


def fhir_bundle(
    assessment: Assessment, sha256: str, context: StudyContext | None, making: Making
) -> bytes:
    """The Bundle as JSON.

    Args:
        sha256: of the file that was judged, lower-case hex.
        context: of the film; None where the file is no DICOM object.
    """
    return _Sheet(assessment, sha256, context, making).bundle()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Writes the resources of one bundle."""

    assessment: Assessment
    sha256: str
    context: StudyContext | None
    making: Making
    urls: dict[str, str] = field(default_factory=dict)

    def bundle(self) -> bytes:
        more = extras(self.assessment)
        resources = {
            "report": self.report(),
            "severity": self.severity(),
            "total": self.total(more),
            **{f"zone {zone}": self.zone(zone, more) for zone in ZONES},
            "quality": self.quality(),
            "device": self.device(),
        }
        if self.context is not None:
            resources["study"] = datatypes.imaging_study(self.context, self.subject)
        entries = [
            {"fullUrl": self.url(name), "resource": found} for name, found in resources.items()
        ]
        bundle = {
            "resourceType": "Bundle",
            "type": "collection",
            "timestamp": self.issued,
            "entry": entries,
        }
        # The models check it; writing it from what they were given takes half of the time that they
        # would.
        Bundle.model_validate(bundle)
        return json.dumps(bundle, ensure_ascii=False, separators=(",", ":")).encode()

    def report(self) -> Json:
        conclusion = self.say(results.GRADES[self.assessment.severity])
        title = self.say(results.TITLE)
        total = self.say(results.OF_18, score=f"{self.assessment.brixia.total:.1f}")
        lines = [
            f"{self.say(results.SEVERITY)}: {conclusion}",
            f"{self.say(results.PLAUSIBLE)}: {self.grades()}",
            f"{self.say(results.BRIXIA)}: {total}",
        ]
        quality = self.assessment.quality
        if quality.findings or not quality.accepted:
            # Many systems show nothing but the conclusion.
            lines += quality_lines(self.assessment, self.making.language)
        lines.append(self.say(results.RESEARCH))
        paragraphs = "".join(f"<p>{escape(line)}</p>" for line in (title, *lines))
        div = f'<div xmlns="http://www.w3.org/1999/xhtml">{paragraphs}</div>'
        observations = ["severity", "total", *(f"zone {zone}" for zone in ZONES), "quality"]
        study = [] if self.context is None else [self.reference("study")]
        done = concepts.procedure(self.assessment)
        codings = [datatypes.of(done)]
        if done == concepts.CHEST_RADIOGRAPHY:
            codings.insert(0, datatypes.coding(LOINC, "30745-4", "XR Chest Views"))
        return {
            "resourceType": "DiagnosticReport",
            **self.about(),
            "text": {"status": "generated", "div": div},
            "category": [{"coding": [datatypes.coding(f"{TERMS}/v2-0074", "RAD", "Radiology")]}],
            "code": {"coding": codings, "text": title},
            "issued": self.issued,
            "result": [self.reference(name) for name in observations],
            **({"imagingStudy": study} if study else {}),
            "conclusion": "\n".join(lines),
            "conclusionCode": [self.grade(self.assessment.severity)],
        }

    def severity(self) -> Json:
        judged = self.assessment
        components: list[Json] = [
            {
                "code": datatypes.concept(concepts.PROBABILITIES[grade]),
                "valueQuantity": datatypes.quantity(probability, concepts.NO_UNIT),
            }
            for grade, probability in judged.probabilities.items()
        ]
        components += [
            {
                "code": datatypes.concept(concepts.PLAUSIBLE),
                "valueCodeableConcept": self.grade(grade),
            }
            for grade in judged.prediction_set
        ]
        components.append({"code": datatypes.concept(concepts.REFER), "valueBoolean": judged.refer})
        return {
            **self.observation(concepts.RADIOGRAPHIC_SEVERITY, results.SEVERITY),
            "bodySite": datatypes.concept(concepts.LUNG),
            "valueCodeableConcept": self.grade(judged.severity),
            "component": components,
        }

    def total(self, more: Extras) -> Json:
        ends = (concepts.TOTAL_LOW, concepts.TOTAL_HIGH)
        components = [
            {
                "code": datatypes.concept(name),
                "valueQuantity": datatypes.quantity(value, concepts.SCORE),
            }
            for name, value in zip(ends, more.interval or (), strict=False)
        ]
        return {
            **self.observation(concepts.TOTAL_SCORE, results.BRIXIA),
            "bodySite": datatypes.concept(concepts.LUNG),
            "valueQuantity": datatypes.quantity(self.assessment.brixia.total, concepts.SCORE),
            "hasMember": [self.reference(f"zone {zone}") for zone in ZONES],
            **({"component": components} if components else {}),
        }

    def zone(self, zone: Zone, more: Extras) -> Json:
        lung = results.RIGHT_LUNG if zone in _RIGHT else results.LEFT_LUNG
        names = {"lung": self.say(lung), "height": self.say(_HEIGHTS[zone])}
        place, side = concepts.SITES[zone]
        text = self.say(results.OF_ZONE, score=self.say(results.BRIXIA), **names)
        share = more.shares.get(zone)
        opaque = {
            "code": datatypes.concept(concepts.ZONE_OPACITY),
            "valueQuantity": datatypes.quantity(share or 0, concepts.NO_UNIT),
        }
        return {
            **self.observation(concepts.ZONE_SCORES[zone], text),
            "bodySite": {**datatypes.concept(place), "text": f"{side.meaning}: {place.meaning}"},
            "valueQuantity": datatypes.quantity(self.assessment.brixia.zones[zone], concepts.SCORE),
            **({} if share is None else {"component": [opaque]}),
        }

    def quality(self) -> Json:
        quality = self.assessment.quality
        components = [
            {
                "code": datatypes.concept(concepts.FINDINGS[finding.code]),
                "valueString": self.say(finding.message),
                "interpretation": [{"text": finding.level}],
            }
            for finding in quality.findings
        ]
        return {
            **self.observation(concepts.ACCEPTED, results.QUALITY),
            "valueBoolean": quality.accepted,
            **({"component": components} if components else {}),
        }

    def device(self) -> Json:
        model = self.assessment
        return {
            "resourceType": "Device",
            "status": "active",
            "manufacturer": MANUFACTURER,
            "deviceName": [{"name": MODEL_NAME, "type": "model-name"}],
            "serialNumber": f"{model.model_name} {model.model_version}",
            "version": [
                {"type": {"text": "model"}, "value": model.model_version},
                {"type": {"text": "software"}, "value": __version__},
            ],
            "note": [{"text": self.say(results.DISCLAIMER)}],
        }

    def observation(self, concept: Concept, text: str) -> Json:
        film: Json = {"display": f"SHA-256 {self.sha256}"}
        if self.context is not None:
            film |= self.reference("study")
        return {
            "resourceType": "Observation",
            **self.about(),
            "category": [
                {"coding": [datatypes.coding(f"{TERMS}/observation-category", "imaging")]}
            ],
            "code": {**datatypes.concept(concept), "text": self.say(text)},
            "issued": self.issued,
            "device": self.reference("device"),
            "derivedFrom": [film],
            "note": [{"text": self.say(results.RESEARCH)}],
        }

    def about(self) -> Json:
        taken = None if self.context is None else datatypes.taken(self.context)
        return {
            "language": self.making.language,
            "status": "preliminary",
            "subject": self.subject,
            **({"effectiveDateTime": taken} if taken else {}),
        }

    @property
    def issued(self) -> str:
        return self.making.moment.isoformat(timespec="seconds").replace("+00:00", "Z")

    @property
    def subject(self) -> Json:
        return datatypes.subject(self.context, self.say(results.NOT_SAID))

    def grade(self, severity: Severity) -> Json:
        found = datatypes.concept(concepts.GRADES[severity])
        return {**found, "text": self.say(results.GRADES[severity])}

    def grades(self) -> str:
        return ", ".join(
            self.say(results.GRADES[grade]) for grade in self.assessment.prediction_set
        )

    def reference(self, name: str) -> Json:
        return {"reference": self.url(name)}

    def url(self, name: str) -> str:
        if name not in self.urls:
            uid = self.making.uids.new(f"fhir {name}")
            self.urls[name] = f"urn:uuid:{uuid5(NAMESPACE_OID, uid)}"
        return self.urls[name]

    def say(self, text: str, **values: str | float) -> str:
        return say(text, self.making.language, **values)
