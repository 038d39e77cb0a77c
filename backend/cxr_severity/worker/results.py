"""From a film's file to the DICOM objects about it, which lie in its study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.interop.dicom.capture import secondary_capture
from cxr_severity.interop.dicom.context import StudyContext, read_context
from cxr_severity.interop.dicom.report import structured_report
from cxr_severity.interop.dicom.uids import UUID_ROOT, Uids
from cxr_severity.interop.fonts import chinese_font
from cxr_severity.interop.making import Making
from cxr_severity.model.assessment import Assessment
from cxr_severity.model.quality import RejectedError
from cxr_severity.service.pipeline import Judged
from cxr_severity.texts.language import ENGLISH, Language
from cxr_severity.worker.faults import LastingError, PassedOverError
from cxr_severity.worker.header import Wanted, read_header
from cxr_severity.worker.items import Result

Judge = Callable[[bytes], Judged]
"""Judges one file, with a map.

Raises:
    InputRefusedError: the file cannot be judged.
    RejectedError: the gate holds it unfit.
"""

Builder = Callable[[Assessment, Radiograph, StudyContext, Making], bytes]

BUILDERS: Mapping[str, Builder] = {
    "sr": lambda assessment, _, context, making: structured_report(assessment, context, making),
    "sc": lambda assessment, radiograph, context, making: secondary_capture(
        assessment, radiograph, context, making
    ),
}
"""Kinds of results, by the names that the command line has for them and their UIDs follow from."""


@dataclass(frozen=True, slots=True)
class Assessor:
    """Judges films and makes their results.

    `own` says whether an instance is one of this worker's results.
    """

    judge: Judge
    wanted: Wanted
    own: Callable[[str], bool]
    kinds: Sequence[str] = tuple(BUILDERS)
    root: str = UUID_ROOT
    language: Language = ENGLISH

    def __call__(self, data: bytes) -> list[Result]:
        """Raises:
        PassedOverError: the film is not for this worker.
        LastingError: it cannot be judged, or no result could name it.
        """
        try:
            header = read_header(data)
            objection = self.wanted.objection(header, datetime.now().astimezone())
            if objection or self.own(header.place.instance):
                raise PassedOverError(objection or "own-result")
            judged = self.judge(data)
            assessment, radiograph = judged.assessment, judged.radiograph
            context = read_context(data)
            making = Making(
                moment=datetime.now(UTC),
                uids=Uids(self.root, seed(context.sop_instance, assessment)),
                language=self.language,
                font=chinese_font() if self.language == "zh-CN" else None,
            )
            return [
                Result(
                    making.uids.new(kind),
                    kind,
                    BUILDERS[kind](assessment, radiograph, context, making),
                )
                for kind in self.kinds
            ]
        except InputRefusedError as error:
            raise LastingError(error.code) from None
        except RejectedError as error:
            codes = ",".join(finding.code for finding in error.quality.findings)
            raise LastingError(f"rejected:{codes}") from None


def seed(instance: str, assessment: Assessment) -> str:
    """What a result's UIDs follow from, beside its kind: the film and the model's version.

    Whoever judges the same film again by the same version, after a crash or on another machine,
    makes objects of the same names, and an archive keeps one.
    """
    return f"{instance} {assessment.model_name} {assessment.model_version}"
