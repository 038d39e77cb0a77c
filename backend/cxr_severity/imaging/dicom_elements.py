"""The few DICOM data elements that describe an image, and no others.

Everything else in the file, above all what names the patient, is stepped over without being
interpreted. That is why this is not `pydicom.dcmread`: it decodes and may log any element, warns
process-wide about odd values and inflates deflated data sets without a bound.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from cxr_severity.imaging.errors import DamagedImageError

SOP_CLASS, MODALITY, PRESENTATION_INTENT = 0x00080016, 0x00080060, 0x00080068
SAMPLES, PHOTOMETRIC, PLANAR, FRAMES = 0x00280002, 0x00280004, 0x00280006, 0x00280008
ROWS, COLUMNS = 0x00280010, 0x00280011
BITS_ALLOCATED, BITS_STORED, HIGH_BIT, REPRESENTATION = (
    0x00280100,
    0x00280101,
    0x00280102,
    0x00280103,
)
PADDING_VALUE, PADDING_LIMIT = 0x00280120, 0x00280121
WINDOW_CENTER, WINDOW_WIDTH, VOI_FUNCTION = 0x00281050, 0x00281051, 0x00281056
RESCALE_INTERCEPT, RESCALE_SLOPE = 0x00281052, 0x00281053
PALETTE_DESCRIPTORS = (0x00281101, 0x00281102, 0x00281103)
PALETTE_DATA = (0x00281201, 0x00281202, 0x00281203)
MODALITY_LUT, VOI_LUT = 0x00283000, 0x00283010
LUT_DESCRIPTOR, LUT_DATA = 0x00283002, 0x00283006
FLOAT_PIXELS, DOUBLE_PIXELS, PIXEL_DATA = 0x7FE00008, 0x7FE00009, 0x7FE00010
_TRANSFER_SYNTAX = 0x00020010

_VALUES = frozenset(
    {SOP_CLASS, MODALITY, PRESENTATION_INTENT, SAMPLES, PHOTOMETRIC, PLANAR, FRAMES, ROWS}
    | {COLUMNS, BITS_ALLOCATED, BITS_STORED, HIGH_BIT, REPRESENTATION}
    | {PADDING_VALUE, PADDING_LIMIT, WINDOW_CENTER, WINDOW_WIDTH, VOI_FUNCTION}
    | {RESCALE_INTERCEPT, RESCALE_SLOPE, LUT_DESCRIPTOR, LUT_DATA}
    | {*PALETTE_DESCRIPTORS, *PALETTE_DATA, FLOAT_PIXELS, DOUBLE_PIXELS, _TRANSFER_SYNTAX}
)
_SEQUENCES = frozenset({MODALITY_LUT, VOI_LUT})
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_UNDEFINED = 0xFFFFFFFF
_LONG_VR = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_MAX_ELEMENTS, _MAX_DEPTH = 100_000, 16
_PREFIX_END = 132


@dataclass(frozen=True, slots=True)
class Element:
    """One value as it stands in the file; `vr` is empty where the file does not say."""

    vr: bytes
    value: memoryview


@dataclass(slots=True)
class Elements:
    """Elements by tag, the first item of sequences, and the pixel data's fragments.

    `order` is struct's and numpy's sign for the byte order. `fragments` is None when the pixel
    data is native (or absent), else one view per fragment, the offset table first.
    """

    order: str
    values: dict[int, Element] = field(default_factory=dict)
    items: dict[int, Elements] = field(default_factory=dict)
    fragments: list[memoryview] | None = None

    def text(self, tag: int) -> str:
        """The first value of a string element in upper case, empty when absent."""
        element = self.values.get(tag)
        if element is None:
            return ""
        raw = bytes(element.value[:64]).split(b"\\")[0]
        return raw.decode("ascii", "replace").strip(" \0").upper()

    def shorts(self, tag: int) -> tuple[int, ...]:
        """All 16-bit values of a US or SS element, read as unsigned; empty when absent."""
        element = self.values.get(tag)
        if element is None:
            return ()
        return struct.unpack_from(f"{self.order}{len(element.value) // 2}H", element.value)

    def short(self, tag: int) -> int | None:
        """The first of `shorts`, None when there is none."""
        return next(iter(self.shorts(tag)), None)

    def number(self, tag: int, name: str) -> float | None:
        """The first value of a DS or IS element, None when absent or empty.

        Raises:
            DamagedImageError: not a finite number.
        """
        text = self.text(tag)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not abs(value) < float("inf"):
            raise DamagedImageError(f"The DICOM object's {name} is not a number.")
        return value


def read_meta(data: bytes) -> tuple[str, int]:
    """Transfer Syntax UID (empty when absent) and where the data set begins.

    Raises:
        DamagedImageError: the structure is broken.
    """
    reader = _Reader(data, "<")
    pos, found = reader.dataset(_PREFIX_END, len(data), explicit=True, meta_only=True)
    return found.text(_TRANSFER_SYNTAX), pos


def read_elements(data: bytes, start: int, *, big_endian: bool) -> Elements:
    """The image's elements from the data set that begins at `start`.

    Implicit and explicit VR are told apart by looking, as writers err about it.

    Raises:
        DamagedImageError: the structure is broken, incomplete or nested too deeply.
    """
    reader = _Reader(data, ">" if big_endian else "<")
    explicit = _is_vr(data[start + 4 : start + 6])
    _, found = reader.dataset(start, len(data), explicit=explicit)
    return found


def _is_vr(code: bytes) -> bool:
    return len(code) == 2 and all(65 <= letter <= 90 for letter in code)


class _Reader:
    def __init__(self, data: bytes, order: str) -> None:
        self._data = data
        self._view = memoryview(data)
        self._order = order
        self._tag = struct.Struct(order + "HH")
        self._short = struct.Struct(order + "H")
        self._long = struct.Struct(order + "I")
        self._left = _MAX_ELEMENTS

    def dataset(
        self, pos: int, end: int, *, explicit: bool, depth: int = 0, meta_only: bool = False
    ) -> tuple[int, Elements]:
        """Read elements up to `end`, an item's delimiter or the pixel data."""
        found = Elements(self._order)
        while pos < end:
            tag, vr, length, at = self._header(pos, end, explicit=explicit)
            if meta_only and tag >> 16 != 2:
                break
            if tag == _ITEM_END:
                pos = at
                break
            if length == _UNDEFINED:
                if tag == PIXEL_DATA and depth == 0:
                    found.fragments = self._fragments(at, end)
                    return end, found
                # An unknown VR of undefined length is a sequence in implicit VR: PS3.5 6.2.2.
                nested = explicit and vr != b"UN"
                pos, first = self._items(
                    at, end, explicit=nested, depth=depth + 1, wanted=tag in _SEQUENCES
                )
            else:
                pos = at + length
                if pos > end:
                    raise DamagedImageError("The DICOM object ends before it is complete.")
                first = None
                if tag in _SEQUENCES and length:
                    _, first = self._items(at, pos, explicit=explicit, depth=depth + 1, wanted=True)
                elif tag in _VALUES or (tag == PIXEL_DATA and depth == 0):
                    found.values.setdefault(tag, Element(vr, self._view[at:pos]))
                    if tag == PIXEL_DATA:
                        return pos, found
            if first is not None and tag in _SEQUENCES:
                found.items.setdefault(tag, first)
        return pos, found

    def _header(self, pos: int, end: int, *, explicit: bool) -> tuple[int, bytes, int, int]:
        """Tag, VR (empty if implicit), length and the value's position."""
        self._left -= 1
        if self._left < 0:
            raise DamagedImageError("The DICOM object holds too many elements.")
        if pos + 8 > end:
            raise DamagedImageError("The DICOM object ends before it is complete.")
        group, element = self._tag.unpack_from(self._data, pos)
        tag = group << 16 | element
        vr = self._data[pos + 4 : pos + 6]
        # Items carry no VR, and some writers fall back to implicit VR inside sequences.
        if not explicit or group == 0xFFFE or not _is_vr(vr):
            return tag, b"", self._long.unpack_from(self._data, pos + 4)[0], pos + 8
        if vr not in _LONG_VR:
            return tag, vr, self._short.unpack_from(self._data, pos + 6)[0], pos + 8
        if pos + 12 > end:
            raise DamagedImageError("The DICOM object ends before it is complete.")
        return tag, vr, self._long.unpack_from(self._data, pos + 8)[0], pos + 12

    def _items(
        self, pos: int, end: int, *, explicit: bool, depth: int, wanted: bool
    ) -> tuple[int, Elements | None]:
        """Position behind a sequence's items, and the first item's elements."""
        if depth > _MAX_DEPTH:
            raise DamagedImageError("The DICOM object is nested too deeply.")
        first: Elements | None = None
        while pos < end:
            tag, _, length, at = self._header(pos, end, explicit=False)
            if tag == _SEQUENCE_END:
                return at, first
            if tag != _ITEM:
                raise DamagedImageError("The DICOM object's structure is damaged.")
            stop = end if length == _UNDEFINED else at + length
            if stop > end:
                raise DamagedImageError("The DICOM object ends before it is complete.")
            if length == _UNDEFINED:
                pos, item = self.dataset(at, stop, explicit=explicit, depth=depth)
            else:
                pos, item = stop, None
                if wanted and first is None:
                    _, item = self.dataset(at, stop, explicit=explicit, depth=depth)
            first = first or item
        return pos, first

    def _fragments(self, pos: int, end: int) -> list[memoryview]:
        found: list[memoryview] = []
        while True:
            tag, _, length, at = self._header(pos, end, explicit=False)
            if tag == _SEQUENCE_END:
                return found
            pos = at + length
            if tag != _ITEM or length == _UNDEFINED or pos > end:
                raise DamagedImageError("The DICOM object's pixel data is damaged or incomplete.")
            found.append(self._view[at:pos])
