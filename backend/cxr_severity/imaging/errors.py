"""Why an input was refused. Codes are part of the public interface and never change meaning."""

from __future__ import annotations

from typing import ClassVar


class InputRefusedError(Exception):
    """An input that cannot be judged, with a reason that may be shown to its sender.

    `code` is stable, `title` is the same for every occurrence, `detail` speaks of this one
    and never carries a file name, a patient's data or a library's internal message. `template` and
    `values` are what `detail` was made of, so that it can be said in another language.
    """

    code: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, template: str, **values: str | float) -> None:
        self.template = template
        self.values = values
        self.detail = template.format(**values) if values else template
        super().__init__(self.detail)


class EmptyFileError(InputRefusedError):
    code = "empty-file"
    title = "The file is empty"


class NotAnImageError(InputRefusedError):
    code = "not-an-image"
    title = "The file is not an image"


class UnsupportedFormatError(InputRefusedError):
    code = "unsupported-format"
    title = "This file format is not supported"


class DamagedImageError(InputRefusedError):
    code = "damaged-image"
    title = "The image is damaged"


class FileTooLargeError(InputRefusedError):
    code = "file-too-large"
    title = "The file is too large"


OVER_THE_LIMIT = "The file is over the limit of {limit:g} MB."
"""Said of a file that was not read to its end, so that its size is not known."""


class ImageTooLargeError(InputRefusedError):
    code = "image-too-large"
    title = "The image has too many pixels"


class ImageTooSmallError(InputRefusedError):
    code = "image-too-small"
    title = "The image has too few pixels"


class ImageWithoutContrastError(InputRefusedError):
    code = "image-without-contrast"
    title = "The image shows nothing"


class MultiFrameError(InputRefusedError):
    code = "multi-frame"
    title = "The file holds more than one image"


class UnsupportedColourSpaceError(InputRefusedError):
    code = "unsupported-colour-space"
    title = "The colour space does not define a grey scale"


class DicomNotRadiographError(InputRefusedError):
    code = "dicom-not-a-radiograph"
    title = "The DICOM object is not a radiograph"


class NotFrontalChestError(InputRefusedError):
    code = "not-a-frontal-chest-radiograph"
    title = "The image is not a frontal chest radiograph"


class DicomForProcessingError(InputRefusedError):
    code = "dicom-for-processing"
    title = "The DICOM object holds raw detector data"


class DicomWithoutImageError(InputRefusedError):
    code = "dicom-without-image"
    title = "The DICOM object holds no image"


class DicomUnsupportedEncodingError(InputRefusedError):
    code = "dicom-unsupported-encoding"
    title = "The pixel encoding of this DICOM object is not supported"
