"""From a film's file to the DICOM objects about it, which lie in its study."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.interop.dicom.context import CARRIED, StudyContext, read_context
from cxr_severity.interop.dicom.uids import Uids
from cxr_severity.interop.errors import NotGreyError
from cxr_severity.interop.fonts import lettering
from cxr_severity.interop.forms import FORMS, as_form
from cxr_severity.interop.making import Making
from cxr_severity.model.assessment import Assessment
from cxr_severity.model.quality import RejectedError
from cxr_severity.service.pipeline import Judged
from cxr_severity.settings import UUID_ROOT, FormName
from cxr_severity.texts.language import ENGLISH, Language
from cxr_severity.worker.faults import LastingError, PassedOverError
from cxr_severity.worker.header import Wanted, read_header
from cxr_severity.worker.items import LeftOut, Result

Judge = Callable[[bytes], Judged]
"""Judges one file, with a map.

Raises:
    InputRefusedError: the file cannot be judged.
    RejectedError: the gate holds it unfit.
"""

KINDS: tuple[FormName, ...] = tuple(form.name for form in FORMS.values() if form.of_dicom)
"""Of results that can lie in a film's study."""
USUAL: tuple[FormName, ...] = ("sr", "sc")
CONTENTS = 4
"""To be raised with every change of what stands in a result: two objects of one SOP Instance UID
must not differ (PS3.5 9.1), and an archive that has the older one would keep it."""
_ELSEWHERE = ("declared-not-frontal", "declared-not-chest")
"""Findings by which a film's own header says that it is not for this worker. Most films of a
hospital are of this kind, and nobody would find the others among them."""


@dataclass(frozen=True, slots=True)
class Assessor:
    """Judges films and makes their results.

    `own` says whether an instance is one of this worker's results.
    """

    judge: Judge
    wanted: Wanted
    own: Callable[[str], bool]
    kinds: Sequence[FormName] = USUAL
    root: str = UUID_ROOT
    language: Language = ENGLISH
    font: Path | None = None

    def __call__(self, data: bytes, since: float) -> list[Result | LeftOut]:
        """The results of a film that came in at `since`, in seconds since 1970, and which of them
        it cannot have, though it has others.

        Raises:
            PassedOverError: the film is not for this worker.
            LastingError: it cannot be judged, or no result could name it.
        """
        # By the day it came, as it may have waited: for an archive that was down, or for a person.
        # A clock that was ahead then must not make it too old.
        came = datetime.fromtimestamp(min(since, time.time()), UTC).astimezone()
        try:
            header = read_header(data)
            objection = self.wanted.objection(header, came)
            if objection or self.own(header.place.instance):
                raise PassedOverError(objection or "own-result")
            judged = self.judge(data)
            film = digest(read_context(data), judged.radiograph)
            making = Making(
                moment=datetime.now(UTC),
                uids=Uids(self.root, seed(film, judged.assessment, self.language, self.font)),
                language=self.language,
                font=self.font,
            )
            made = [self._made(kind, judged, data, making) for kind in self.kinds]
            if made and all(isinstance(each, LeftOut) for each in made):
                raise LastingError(NotGreyError.code)
            return made
        except InputRefusedError as error:
            raise LastingError(error.code) from None
        except RejectedError as error:
            if error.first.code in _ELSEWHERE:
                raise PassedOverError(error.first.code) from None
            codes = ",".join(finding.code for finding in error.quality.findings)
            raise LastingError(f"rejected:{codes}") from None

    @staticmethod
    def _made(kind: FormName, judged: Judged, data: bytes, making: Making) -> Result | LeftOut:
        try:
            form = as_form(FORMS[kind], judged.assessment, judged.radiograph, data, making)
        except NotGreyError as error:  # of this kind alone
            return LeftOut(kind, error.code)
        # As `interop` names an object of this kind.
        return Result(making.uids.new(kind), kind, form)


def digest(context: StudyContext, radiograph: Radiograph) -> str:
    """Of all that results take over of a film: its UIDs, its patient and study, its picture.

    Another file of the same film has the same, however an archive stores it without loss, and
    whatever it makes of padding and of elements that no result has. One whose patient, study or
    picture was put right has another: its results must not pass for the older ones.
    """
    said = {each.name: getattr(context, each.name) for each in fields(context)}
    said["values"] = [context.values.get(tag, b"").strip(b" \0") for tag in CARRIED]
    found = sha256(repr((said, radiograph.values.shape)).encode())
    found.update(radiograph.values.data)
    return found.hexdigest()


def seed(film: str, assessment: Assessment, language: Language, font: Path | None) -> str:
    """What a result's UIDs follow from, beside its kind: the film's `digest`, the model's version,
    the language with the font that it is drawn with, and `CONTENTS`.

    Whoever judges the same film again in the same way, after a crash or on another machine, makes
    objects of the same names, and an archive keeps one.
    """
    version = f"{assessment.model_name} {assessment.model_version}"
    drawn = f"{language} {lettering(language, font)}".strip()
    return f"{film} {version} {drawn} {CONTENTS}"
