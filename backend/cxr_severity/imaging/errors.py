"""Why an input was refused.

    InputRefusedError
    ├── FileTooLargeError                 file-too-large                   413
    ├── EmptyFileError                    empty-file                       422
    ├── NotAnImageError                   not-an-image                     422
    ├── UnsupportedFormatError            unsupported-format               415
    ├── DamagedImageError                 damaged-image                    422
    ├── ImageTooLargeError                image-too-large                  413
    ├── ImageTooCostlyError               image-too-costly                 422
    ├── ImageTooSmallError                image-too-small                  422
    ├── ImageWithoutContrastError         image-without-contrast           422
    ├── MultiFrameError                   multi-frame                      422
    ├── UnsupportedColourSpaceError       unsupported-colour-space         422
    ├── DicomNotRadiographError           dicom-not-a-radiograph           422
    ├── NotFrontalChestError              not-a-frontal-chest-radiograph   422
    ├── DicomForProcessingError           dicom-for-processing             422
    ├── DicomWithoutImageError            dicom-without-image              422
    └── DicomUnsupportedEncodingError     dicom-unsupported-encoding       422

A new one is a class here, a line in the tree, and its title and advice in `texts/*.json`. The
catalogue of problems, the OpenAPI document and the page's words follow from the class.
"""

from __future__ import annotations

from typing import ClassVar

from cxr_severity.texts.problems import Kind


class InputRefusedError(Exception):
    """An input that cannot be judged, with a reason that may be shown to its sender.

    `code` is stable, `title` is the same for every occurrence, `detail` speaks of this one
    and never carries a file name, a patient's data or a library's internal message. `template` and
    `values` are what `detail` was made of, so that it can be said in another language. `status`,
    `advice` and `overridable` are those of `Kind`.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[int] = 422
    advice: ClassVar[str]
    overridable: ClassVar[bool] = False

    def __init__(self, template: str, **values: str | float) -> None:
        self.template = template
        self.values = values
        self.detail = template.format(**values) if values else template
        super().__init__(self.detail)

    @classmethod
    def kind(cls) -> Kind:
        return Kind(cls.code, cls.title, cls.status, cls.advice, overridable=cls.overridable)


class FileTooLargeError(InputRefusedError):
    code = "file-too-large"
    title = "The file is too large"
    status = 413
    advice = "Compress or scale down the image, or export it in a smaller size."


OVER_THE_LIMIT = "The file is over the limit of {limit:g} MB."
"""Said of a file that was not read to its end, so that its size is not known."""


class EmptyFileError(InputRefusedError):
    code = "empty-file"
    title = "The file is empty"
    advice = "Choose the file again; its copy may not have finished."


class NotAnImageError(InputRefusedError):
    code = "not-an-image"
    title = "The file is not an image"
    advice = (
        "Use the radiograph itself, as PNG, JPEG, TIFF or DICOM. "
        "What the file is called does not matter; its content does."
    )


class UnsupportedFormatError(InputRefusedError):
    code = "unsupported-format"
    title = "This file format is not supported"
    status = 415
    advice = "Save the image as PNG, JPEG, TIFF or DICOM."


class DamagedImageError(InputRefusedError):
    code = "damaged-image"
    title = "The image is damaged"
    advice = "Export the image again from its source and use that file."


class ImageTooLargeError(InputRefusedError):
    code = "image-too-large"
    title = "The image has too many pixels"
    status = 413
    advice = "Scale the image down."


class ImageTooCostlyError(InputRefusedError):
    code = "image-too-costly"
    title = "The image takes too much to decode"
    advice = "Export the image again from its source, as PNG or as an uncompressed DICOM object."


class ImageTooSmallError(InputRefusedError):
    code = "image-too-small"
    title = "The image has too few pixels"
    advice = "Use the original image, not its thumbnail."


class ImageWithoutContrastError(InputRefusedError):
    code = "image-without-contrast"
    title = "The image shows nothing"
    advice = (
        "Look at the image in a viewer: if it is blank there too, export it again; "
        "if not, its window settings may miss the data."
    )


class MultiFrameError(InputRefusedError):
    code = "multi-frame"
    title = "The file holds more than one image"
    advice = "Save the one image that is meant as a file of its own."


class UnsupportedColourSpaceError(InputRefusedError):
    code = "unsupported-colour-space"
    title = "The colour space does not define a grey scale"
    advice = "Save the image in greyscale or RGB."


class DicomNotRadiographError(InputRefusedError):
    code = "dicom-not-a-radiograph"
    title = "The DICOM object is not a radiograph"
    advice = (
        "Use a CR or DX image, or a secondary capture of one. CT, MR and others cannot be graded."
    )


class NotFrontalChestError(InputRefusedError):
    code = "not-a-frontal-chest-radiograph"
    title = "The image is not a frontal chest radiograph"
    advice = "Use a PA or AP film of the chest."
    overridable = True


class DicomForProcessingError(InputRefusedError):
    code = "dicom-for-processing"
    title = "The DICOM object holds raw detector data"
    advice = "Export the image “for presentation” from the PACS; raw detector data is not graded."


class DicomWithoutImageError(InputRefusedError):
    code = "dicom-without-image"
    title = "The DICOM object holds no image"
    advice = "Choose the object of the study that holds the image."


class DicomUnsupportedEncodingError(InputRefusedError):
    code = "dicom-unsupported-encoding"
    title = "The pixel encoding of this DICOM object is not supported"
    advice = (
        "Export the DICOM object uncompressed, as JPEG, JPEG-LS, JPEG 2000 or RLE; "
        "or export the image as PNG."
    )


def refusals() -> tuple[type[InputRefusedError], ...]:
    """Every class above that has a code, in the order of this file, and others derived from it."""

    def under(error: type[InputRefusedError]) -> list[type[InputRefusedError]]:
        found = [error] if "code" in vars(error) else []
        return found + [each for below in error.__subclasses__() for each in under(below)]

    return tuple(under(InputRefusedError))
