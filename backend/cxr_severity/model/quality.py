"""What the gate says about an image: coded findings, and whether the model may judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Level = Literal["reject", "warn"]
"""`reject`: no severity is given unless it is asked for all the same. `warn`: it is given, and the
reader should know."""

FindingCode = Literal[
    "colour-image",
    "not-a-radiograph",
    "cross-section",
    "lateral-projection",
    "inverted-grey-scale",
    "turned-by-90-degrees",
    "turned-by-180-degrees",
    "lungs-not-found",
    "lungs-cut-off",
    "field-too-small",
    "low-resolution",
    "over-exposed",
    "under-exposed",
    "unfamiliar-image",
    "not-measured",
]
FINDING_CODES: tuple[FindingCode, ...] = get_args(FindingCode)

MESSAGES: dict[FindingCode, str] = {
    "colour-image": "The picture is in colour; a radiograph is grey.",
    "not-a-radiograph": "The picture does not look like a radiograph.",
    "cross-section": "The picture looks like a CT or another cross-section.",
    "lateral-projection": "The radiograph looks like a lateral projection; send a PA or AP film.",
    "inverted-grey-scale": "Black and white look exchanged; invert the picture and send it again.",
    "turned-by-90-degrees": "The radiograph lies on its side; turn it upright and send it again.",
    "turned-by-180-degrees": "The radiograph is upside down; turn it upright and send it again.",
    "lungs-not-found": "No two lungs were found in the picture.",
    "lungs-cut-off": "A part of the lungs may lie outside the picture.",
    "field-too-small": "The lungs fill only a small part of the picture; crop it to the chest.",
    "low-resolution": "The picture has few pixels; fine changes cannot be seen in it.",
    "over-exposed": "A large part of the lungs is black; changes may be hidden there.",
    "under-exposed": "The lungs show hardly any contrast; changes may be hidden there.",
    "unfamiliar-image": "The picture differs from the chest radiographs that the model knows.",
    "not-measured": "The quality of the picture could not be measured.",
}
"""One plain sentence for each finding; what can be mended, it says how."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about an image that stands against a judgement."""

    code: FindingCode
    level: Level
    value: float | None
    """What was measured; its unit is the code's own. None where nothing could be."""
    limit: float | None
    """The version's threshold that `value` passed."""

    @property
    def message(self) -> str:
        return MESSAGES[self.code]


@dataclass(frozen=True, slots=True)
class Quality:
    """All findings, those that reject first."""

    findings: tuple[Finding, ...] = ()

    @property
    def accepted(self) -> bool:
        return not any(finding.level == "reject" for finding in self.findings)


class RejectedError(Exception):
    """The gate holds an image unfit for a judgement."""

    def __init__(self, quality: Quality) -> None:
        self.quality = quality
        super().__init__(self.first.message)

    @property
    def first(self) -> Finding:
        """The finding that weighs most."""
        return self.quality.findings[0]
