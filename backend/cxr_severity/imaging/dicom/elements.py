"""The few DICOM data elements that describe an image, and no others.

A data set (PS3.5 7.1) is walked through here and not by pydicom: that stops at the first thing
that is not as the standard has it, and warns, process-wide and with the value in the text, about
others. What names the patient is stepped over and never looked at, but for the date of birth, of
which `age` alone makes use; a value is interpreted when the image needs it.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydicom.uid import ExplicitVRBigEndian

from cxr_severity.imaging.dicom.walk import (
    DAMAGED,
    ITEM,
    ITEM_END,
    MARKS,
    SEQUENCE_END,
    UNDEFINED,
    Walk,
    looks_implicit,
)
from cxr_severity.imaging.errors import DamagedImageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

SOP_CLASS, MODALITY, PRESENTATION_INTENT = 0x00080016, 0x00080060, 0x00080068
CHARACTER_SET = 0x00080005
BODY_PART, VIEW_POSITION, ORIENTATION = 0x00180015, 0x00185101, 0x00200020
STUDY_DATE, ACQUISITION_DATE = 0x00080020, 0x00080022
BIRTH_DATE, PATIENT_AGE = 0x00100030, 0x00101010
REGION_CODES, VIEW_CODES = 0x00082218, 0x00540220
CODE_VALUE, CODE_SCHEME, CODE_MEANING = 0x00080100, 0x00080102, 0x00080104
SAMPLES, PHOTOMETRIC, PLANAR, FRAMES = 0x00280002, 0x00280004, 0x00280006, 0x00280008
ROWS, COLUMNS = 0x00280010, 0x00280011
BITS_ALLOCATED, BITS_STORED, HIGH_BIT, REPRESENTATION = (
    0x00280100,
    0x00280101,
    0x00280102,
    0x00280103,
)
PIXEL_SPACING, IMAGER_SPACING, SCANNED_SPACING = 0x00280030, 0x00181164, 0x00182010
ASPECT_RATIO = 0x00280034
PADDING_VALUE, PADDING_LIMIT = 0x00280120, 0x00280121
PRESENTATION_SHAPE = 0x20500020
WINDOW_CENTER, WINDOW_WIDTH, VOI_FUNCTION = 0x00281050, 0x00281051, 0x00281056
RESCALE_INTERCEPT, RESCALE_SLOPE = 0x00281052, 0x00281053
PALETTE_DESCRIPTORS = (0x00281101, 0x00281102, 0x00281103)
PALETTE_DATA = (0x00281201, 0x00281202, 0x00281203)
PALETTE_SEGMENTS = (0x00281221, 0x00281222, 0x00281223)
MODALITY_LUT, VOI_LUT = 0x00283000, 0x00283010
LUT_DESCRIPTOR, LUT_DATA = 0x00283002, 0x00283006
OVERLAYS = tuple(group << 16 for group in range(0x6000, 0x6020, 2))
OVERLAY_ALLOCATED, OVERLAY_BIT = 0x0100, 0x0102
"""Elements of each of the groups `OVERLAYS`."""
SHARED_GROUPS, FRAME_GROUPS = 0x52009229, 0x52009230
FLOAT_PIXELS, DOUBLE_PIXELS, PIXEL_DATA = 0x7FE00008, 0x7FE00009, 0x7FE00010
_TRANSFER_SYNTAX = 0x00020010

_PIXELS = frozenset({FLOAT_PIXELS, DOUBLE_PIXELS, PIXEL_DATA})
_WANTED = frozenset({
    SOP_CLASS, MODALITY, PRESENTATION_INTENT, STUDY_DATE, ACQUISITION_DATE, BIRTH_DATE, PATIENT_AGE,
    BODY_PART, VIEW_POSITION, ORIENTATION, SAMPLES, PHOTOMETRIC, PLANAR, FRAMES, ROWS, COLUMNS,
    BITS_ALLOCATED, BITS_STORED, HIGH_BIT, REPRESENTATION, PIXEL_SPACING, IMAGER_SPACING,
    SCANNED_SPACING, ASPECT_RATIO, PADDING_VALUE, PADDING_LIMIT, WINDOW_CENTER, WINDOW_WIDTH,
    VOI_FUNCTION, RESCALE_INTERCEPT, RESCALE_SLOPE, *PALETTE_DESCRIPTORS, *PALETTE_DATA,
    *PALETTE_SEGMENTS, MODALITY_LUT, VOI_LUT, REGION_CODES, VIEW_CODES, PRESENTATION_SHAPE,
    SHARED_GROUPS, FRAME_GROUPS,
    *(group | element for group in OVERLAYS for element in (OVERLAY_ALLOCATED, OVERLAY_BIT)),
})  # fmt: skip
_PREFIX, _PREFIX_AT = b"DICM", 128
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_SHORTS_BYTES = 8
"""So much is read of 16-bit numbers, which in implicit VR may fill a whole file."""
_MARK = 8
"""Bytes of the mark of an item's end."""


@dataclass(frozen=True, slots=True)
class PixelElement:
    """The element that ends the reading.

    `value` begins at its value, and ends with it unless `encapsulated`. `vr` is empty where the
    file does not say.
    """

    tag: int
    vr: str
    encapsulated: bool
    value: memoryview


@dataclass(frozen=True, slots=True)
class Element:
    """A value's bytes as they are in the file; of a sequence, its items. `vr` is empty where the
    file does not say."""

    vr: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Elements:
    """A typed view of a data set. `order` is struct's and numpy's sign for its byte order."""

    by_tag: Mapping[int, Element]
    order: str
    pixels: PixelElement | None = None
    character_set: bytes = b""
    """Specific Character Set as it is in the file; nothing here is read by it."""

    def raw(self, tag: int) -> bytes:
        """The value's bytes, empty when the element is absent or empty."""
        return self.by_tag[tag].value if tag in self.by_tag else b""

    def vr(self, tag: int) -> str:
        """The value representation, empty when the file does not say."""
        return self.by_tag[tag].vr if tag in self.by_tag else ""

    def text(self, tag: int) -> str:
        """The first value of a string element in upper case, empty when absent."""
        return self.texts(tag)[0]

    def texts(self, tag: int) -> list[str]:
        """All values of a short string element as in `text`, at least one."""
        values = self.raw(tag)[:64].decode("ascii", "replace").split("\\")
        return [value.strip(" \0").upper() for value in values]

    def shorts(self, tag: int) -> tuple[int, ...]:
        """The 16-bit values of a US or SS element, read as unsigned, of which none here has more
        than three; empty when absent."""
        raw = self.raw(tag)[:_SHORTS_BYTES]
        return struct.unpack_from(f"{self.order}{len(raw) // 2}H", raw)

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
        value = number_in(text)
        if value is None:
            raise DamagedImageError("The DICOM object's {name} is not a number.", name=name)
        return value

    def pair(self, tag: int) -> tuple[float, float] | None:
        """Two positive numbers of a DS or IS element, None when it does not hold two."""
        values = [number_in(text) or 0.0 for text in self.texts(tag)]
        return (values[0], values[1]) if len(values) == 2 and min(values) > 0 else None

    def items(self, tag: int, wanted: Collection[int]) -> Iterator[Elements]:
        """The items of a sequence, each with what is `wanted` of it; none when it is absent.

        Raises:
            DamagedImageError: the structure is broken.
        """
        value, pos = self.raw(tag), 0
        walk = Walk(value, self.order)
        while pos < len(value):
            item = walk.head(pos, implicit=True)
            if item.tag == SEQUENCE_END:
                return
            if item.tag != ITEM:
                raise DamagedImageError(DAMAGED)
            defined = item.length != UNDEFINED
            inner = Walk(value[: walk.end_of(item)], self.order) if defined else walk
            found, pos = _collect(inner, item.at, wanted, ITEM_END.__eq__)
            yield Elements(found, self.order)
            pos += 0 if defined else _MARK

    def first_item(
        self, tag: int, wanted: Collection[int] = (LUT_DESCRIPTOR, LUT_DATA)
    ) -> Elements | None:
        """The first of `items`, by default of a lookup table; None where there is none."""
        return next(self.items(tag, wanted), None)


def number_in(text: str) -> float | None:
    """None unless finite. Some writers follow their country's decimal comma; `2,000` may be either
    2 or 2000 and is none."""
    if _THOUSANDS.fullmatch(text):
        return None
    try:
        value = float(text if "." in text else text.replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def begins_a_data_set(data: bytes) -> bool:
    """Whether `data` begins as a DICOM object without preamble: with the first of its elements, or
    with the prefix that should stand behind the preamble."""
    if data.startswith(_PREFIX):
        return True
    head = data[:8]
    if len(head) < 8:
        return False
    for order in "<>":
        group, element, length = struct.unpack(order + "HHI", head)
        if group not in (2, 8) or element > 0x20:
            continue
        if not looks_implicit(data, 0):
            return True
        # Without a VR, the next element must lie where this one says that it ends.
        following = data[8 + length : 12 + length]
        if order == "<" and length < 256 and following[:2] == head[:2]:
            return bool(int.from_bytes(following[2:], "little") > element)
    return False


def read_meta(data: bytes) -> tuple[str, int]:
    """Transfer Syntax UID (empty when absent) and where the data set begins.

    Raises:
        DamagedImageError: the structure is broken.
    """
    start = 0
    if data.startswith(_PREFIX, _PREFIX_AT):
        start = _PREFIX_AT + len(_PREFIX)
    elif data.startswith(_PREFIX):
        start = len(_PREFIX)
    walk = Walk(data, "<")
    found, end = _collect(walk, start, {_TRANSFER_SYNTAX}, lambda tag: tag >> 16 != 2)
    syntax = Elements(found, "<").text(_TRANSFER_SYNTAX)
    if not syntax and data[end : end + 2] == b"\x00\x08":
        syntax = ExplicitVRBigEndian
    return syntax, end


def read_elements(
    data: bytes,
    start: int,
    *,
    big_endian: bool,
    wanted: Collection[int] = _WANTED,
    pixels: bool = True,
) -> Elements:
    """The image's elements, or those `wanted`, from the data set that begins at `start`.

    Implicit and explicit VR are told apart by looking, as writers err about it. Without `pixels`
    none are looked for, and they need not be there to their end.

    Raises:
        DamagedImageError: the structure is broken, incomplete or nested too deeply.
    """
    order = ">" if big_endian else "<"
    walk = Walk(data, order)
    sought = {*wanted, CHARACTER_SET}
    found, end = _collect(walk, start, sought, _PIXELS.__contains__)
    character_set = found.get(CHARACTER_SET, Element("", b"")).value
    if end == len(data) or not pixels:
        return Elements(found, order, None, character_set)
    head = walk.head(end, implicit=looks_implicit(data, start))
    encapsulated = head.length == UNDEFINED
    value = memoryview(data)[head.at : None if encapsulated else walk.end_of(head)]
    last = PixelElement(head.tag, head.vr, encapsulated, value)
    return Elements(found, order, last, character_set)


def _collect(
    walk: Walk, pos: int, wanted: Collection[int], ends: Callable[[int], bool]
) -> tuple[dict[int, Element], int]:
    """The wanted elements from `pos` up to the first that `ends`, or the end of an item, and where
    that is."""
    found: dict[int, Element] = {}
    implicit = looks_implicit(walk.data, pos)
    while pos < len(walk.data):
        # Before the rest of the head, which may be of another encoding, or deflated.
        tag = walk.tag(pos)
        if tag is not None and ends(tag):
            break
        head = walk.head(pos, implicit=implicit)
        if head.tag in MARKS:
            # Some writers leave behind the end of an item or a sequence that never began.
            if head.length or head.tag == ITEM:
                raise DamagedImageError(DAMAGED)
            pos = head.at
            continue
        end = walk.end_of(head)
        if head.tag in wanted:
            found[head.tag] = Element(head.vr, walk.data[head.at : end])
        pos = end
    return found, pos
