"""What the gate may find in an image: one declaration for each finding."""

from __future__ import annotations

from typing import Literal, get_args

from cxr_severity.texts.problems import Kind

FindingCode = Literal[
    "colour-image",
    "not-a-radiograph",
    "cross-section",
    "lateral-projection",
    "inverted-grey-scale",
    "turned-by-90-degrees",
    "turned-by-180-degrees",
    "lungs-not-found",
    "several-pictures",
    "one-lung",
    "lungs-cut-off",
    "field-too-small",
    "low-resolution",
    "over-exposed",
    "whited-out",
    "under-exposed",
    "unfamiliar-image",
    "not-measured",
    "declared-not-frontal",
    "declared-not-chest",
    "declared-child",
]
FINDING_CODES: tuple[FindingCode, ...] = get_args(FindingCode)

MESSAGES: dict[FindingCode, str] = {
    "colour-image": "The picture is in colour; a radiograph is grey.",
    "not-a-radiograph": "The picture does not look like a radiograph.",
    "cross-section": "The picture looks like a CT or another cross-section.",
    "lateral-projection": "The radiograph looks like a lateral projection; use a PA or AP film.",
    "inverted-grey-scale": "Black and white look exchanged; invert the picture and try again.",
    "turned-by-90-degrees": "The radiograph lies on its side; turn it upright and try again.",
    "turned-by-180-degrees": "The radiograph is upside down; turn it upright and try again.",
    "lungs-not-found": "No two lungs were found in the picture.",
    "several-pictures": "The lungs do not lie as on one whole film: one is too wide, or both show "
    "twice; send one whole film.",
    "one-lung": "One lung is missing or hardly seen; send a film with both lungs.",
    "lungs-cut-off": "A part of the lungs may lie outside the picture.",
    "field-too-small": "The lungs fill only a small part of the picture; crop it to the chest.",
    "low-resolution": "The picture has few pixels; fine changes cannot be seen in it.",
    "over-exposed": "A part of the lungs is black; changes may be hidden there.",
    "whited-out": "A part of the lungs is pure white; what it hid cannot be told from opacity.",
    "under-exposed": "The lungs show hardly any contrast; changes may be hidden there.",
    "unfamiliar-image": "The picture differs from the chest radiographs that the model knows.",
    "not-measured": "The quality of the picture could not be measured.",
    "declared-not-frontal": "The DICOM object says that the film is lateral or oblique.",
    "declared-not-chest": "The DICOM object says that the film is not of the chest.",
    "declared-child": "The DICOM object says that the patient is a child; the model knows adults.",
}
"""One plain sentence for each finding; what can be mended, it says how."""


def _rejection(code: FindingCode, title: str, advice: str) -> tuple[FindingCode, Kind]:
    return code, Kind(code, title, 422, advice, overridable=True)


_UPRIGHT = "Turn the picture upright."

_FRONTAL = "Use a PA or AP film of the chest."

REJECTIONS: dict[FindingCode, Kind] = dict(
    [
        _rejection("cross-section", "The image is a cross-section", _FRONTAL),
        _rejection("lateral-projection", "The image is a lateral film", _FRONTAL),
        _rejection("inverted-grey-scale", "The grey scale is inverted", "Invert the picture."),
        _rejection("turned-by-90-degrees", "The radiograph lies on its side", _UPRIGHT),
        _rejection("turned-by-180-degrees", "The radiograph is upside down", _UPRIGHT),
        _rejection(
            "field-too-small",
            "The lungs are too small in the image",
            "Crop the picture to the chest.",
        ),
        _rejection(
            "low-resolution",
            "The image has too few pixels",
            "Use the original image, not its thumbnail.",
        ),
    ]
)
"""Findings that are a kind of problem of their own; the others that reject are answered
`not-a-frontal-chest-radiograph`."""
