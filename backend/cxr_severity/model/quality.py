"""What the gate says about an image: coded findings, and whether the model may judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cxr_severity.imaging.radiograph import Declared
from cxr_severity.texts.findings import MESSAGES, FindingCode

Level = Literal["reject", "warn"]
"""`reject`: no severity is given unless it is asked for all the same. `warn`: it is given, and the
reader should know."""


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


_DECLARED: dict[Declared, tuple[FindingCode, Level]] = {
    "not-frontal": ("declared-not-frontal", "reject"),
    "not-chest": ("declared-not-chest", "reject"),
    "child": ("declared-child", "warn"),
}


def with_declared(quality: Quality, declared: Declared) -> Quality:
    """What was measured, after what the file says of itself where that speaks against a judgement.

    Views and body parts are now and then entered wrongly, so that this can be overridden as
    everything else can.
    """
    if not declared:
        return quality
    found = Finding(*_DECLARED[declared], None, None)
    return Quality(
        (found, *quality.findings) if found.level == "reject" else (*quality.findings, found)
    )


class RejectedError(Exception):
    """The gate holds an image unfit for a judgement."""

    def __init__(self, quality: Quality) -> None:
        self.quality = quality
        super().__init__(self.first.message)

    @property
    def first(self) -> Finding:
        """The finding that weighs most."""
        return self.quality.findings[0]
