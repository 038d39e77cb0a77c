"""The few DICOM data elements that describe an image, read by pydicom, and no others.

pydicom takes the data set apart; what names the patient is stepped over and never interpreted.
Values stay as they are in the file until the image needs one: pydicom's own conversion warns,
process-wide and with the value in the text, about each that is not as the standard has it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, TypeVar

from pydicom.dataelem import DataElement
from pydicom.encaps import generate_fragments, parse_basic_offsets
from pydicom.filereader import read_dataset, read_sequence_item
from pydicom.sequence import Sequence

from cxr_severity.imaging.errors import DamagedImageError, MultiFrameError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydicom.dataelem import RawDataElement
    from pydicom.dataset import Dataset
    from pydicom.tag import BaseTag

SOP_CLASS, MODALITY, PRESENTATION_INTENT = 0x00080016, 0x00080060, 0x00080068
BODY_PART, VIEW_POSITION, ORIENTATION = 0x00180015, 0x00185101, 0x00200020
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

_T = TypeVar("_T")

_PIXELS = frozenset({FLOAT_PIXELS, DOUBLE_PIXELS, PIXEL_DATA})
_WANTED = (
    _TRANSFER_SYNTAX, SOP_CLASS, MODALITY, PRESENTATION_INTENT, BODY_PART, VIEW_POSITION,
    ORIENTATION, SAMPLES, PHOTOMETRIC, PLANAR, FRAMES, ROWS, COLUMNS,
    BITS_ALLOCATED, BITS_STORED, HIGH_BIT, REPRESENTATION, PADDING_VALUE, PADDING_LIMIT,
    WINDOW_CENTER, WINDOW_WIDTH, VOI_FUNCTION, RESCALE_INTERCEPT, RESCALE_SLOPE,
    *PALETTE_DESCRIPTORS, *PALETTE_DATA, MODALITY_LUT, VOI_LUT,
)  # fmt: skip
_CHARACTER_SET = (b"\x08\x00\x05\x00", b"\x00\x08\x00\x05")
_UNDEFINED = 0xFFFFFFFF
# A radiograph has some hundred elements of about two reads each; every item of a nested sequence
# becomes a Python object, and 25 MB hold millions of empty ones.
_MAX_READS = 200_000
_PREFIX_END = 132
_HEADER = 8
_CUT = "The DICOM object ends before it is complete."
_DAMAGED = "The DICOM object's structure is damaged."


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
class Elements:
    """A typed view of a data set that pydicom read.

    `by_tag` holds the elements as pydicom leaves them before it converts a value. `order` is
    struct's and numpy's sign for their byte order.
    """

    by_tag: Mapping[int, RawDataElement | DataElement]
    order: str
    pixels: PixelElement | None = None
    character_set: bytes = b""
    """Specific Character Set as it is in the file; nothing here is read by it."""

    def raw(self, tag: int) -> bytes:
        """The value's bytes, empty when the element is absent or empty."""
        value = self.by_tag[tag].value if tag in self.by_tag else None
        return value if isinstance(value, bytes) else b""

    def vr(self, tag: int) -> str:
        """The value representation, empty when the file does not say."""
        return (self.by_tag[tag].VR or "") if tag in self.by_tag else ""

    def text(self, tag: int) -> str:
        """The first value of a string element in upper case, empty when absent."""
        return self.texts(tag)[0]

    def texts(self, tag: int) -> list[str]:
        """All values of a short string element as in `text`, at least one."""
        values = self.raw(tag)[:64].decode("ascii", "replace").split("\\")
        return [value.strip(" \0").upper() for value in values]

    def shorts(self, tag: int) -> tuple[int, ...]:
        """All 16-bit values of a US or SS element, read as unsigned; empty when absent."""
        raw = self.raw(tag)
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
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not abs(value) < float("inf"):
            raise DamagedImageError("The DICOM object's {name} is not a number.", name=name)
        return value

    def first_item(self, tag: int) -> Elements | None:
        """The first item of a sequence, None when absent or empty.

        Raises:
            DamagedImageError: the structure is broken.
        """
        element = self.by_tag.get(tag)
        if element is None or not element.value:
            return None
        if isinstance(element, DataElement):
            # Of undeclared length: pydicom has read all of it to find its end.
            item = element.value[0] if isinstance(element.value, Sequence) else None
        else:
            # Inside UN the encoding is always implicit: PS3.5 6.2.2.
            implicit = element.is_implicit_VR or element.VR == "UN"
            source, little = _Source(element.value), self.order == "<"
            item = _guarded(lambda: read_sequence_item(source, implicit, little, "iso8859"))
        return None if item is None else Elements(_by_tag(item), self.order)


class _Source(BytesIO):
    """A file as pydicom reads it: nothing in it is cut off, endless or names a character set."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._left = _MAX_READS
        self._hidden = False
        self.character_set: bytes | None = None

    def read(self, size: int | None = -1, /) -> bytes:
        """As `BytesIO.read`, but a part of what is asked for is a DamagedImageError.

        Nothing at all is pydicom's sign of the end, where it asks for a header or less.
        """
        self._left -= 1
        if self._left < 0:
            raise DamagedImageError("The DICOM object holds too many elements.")
        found = super().read(size)
        if size and len(found) < size and (found or size > _HEADER):
            raise DamagedImageError(_CUT)
        # pydicom warns, and repeats the value, of a Specific Character Set that it does not know.
        # No text it would apply to is read, so pydicom is told that it is empty.
        hidden, self._hidden = self._hidden, False
        if hidden and self.character_set is None:  # the data set's own comes before its sequences
            self.character_set = found
        if size == _HEADER and found.startswith(_CHARACTER_SET):
            self._hidden = any(found[6:] if found[4:6] == b"CS" else found[4:])
        return b"" if hidden else found


def read_meta(data: bytes) -> tuple[str, int]:
    """Transfer Syntax UID (empty when absent) and where the data set begins.

    Raises:
        DamagedImageError: the structure is broken.
    """
    found, end = _read(data, _PREFIX_END, "<", lambda tag: tag >> 16 != 2)
    return found.text(_TRANSFER_SYNTAX), end


def read_elements(
    data: bytes, start: int, *, big_endian: bool, wanted: tuple[int, ...] = _WANTED
) -> Elements:
    """The image's elements, or those `wanted`, from the data set that begins at `start`.

    Implicit and explicit VR are told apart by looking, as writers err about it.

    Raises:
        DamagedImageError: the structure is broken, incomplete or nested too deeply.
    """
    order = ">" if big_endian else "<"
    found, _ = _read(data, start, order, lambda tag: tag in _PIXELS, wanted)
    return found


def _read(
    data: bytes,
    start: int,
    order: str,
    ends: Callable[[int], bool],
    wanted: tuple[int, ...] = _WANTED,
) -> tuple[Elements, int]:
    """The wanted elements up to the first that `ends`, and where that begins."""
    source = _Source(data)
    pixels: PixelElement | None = None

    def stop(tag: BaseTag, vr: str | None, length: int) -> bool:
        nonlocal pixels
        at, number, encapsulated = source.tell(), int(tag), length == _UNDEFINED
        stopping = ends(number)
        if stopping and number not in _PIXELS:
            return True
        if not encapsulated and at + length > len(data):
            raise DamagedImageError(_CUT)
        if stopping:
            value = memoryview(data)[at : None if encapsulated else at + length]
            pixels = PixelElement(number, vr or "", encapsulated, value)
        return stopping

    # pydicom finds out by itself whether the VR is explicit, and warns when told otherwise.
    vr = data[start + 4 : start + 6]
    implicit = not (len(vr) == 2 and all(0x40 < letter < 0x5B for letter in vr))
    source.seek(start)
    found = _guarded(
        lambda: read_dataset(
            source, implicit, order == "<", stop_when=stop, specific_tags=list(wanted)
        )
    )
    elements = Elements(_by_tag(found), order, pixels, source.character_set or b"")
    return elements, source.tell()


def join_fragments(value: memoryview) -> bytes:
    """The stream of one frame from an encapsulated value that begins with its offset table.

    Raises:
        DamagedImageError: the structure is broken or incomplete, or there is no fragment.
        MultiFrameError: the offset table names more than one frame.
    """
    if int.from_bytes(value[4:8], "little") > 4:
        raise MultiFrameError("The DICOM object holds more than one frame. Send a single picture.")
    source = _Source(value.tobytes())

    def join() -> bytes:
        # What the table says is of no use for one frame, and it is often wrong.
        parse_basic_offsets(source)
        stream = b"".join(generate_fragments(source))
        # pydicom does not miss the delimiter. Behind it comes its length.
        if not source.read(4):
            raise DamagedImageError(_CUT)
        return stream

    stream = _guarded(join)
    if not stream:
        raise DamagedImageError("The DICOM object's pixel data is empty.")
    return stream


def _by_tag(dataset: Dataset) -> dict[int, RawDataElement | DataElement]:
    # Of a data set's ways to its elements, this is the one that never converts.
    return {int(tag): element for tag, element in dataset.items()}


def _guarded(call: Callable[[], _T]) -> _T:
    try:
        return call()
    except (MemoryError, DamagedImageError):
        raise
    except Exception:  # noqa: BLE001 - pydicom raises anything on hostile bytes
        raise DamagedImageError(_DAMAGED) from None
