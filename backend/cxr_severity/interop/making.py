"""What a result is made with, beside the judgement and the film's context."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cxr_severity.interop.dicom.uids import Uids
from cxr_severity.texts.language import ENGLISH, Language

MANUFACTURER = "CXR Severity"
MODEL_NAME = "cxr-severity"


@dataclass(frozen=True, slots=True)
class Making:
    """One result, or several of one judgement: they say the same time and name each other.

    `moment` is aware of its zone.

    Raises:
        ValueError: `moment` is not.
    """

    moment: datetime
    uids: Uids = field(default_factory=Uids)
    language: Language = ENGLISH
    font: Path | None = None
    """With Chinese letters (`fonts.chinese_font`); without it no picture speaks Chinese."""

    def __post_init__(self) -> None:
        if self.moment.tzinfo is None:
            raise ValueError("the moment must name its zone")
