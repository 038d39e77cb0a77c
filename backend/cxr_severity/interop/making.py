"""What a result is made of and with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.interop.dicom.context import StudyContext
from cxr_severity.interop.dicom.uids import Uids
from cxr_severity.interop.errors import NoDicomSourceError
from cxr_severity.model.assessment import Assessment
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


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One film's judgement, with all that any form of it may tell.

    `data` is the file that was judged; `context` whose film it is, None of a picture, which names
    nobody.
    """

    assessment: Assessment
    radiograph: Radiograph
    data: bytes
    making: Making
    context: StudyContext | None

    @property
    def study(self) -> StudyContext:
        """The context, of a form that only a DICOM object can be answered with.

        Raises:
            NoDicomSourceError: there is none.
        """
        if self.context is None:
            raise NoDicomSourceError(
                "The file is no DICOM object: it names neither patient nor study, and a DICOM "
                "result would have to invent them."
            )
        return self.context
