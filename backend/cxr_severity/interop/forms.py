"""The forms that a result can be had in, and the one door to all of them.

A new form is a module with a function `make`, a line in the list below, and its name in
`settings.FormName`. Its libraries are loaded when it is first asked for, or before, by `prepare`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast, get_args

from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.interop.dicom.context import read_context
from cxr_severity.interop.making import Making, Result
from cxr_severity.model.assessment import Assessment
from cxr_severity.settings import FormName


class Maker(Protocol):
    """A module that makes one form of a result."""

    def make(self, result: Result) -> bytes:
        """Raises InputRefusedError, of `interop.errors`: this film cannot be answered for so."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a result."""

    name: FormName
    media_type: str
    suffix: str
    module: str
    """A `Maker`, below this package."""
    of_dicom: bool = False
    """Whether only a DICOM object can be answered so."""
    draws: bool = False
    """Whether it shows the heatmap, which then has to be made."""

    def load(self) -> Maker:
        """The module, with all that it needs."""
        return cast(Maker, import_module(f"cxr_severity.interop.{self.module}"))


FORMS: dict[FormName, Form] = {
    form.name: form
    for form in (
        Form("sr", "application/dicom", "sr.dcm", "dicom.report", of_dicom=True),
        Form("sc", "application/dicom", "sc.dcm", "dicom.capture", of_dicom=True, draws=True),
        Form("gsps", "application/dicom", "gsps.dcm", "dicom.presentation", of_dicom=True,
             draws=True),
        Form("fhir", "application/fhir+json", "fhir.json", "fhir.bundle"),
        Form("pdf", "application/pdf", "pdf", "pdf", draws=True),
        Form("csv", "text/csv", "csv", "table"),
    )
}  # fmt: skip
FORM_NAMES: tuple[FormName, ...] = get_args(FormName)


def as_form(
    form: Form, assessment: Assessment, radiograph: Radiograph, data: bytes, making: Making
) -> bytes:
    """The result in a form.

    Args:
        data: the file that was judged, from which DICOM's context is read.

    Raises:
        InputRefusedError: of `interop.errors`: this film cannot be answered for so.
    """
    context = read_context(data) if radiograph.source.format == "dicom" else None
    return form.load().make(Result(assessment, radiograph, data, making, context))
