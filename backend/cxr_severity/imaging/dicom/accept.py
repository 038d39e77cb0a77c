"""Which DICOM objects are taken: computed and digital radiography "for presentation", and secondary
captures of one frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.dicom.age import is_child
from cxr_severity.imaging.dicom.elsewhere import not_chest, not_frontal
from cxr_severity.imaging.errors import (
    DamagedImageError,
    DicomForProcessingError,
    DicomNotRadiographError,
    DicomUnsupportedEncodingError,
    DicomWithoutImageError,
    MultiFrameError,
)
from cxr_severity.imaging.orientation import shows_a_side

if TYPE_CHECKING:
    from cxr_severity.imaging.dicom.elements import Elements, PixelElement
    from cxr_severity.imaging.radiograph import Declared

_CLASSES = "1.2.840.10008.5.1.4.1.1."
RADIOGRAPHS = frozenset({_CLASSES + "1", _CLASSES + "1.1"})  # CR, DX for presentation
_FOR_PROCESSING = _CLASSES + "1.1.1"
MULTI_FRAME_CAPTURES = frozenset(_CLASSES + end for end in ("7.1", "7.2", "7.3", "7.4"))
SECONDARY_CAPTURES = MULTI_FRAME_CAPTURES | {_CLASSES + "7"}
# Secondary captures carry the modality of what was captured.
MODALITIES = frozenset({"", "CR", "DX", "DR", "RG", "OT", "SC"})


def accepted_pixels(elements: Elements) -> PixelElement:
    """The pixels, after refusing what is no radiograph for presentation, or no image at all.

    Raises:
        InputRefusedError: one of its subclasses.
    """
    pixels = elements.pixels
    if pixels is None:
        raise DicomWithoutImageError(
            "The DICOM object holds no pixel data, like a report or a document."
        )
    if pixels.tag != tags.PIXEL_DATA:
        raise DicomUnsupportedEncodingError("The DICOM object stores floating-point values.")
    if _for_processing(elements):
        raise DicomForProcessingError(
            "The image is meant for processing, not for viewing. "
            "Send the image for presentation of the same exposure."
        )
    if not _is_radiograph(elements):
        raise DicomNotRadiographError(
            "The DICOM object is of another kind than computed or digital radiography "
            "or a secondary capture of one."
        )
    if (elements.number(tags.FRAMES, "Number of Frames") or 1) != 1:
        raise MultiFrameError("The DICOM object holds more than one frame. Send a single picture.")
    return pixels


def is_for_presentation(elements: Elements) -> bool:
    """Whether the object says that it is a radiograph for presentation, or nothing of it."""
    return _is_radiograph(elements) and not _for_processing(elements)


def _for_processing(elements: Elements) -> bool:
    intent = elements.text(tags.PRESENTATION_INTENT)
    return elements.text(tags.SOP_CLASS) == _FOR_PROCESSING or "PROCESSING" in intent


def _is_radiograph(elements: Elements) -> bool:
    """Or a secondary capture of one."""
    sop_class, modality = elements.text(tags.SOP_CLASS), elements.text(tags.MODALITY)
    captured = (not sop_class or sop_class in SECONDARY_CAPTURES) and modality in MODALITIES
    return sop_class in RADIOGRAPHS or captured


def declared_against(elements: Elements, directions: str) -> Declared:
    """What the object says against a frontal film of the chest, by its words and codes or by the
    `directions` of its rows and columns; the gate is told.

    Where it says nothing, or something unforeseen (chests go by many names), the image itself must
    tell.
    """
    view, region = _code(elements, tags.VIEW_CODES), _code(elements, tags.REGION_CODES)
    if not_frontal(elements.text(tags.VIEW_POSITION), *view) or shows_a_side(directions):
        return "not-frontal"
    if not_chest(elements.text(tags.BODY_PART), *region):
        return "not-chest"
    return "child" if is_child(elements) else ""


def _code(elements: Elements, tag: int) -> tuple[str, str]:
    """Scheme and value of the first code in a sequence; empty where it has none."""
    try:
        item = elements.first_item(tag, (tags.CODE_VALUE, tags.CODE_SCHEME))
    except DamagedImageError:  # of no concern for the image
        item = None
    return (item.text(tags.CODE_SCHEME), item.text(tags.CODE_VALUE)) if item else ("", "")
