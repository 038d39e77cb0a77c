"""What a result says in words, wherever it goes: reports, burned-in legends, FHIR.

Each is English and a key of the translations.
"""

from __future__ import annotations

from typing import Literal

TITLE = "Estimated COVID-19 severity from a chest radiograph"
RESEARCH = "For research use only; not for diagnosis."
BURNED_IN = "RESEARCH, NOT FOR DIAGNOSIS"
DISCLAIMER = (
    "Research software. Not a diagnosis, not a medical device, not for decisions about a patient. "
    "The grade speaks of this one image."
)
NO_IDENTITY = "The film does not say whom it shows in full; nothing was added to it."

SEVERITY = "Radiographic severity"
GRADES: dict[Literal["mild", "moderate", "severe"], str] = {
    "mild": "Mild",
    "moderate": "Moderate",
    "severe": "Severe",
}
CONFIDENCE = "model confidence"
PLAUSIBLE = "Grades that remain plausible"
REFER = "Refer to a radiologist: the model cannot tell these grades apart."
SURE = "One grade remains plausible."

BRIXIA = "Estimated Brixia score"
OF_18 = "{score} of 18"
INTERVAL = "90% interval: {low} to {high}"
RIGHT_LUNG, LEFT_LUNG = "Right lung", "Left lung"
UPPER, MIDDLE, LOWER = "Upper", "Middle", "Lower"
OF_ZONE = "{score}, {lung}, {height}"

QUALITY = "Image quality"
LEVELS: dict[Literal["reject", "warn"], str] = {"reject": "Rejected", "warn": "With care"}
NOT_FIT = "Not fit for a judgement. The grade is given because it was asked for."
NO_FINDINGS = (
    "The automatic check of the picture raised no objection. It does not look for disease."
)

HEATMAP = "Heatmap"
HEATMAP_OF = "Where the model looked for the grade: {grade}. It is no outline of disease."
HEATMAP_OF_BURDEN = (
    "Where the model looked for the total of the Brixia score. It is no outline of disease."
)
MAP_OF_OPACITY = (
    "Where the network sees opacity, within the lungs that it finds. The scale is absolute: a "
    "clear film stays dark. Not a segmentation."
)
OPAQUE_LUNGS = "Share of the lungs that is seen as opaque: {share}."
PROBABILITY_OF_OPACITY = "100% probability of opacity"
WEAK = "Weak signal: the heatmap says little."
INSIDE_LUNGS = "{share} of the map lies inside the estimated lungs."
NO_HEATMAP = "No heatmap was asked for."
WEAKER, STRONGER = "less", "more"

PATIENT, PATIENT_ID, BORN = "Patient", "Patient ID", "Born"
ACCESSION_NUMBER, TAKEN, GRADED_AT = "Accession number", "Film taken", "Graded"
IMAGE, MODEL, CHECKSUM = "Image", "Model", "Checksum of the file"
NOT_SAID = "not said in the film"
UNDRAWN = (
    "Each [U+…] stands for a letter that could not be drawn here. The DICOM structured report and "
    "the FHIR answer say name and numbers in full."
)
PIXELS = "{width} x {height} pixels, {format}"

ALL: frozenset[str] = frozenset(
    text
    for name, value in list(globals().items())
    if name.isupper()
    for text in (value.values() if isinstance(value, dict) else [value])
    if isinstance(text, str)
)
"""Every one of them."""
