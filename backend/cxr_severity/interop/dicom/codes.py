"""Coded concepts of the results: SNOMED CT, DICOM's own and UCUM where they have one, else ours.

Code meanings stay English, as the standards print them; a code's text in another language is what
a viewer's own tables are for.
"""

from __future__ import annotations

from typing import NamedTuple

from cxr_severity.model.assessment import SEVERITIES, ZONES, Assessment, Severity, Zone
from cxr_severity.texts.findings import FINDING_CODES, FindingCode

PRIVATE = "99CXRSEV"
"""Coding scheme of what no public one names; `99` is what PS3.3 8.2 asks of private schemes."""
PRIVATE_NAME = "CXR Severity"
PRIVATE_OID = "2.25.73730260936265054585288545040655084358"
"""The same scheme, where it is named by an identifier."""


class Concept(NamedTuple):
    """One coded concept: value, coding scheme designator, meaning."""

    value: str
    scheme: str
    meaning: str


SEVERITY = Concept("246112005", "SCT", "Severity")
GRADES: dict[Severity, Concept] = {
    "mild": Concept("255604002", "SCT", "Mild"),
    "moderate": Concept("6736007", "SCT", "Moderate"),
    "severe": Concept("24484000", "SCT", "Severe"),
}
YES, NO = Concept("373066001", "SCT", "Yes"), Concept("373067005", "SCT", "No")
LUNG = Concept("39607008", "SCT", "Lung")
CHEST_RADIOGRAPHY = Concept("399208008", "SCT", "Plain chest X-ray")
RADIOGRAPHY = Concept("168537006", "SCT", "Plain X-ray")
RIGHT, LEFT = Concept("24028007", "SCT", "Right"), Concept("7771000", "SCT", "Left")
_UPPER = Concept("281392002", "SCT", "Upper zone of lung")
_MIDDLE = Concept("281393007", "SCT", "Middle zone of lung")
_LOWER = Concept("281394001", "SCT", "Lower zone of lung")
SITES: dict[Zone, tuple[Concept, Concept]] = {
    "A": (_UPPER, RIGHT), "B": (_MIDDLE, RIGHT), "C": (_LOWER, RIGHT),
    "D": (_UPPER, LEFT), "E": (_MIDDLE, LEFT), "F": (_LOWER, LEFT),
}  # fmt: skip

QUALITY_FINDING = Concept("111052", "DCM", "Quality Finding")
COMMENT = Concept("121106", "DCM", "Comment")
NO_UNIT = Concept("1", "UCUM", "no units")
SCORE = Concept("{score}", "UCUM", "score")


def _own(value: str, meaning: str) -> Concept:
    """Of at most 16 letters; longer values are Long Code Values, which not every reader knows."""
    return Concept(value, PRIVATE, meaning)


RADIOGRAPHIC_SEVERITY = _own("severity", "Radiographic severity of COVID-19")
PROBABILITIES: dict[Severity, Concept] = {
    grade: _own(f"prob-{grade}", f"Probability of {grade}") for grade in SEVERITIES
}
PLAUSIBLE = _own("plausible", "Severity that remains plausible")
REFER = _own("refer", "A person should decide between severities")
ZONE_SCORE = _own("brixia-zone", "Brixia score of the zone, 0 to 3")
ZONE_SCORES: dict[Zone, Concept] = {
    zone: _own(f"brixia-zone-{zone}", f"Brixia score of zone {zone}, 0 to 3") for zone in ZONES
}
TOTAL_SCORE = _own("brixia-total", "Brixia score, 0 to 18")
TOTAL_LOW = _own("brixia-low", "Brixia score, lower end of the 90% interval")
TOTAL_HIGH = _own("brixia-high", "Brixia score, upper end of the 90% interval")
ZONE_OPACITY = _own("opacity-share", "Share of the zone that is opaque")
ACCEPTED = _own("accepted", "Image is fit for a judgement")
FINDINGS: dict[FindingCode, Concept] = {
    code: _own(code, code.replace("-", " ").capitalize()) for code in FINDING_CODES
}
NAMED_ZONES: dict[Zone, Concept] = {
    zone: _own(f"zone-{zone}", f"Brixia zone {zone}") for zone in ZONES
}


def procedure(assessment: Assessment) -> Concept:
    """What was done: no film of a chest was taken where the film says that it shows another part of
    the body, though it was graded all the same."""
    elsewhere = any(each.code == "declared-not-chest" for each in assessment.quality.findings)
    return RADIOGRAPHY if elsewhere else CHEST_RADIOGRAPHY
