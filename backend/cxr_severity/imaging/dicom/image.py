"""A DICOM object's image, parsed once into a frozen `DicomImage`.

What is ambiguous is refused with its reason. No text of the data set is repeated in an error or a
log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.dicom.accept import accepted_pixels, declared_against
from cxr_severity.imaging.dicom.elements import read_elements, read_meta
from cxr_severity.imaging.dicom.groups import with_groups
from cxr_severity.imaging.dicom.plugin import COMPRESSED
from cxr_severity.imaging.dicom.tables import Table, read_palette
from cxr_severity.imaging.dicom.transformations import (
    Rescale,
    Window,
    pixel_aspect,
    read_modality,
    read_voi,
)
from cxr_severity.imaging.errors import (
    DamagedImageError,
    DicomUnsupportedEncodingError,
    UnsupportedColourSpaceError,
)
from cxr_severity.imaging.orientation import patient_directions, patient_orientation

if TYPE_CHECKING:
    from cxr_severity.imaging.dicom.elements import Elements, PixelElement
    from cxr_severity.imaging.limits import Limits
    from cxr_severity.imaging.radiograph import Declared

NATIVE = frozenset({ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian})

GREY = frozenset({"MONOCHROME1", "MONOCHROME2"})
LUMA_FIRST = frozenset({"YBR_FULL", "YBR_FULL_422"})
COLOUR = LUMA_FIRST | {"RGB", "YBR_RCT", "YBR_ICT"}
_PALETTE = "PALETTE COLOR"
_BYTE, _WORD = 8, 16
_SHAPES = {"IDENTITY": "MONOCHROME2", "INVERSE": "MONOCHROME1"}


@dataclass(frozen=True, slots=True)
class PixelLayout:
    """The Image Pixel module, checked.

    `samples` is 1 or 3, `allocated` 1, 8 or 16 bits, of which the `stored` ones end at
    `high_bit`. `photometric` is in upper case. `clamped` says that values come from a stream of
    more bits than are stored: they are limited instead of cut off.
    """

    rows: int
    columns: int
    samples: int
    allocated: int
    stored: int
    high_bit: int
    signed: bool
    planar: int
    photometric: str
    clamped: bool = False

    @property
    def top(self) -> int:
        """The greatest bit pattern of the stored bits."""
        return (1 << self.stored) - 1


@dataclass(frozen=True, slots=True)
class DicomImage:
    """What a data set says of its single image.

    `padding` are the first and last stored value that stand for no tissue, as 16 bits. `palette`
    are the tables of red, green and blue of a PALETTE COLOR image. `overlay_bits` are those of
    each stored word that old overlays lie in. `orientation` is EXIF's number of the turn that sets
    the film upright, `pixel_aspect` the height of a stored pixel over its width.
    """

    syntax: str
    pixels: PixelElement
    layout: PixelLayout
    modality: Rescale | Table
    voi: Window | Table | None
    padding: tuple[int, int] | None
    palette: tuple[Table, Table, Table] | None
    overlay_bits: int
    orientation: int
    pixel_aspect: float
    declared: Declared


def parse_dicom(data: bytes, limits: Limits) -> DicomImage:
    """Take a DICOM object apart and check all that does not need its pixels.

    Raises:
        InputRefusedError: one of its subclasses, and nothing else.
    """
    syntax, start = read_meta(data)
    # Before the data set is read: a deflated one cannot be read without inflating it.
    if syntax and syntax not in NATIVE | COMPRESSED:
        raise DicomUnsupportedEncodingError(
            "The DICOM object's transfer syntax is not supported. Export it uncompressed, or "
            "as JPEG, JPEG-LS, JPEG 2000 or RLE."
        )
    elements = with_groups(read_elements(data, start, big_endian=syntax == ExplicitVRBigEndian))
    pixels = accepted_pixels(elements)
    layout = _layout(elements)
    limits.check_size(layout.columns, layout.rows, layout.samples)
    if pixels.encapsulated and not syntax:
        raise DicomUnsupportedEncodingError(
            "The DICOM object does not say how its pixel data is compressed: it has no file meta "
            "information. Export it again as a file."
        )
    syntax = syntax or ExplicitVRLittleEndian
    if pixels.encapsulated != (syntax in COMPRESSED):
        raise DamagedImageError("The DICOM object's pixel data does not fit its transfer syntax.")
    directions = patient_directions(elements.texts(tags.ORIENTATION))
    return DicomImage(
        syntax=syntax,
        pixels=pixels,
        layout=layout,
        modality=read_modality(elements),
        voi=read_voi(elements),
        padding=_padding(elements),
        palette=read_palette(elements) if layout.photometric == _PALETTE else None,
        overlay_bits=_overlay_bits(elements),
        orientation=patient_orientation(directions),
        pixel_aspect=pixel_aspect(elements),
        declared=declared_against(elements, directions),
    )


def _layout(elements: Elements) -> PixelLayout:
    rows = _required(elements, tags.ROWS, "Rows")
    columns = _required(elements, tags.COLUMNS, "Columns")
    photometric = photometric_of(elements)
    samples = _optional(elements, tags.SAMPLES, 1)
    allocated = _required(elements, tags.BITS_ALLOCATED, "Bits Allocated")
    stored = _optional(elements, tags.BITS_STORED, allocated)
    high_bit = _optional(elements, tags.HIGH_BIT, stored - 1)
    if photometric not in GREY | COLOUR | {_PALETTE}:
        raise UnsupportedColourSpaceError(
            "The DICOM object's Photometric Interpretation is missing or does not define a "
            "grey scale."
        )
    if samples != (3 if photometric in COLOUR else 1):
        raise DamagedImageError(
            "The DICOM object's Samples per Pixel do not fit its Photometric Interpretation."
        )
    if allocated in (24, 32, 64):
        raise DicomUnsupportedEncodingError(
            "The DICOM object stores more than 16 bits per value, which is not supported."
        )
    if 1 < allocated < _WORD and allocated != _BYTE:
        raise DicomUnsupportedEncodingError(
            "The DICOM object's values are packed (Bits Allocated {allocated}), which is not "
            "supported. Export it with 16 bits for each value.",
            allocated=allocated,
        )
    if allocated not in (1, _BYTE, _WORD) or not 1 <= stored <= allocated:
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


def photometric_of(elements: Elements) -> str:
    """Photometric Interpretation in upper case. Of grey films Presentation LUT Shape says last
    which end of the values is white (PS3.3 C.11.6), as DCMTK follows it where the two disagree."""
    photometric = elements.text(tags.PHOTOMETRIC)
    if photometric not in GREY:
        return photometric
    return _SHAPES.get(elements.text(tags.PRESENTATION_SHAPE), photometric)


def _required(elements: Elements, tag: int, name: str) -> int:
    values = elements.shorts(tag)
    if not values or not values[0]:
        raise DamagedImageError("The DICOM object does not say its {name}.", name=name)
    return values[0]


def _optional(elements: Elements, tag: int, default: int) -> int:
    return (elements.shorts(tag) or (default,))[0]


def _padding(elements: Elements) -> tuple[int, int] | None:
    value = elements.short(tags.PADDING_VALUE)
    if value is None:
        return None
    limit = elements.short(tags.PADDING_LIMIT)
    return value, value if limit is None else limit


def _overlay_bits(elements: Elements) -> int:
    """PS3.5 8.1.2: retired, one bit of each pixel's word; of others, words of their own."""
    bits = 0
    for group in tags.OVERLAYS:
        if elements.short(group | tags.OVERLAY_ALLOCATED) not in (None, 1):
            bits |= 1 << min(elements.short(group | tags.OVERLAY_BIT) or 0, 16)
    return bits
