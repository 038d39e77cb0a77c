"""Why a film that was judged cannot be answered for in the form that was asked.

Each can be asked for in another form.
"""

from __future__ import annotations

from cxr_severity.imaging.errors import InputRefusedError


class NoDicomSourceError(InputRefusedError):
    code = "no-dicom-source"
    title = "A picture has no study to put a DICOM result in"
    advice = "Use the DICOM object of the film, or ask for another form of the result."


class NotReferableError(InputRefusedError):
    code = "dicom-without-uids"
    title = "The DICOM object lacks its UIDs"
    advice = "Use the object as the archive holds it, or ask for another form of the result."


class NotGreyError(InputRefusedError):
    code = "film-in-colour"
    title = "A film in colour has no grayscale presentation"
    advice = "Ask for the report or the secondary capture instead."
