"""DICOM radiographs to grey values: which objects are taken, and how they are read.

Computed and digital radiography "for presentation" and secondary captures of one frame are
taken. What is ambiguous is refused with its reason. No text of the data set is repeated in an
error or a log.

Films are shown as if the patient faced the viewer: the patient's left lies on the right, the head
above. Where Patient Orientation says that rows and columns run otherwise, the picture is mirrored
or turned; where it is missing, oblique or makes no sense, it stays as it is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian

from cxr_severity.imaging.codecs.raster import Raster
from cxr_severity.imaging.colour import SIDE, colourfulness
from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.dicom.elements import Elements, read_elements, read_meta
from cxr_severity.imaging.dicom.grey import LUMA, grey_table, palette_table
from cxr_severity.imaging.dicom.pixels import NATIVE, PixelLayout, read_compressed, read_native
from cxr_severity.imaging.dicom.plugin import COMPRESSED
from cxr_severity.imaging.errors import (
    DamagedImageError,
    DicomForProcessingError,
    DicomNotRadiographError,
    DicomUnsupportedEncodingError,
    DicomWithoutImageError,
    MultiFrameError,
    NotFrontalChestError,
    UnsupportedColourSpaceError,
)
from cxr_severity.imaging.orientation import (
    patient_directions,
    patient_orientation,
    shows_a_side,
    upright,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cxr_severity.imaging.dicom.elements import PixelElement
    from cxr_severity.imaging.dicom.pixels import Codes
    from cxr_severity.imaging.limits import Limits

_CLASSES = "1.2.840.10008.5.1.4.1.1."
_RADIOGRAPHS = frozenset({_CLASSES + "1", _CLASSES + "1.1"})  # CR, DX for presentation
_FOR_PROCESSING = _CLASSES + "1.1.1"
_SECONDARY_CAPTURES = frozenset(_CLASSES + end for end in ("7", "7.1", "7.2", "7.3", "7.4"))
# Secondary captures carry the modality of what was captured.
_MODALITIES = frozenset({"", "CR", "DX", "DR", "RG", "OT", "SC"})

# What an object says of itself is believed where it speaks against a frontal chest film. Where it
# says nothing, or something unforeseen (chests go by many names), the image itself must tell.
_NOT_FRONTAL = frozenset({"LL", "RL", "LATERAL", "LAT", "LLO", "RLO", "LAO", "RAO"})
_OTHER_BODY_PARTS = frozenset(
    {"ABDOMEN", "ANKLE", "ARM", "BREAST", "CALCANEUS", "CERVICALSPINE", "CSPINE", "ELBOW", "FEMUR"}
    | {"FINGER", "FOOT", "FOREARM", "HAND", "HEAD", "HEEL", "HIP", "HUMERUS", "JAW", "KNEE", "LEG"}
    | {"LSPINE", "LUMBARSPINE", "NECK", "PELVIS", "SHOULDER", "SKULL", "TIBIA", "TOE", "WRIST"}
)
_GREY = frozenset({"MONOCHROME1", "MONOCHROME2"})
_LUMA_FIRST = frozenset({"YBR_FULL", "YBR_FULL_422"})
_COLOUR = _LUMA_FIRST | {"RGB", "YBR_RCT", "YBR_ICT"}
_LUMA = np.array(LUMA, np.float32)
# BT.601 at full range: what luma and the two chromas, from their middle, add to red, green, blue.
_FROM_YBR = np.array([(1, 1, 1), (0, -0.344136, 1.772), (1.402, -0.714136, 0)], np.float32)
_BAND_PIXELS = 1 << 20


def decode_dicom(data: bytes, limits: Limits) -> Raster:
    """Grey values of the single image in a DICOM file, float32 where 1 is white.

    Raises:
        InputRefusedError: one of its subclasses, and nothing else but MemoryError.
    """
    syntax, start = read_meta(data)
    # Before the data set is read: a deflated one cannot be read without inflating it.
    if syntax and syntax not in NATIVE | COMPRESSED:
        raise DicomUnsupportedEncodingError(
            "The DICOM object's transfer syntax is not supported. Export it uncompressed, or "
            "as JPEG, JPEG-LS, JPEG 2000 or RLE."
        )
    syntax = syntax or ExplicitVRLittleEndian
    elements = read_elements(data, start, big_endian=syntax == ExplicitVRBigEndian)
    pixels = _check_object(elements)
    layout = _layout(elements)
    limits.check_size(layout.columns, layout.rows, layout.samples)
    if pixels.encapsulated != (syntax in COMPRESSED):
        raise DamagedImageError("The DICOM object's pixel data does not fit its transfer syntax.")
    if pixels.encapsulated:
        codes, layout = read_compressed(pixels, layout, syntax)
    else:
        codes = read_native(pixels, layout, syntax)
    grey, colour = _to_grey(codes, elements, layout)
    return Raster(upright(grey, patient_orientation(_directions(elements))), layout.stored, colour)


def _check_object(elements: Elements) -> PixelElement:
    """The pixels, after refusing what is no radiograph for presentation, or no image at all."""
    pixels = elements.pixels
    if pixels is None:
        raise DicomWithoutImageError(
            "The DICOM object holds no pixel data, like a report or a document."
        )
    if pixels.tag != tags.PIXEL_DATA:
        raise DicomUnsupportedEncodingError("The DICOM object stores floating-point values.")
    sop_class, modality = elements.text(tags.SOP_CLASS), elements.text(tags.MODALITY)
    if sop_class == _FOR_PROCESSING or "PROCESSING" in elements.text(tags.PRESENTATION_INTENT):
        raise DicomForProcessingError(
            "The image is meant for processing, not for viewing. "
            "Send the image for presentation of the same exposure."
        )
    captured = (not sop_class or sop_class in _SECONDARY_CAPTURES) and modality in _MODALITIES
    if sop_class not in _RADIOGRAPHS and not captured:
        raise DicomNotRadiographError(
            "The DICOM object is of another kind than computed or digital radiography "
            "or a secondary capture of one."
        )
    if elements.text(tags.VIEW_POSITION) in _NOT_FRONTAL or shows_a_side(_directions(elements)):
        raise NotFrontalChestError("The DICOM object says that the film is lateral or oblique.")
    if elements.text(tags.BODY_PART) in _OTHER_BODY_PARTS:
        raise NotFrontalChestError("The DICOM object says that the film is not of the chest.")
    if (elements.number(tags.FRAMES, "Number of Frames") or 1) != 1:
        raise MultiFrameError("The DICOM object holds more than one frame. Send a single picture.")
    return pixels


def _directions(elements: Elements) -> str:
    return patient_directions(elements.texts(tags.ORIENTATION))


def _layout(elements: Elements) -> PixelLayout:
    rows = _required(elements, tags.ROWS, "Rows")
    columns = _required(elements, tags.COLUMNS, "Columns")
    photometric = elements.text(tags.PHOTOMETRIC)
    samples = _optional(elements, tags.SAMPLES, 1)
    allocated = _required(elements, tags.BITS_ALLOCATED, "Bits Allocated")
    stored = _optional(elements, tags.BITS_STORED, allocated)
    high_bit = _optional(elements, tags.HIGH_BIT, stored - 1)
    if photometric not in _GREY | _COLOUR | {"PALETTE COLOR"}:
        raise UnsupportedColourSpaceError(
            "The DICOM object's Photometric Interpretation is missing or does not define a "
            "grey scale."
        )
    if samples != (3 if photometric in _COLOUR else 1):
        raise DamagedImageError(
            "The DICOM object's Samples per Pixel do not fit its Photometric Interpretation."
        )
    if allocated in (24, 32, 64):
        raise DicomUnsupportedEncodingError(
            "The DICOM object stores more than 16 bits per value, which is not supported."
        )
    if allocated not in (1, 8, 16) or not 1 <= stored <= allocated:
        raise DamagedImageError("The DICOM object's Bits Stored do not fit its Bits Allocated.")
    if not stored - 1 <= high_bit < allocated:
        raise DamagedImageError("The DICOM object's High Bit does not fit its Bits Stored.")
    return PixelLayout(
        rows=rows,
        columns=columns,
        samples=samples,
        allocated=allocated,
        stored=stored,
        high_bit=high_bit,
        signed=_optional(elements, tags.REPRESENTATION, 0) == 1,
        planar=_optional(elements, tags.PLANAR, 0),
        photometric=photometric,
    )


def _required(elements: Elements, tag: int, name: str) -> int:
    values = elements.shorts(tag)
    if not values or not values[0]:
        raise DamagedImageError("The DICOM object does not say its {name}.", name=name)
    return values[0]


def _optional(elements: Elements, tag: int, default: int) -> int:
    return (elements.shorts(tag) or (default,))[0]


def _to_grey(
    codes: Codes, elements: Elements, layout: PixelLayout
) -> tuple[NDArray[np.float32], float]:
    """(rows, columns) float32, in bands of rows so that temporary copies stay small, and how
    colourful the picture is."""
    colour = 0.0
    bits = layout.stored_bits(1 << 8 * codes.itemsize)
    if layout.photometric in _GREY:
        table = grey_table(elements, layout)[bits]
    elif layout.photometric in _COLOUR:
        table = (bits / layout.top).astype(np.float32)
        colour = _colour(table[_thumbnail(codes)], layout)
    else:
        palette = palette_table(elements, layout)[bits]
        colour = _colour(palette[_thumbnail(codes)], layout)
        table = np.clip(palette @ _LUMA, 0, 1)
    if codes.ndim == 3 and layout.photometric in _LUMA_FIRST:
        codes = codes[..., 0]
    out = np.empty((layout.rows, layout.columns), np.float32)
    step = max(1, _BAND_PIXELS // layout.columns)
    for top in range(0, layout.rows, step):
        band, target = codes[top : top + step], out[top : top + step]
        if band.ndim == 2:
            np.take(table, band, out=target, mode="clip")
        else:
            np.matmul(np.take(table, band, mode="clip"), _LUMA, out=target)
            np.clip(target, 0, 1, out=target)
    return out, colour


def _thumbnail(codes: Codes) -> Codes:
    """The pixels nearest to the centres of SIDE x SIDE equal parts, as Pillow takes them."""
    rows, columns = (
        ((np.arange(SIDE) + 0.5) * side / SIDE).astype(np.intp) for side in codes.shape[:2]
    )
    return codes[np.ix_(rows, columns)]


def _colour(thumbnail: NDArray[np.float32], layout: PixelLayout) -> float:
    """How colourful a thumbnail of three components in [0, 1] is."""
    if layout.photometric in _LUMA_FIRST:
        middle = (layout.top + 1) / 2 / layout.top
        thumbnail = (thumbnail - np.array([0, middle, middle], np.float32)) @ _FROM_YBR
    levels = np.rint(np.clip(thumbnail, 0, 1) * 255)
    return colourfulness(levels.astype(np.uint8))
