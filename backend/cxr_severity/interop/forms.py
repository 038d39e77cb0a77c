"""The forms that a result can be had in, and the one door to all of them.

Each form's libraries are loaded when it is first asked for, or before, by
`prepare.prepare`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.interop.dicom.context import StudyContext, read_context
from cxr_severity.interop.errors import NoDicomSourceError
from cxr_severity.interop.making import Making
from cxr_severity.model.assessment import Assessment

FormName = Literal["fhir", "pdf", "csv", "sr", "sc", "gsps"]


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a result."""

    name: FormName
    media_type: str
    suffix: str
    of_dicom: bool = False
    """Whether only a DICOM object can be answered so."""
    draws: bool = False
    """Whether it shows the heatmap, which then has to be made."""


FORMS: dict[FormName, Form] = {
    form.name: form
    for form in (
        Form("sr", "application/dicom", "sr.dcm", of_dicom=True),
        Form("sc", "application/dicom", "sc.dcm", of_dicom=True, draws=True),
        Form("gsps", "application/dicom", "gsps.dcm", of_dicom=True, draws=True),
        Form("fhir", "application/fhir+json", "fhir.json"),
        Form("pdf", "application/pdf", "pdf", draws=True),
        Form("csv", "text/csv", "csv"),
    )
}
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
    is_dicom = radiograph.source.format == "dicom"
    if form.of_dicom and not is_dicom:
        raise NoDicomSourceError(
            "The file is no DICOM object: it names neither patient nor study, and a DICOM result "
            "would have to invent them."
        )
    context = read_context(data) if is_dicom else None
    if context is not None and form.of_dicom:
        return _dicom(form, assessment, radiograph, context, data, making)
    match form.name:
        case "fhir":
            from cxr_severity.interop.fhir.bundle import fhir_bundle

            return fhir_bundle(assessment, radiograph.source.sha256, context, making)
        case "pdf":
            from cxr_severity.interop.pdf import pdf_page

            return pdf_page(assessment, radiograph, context, making)
        case _:
            from cxr_severity.interop.table import csv_table, row

            return csv_table([row(assessment, radiograph, context)])


def _dicom(
    form: Form,
    assessment: Assessment,
    radiograph: Radiograph,
    context: StudyContext,
    data: bytes,
    making: Making,
) -> bytes:
    match form.name:
        case "sc":
            from cxr_severity.interop.dicom.capture import secondary_capture

            return secondary_capture(assessment, radiograph, context, making)
        case "gsps":
            from cxr_severity.interop.dicom.look import read_look
            from cxr_severity.interop.dicom.presentation import presentation_state

            return presentation_state(assessment, context, read_look(data), making)
        case _:
            from cxr_severity.interop.dicom.report import structured_report

            return structured_report(assessment, context, making)
