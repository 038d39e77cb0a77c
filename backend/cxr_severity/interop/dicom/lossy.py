"""What lossy compression a film has been through: what was lost once stays lost, and every picture
that is derived from it says so, with each step's ratio and method (PS3.3 C.7.6.1.1.5)."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.uid import JPEG2000, JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless
from pydicom.valuerep import format_number_as_ds

from cxr_severity.imaging.dicom import elements as tags
from cxr_severity.imaging.dicom.elements import Elements, number_in

_METHODS: dict[str, str] = {
    JPEGBaseline8Bit: "ISO_10918_1",
    JPEGExtended12Bit: "ISO_10918_1",
    JPEGLSNearLossless: "ISO_14495_1",
    JPEG2000: "ISO_15444_1",
}
"""Of what may not give the pixels back as they were."""
_HEAD = 65_536
"""Bytes of encapsulated pixels in which its head stands."""
_START, _STYLE, _TILE = b"\xff\x4f\xff\x51", 0xFF52, 0xFF90
"""Of a JPEG 2000 codestream; its style (COD), which names the wavelet; its first tile (SOT)."""

LOSSY, RATIO, METHOD = 0x00282110, 0x00282112, 0x00282114
SIZES = tags.ROWS, tags.COLUMNS, tags.SAMPLES, tags.BITS_STORED
_METHOD = re.compile(r"[A-Z0-9_ ]{1,16}")


@dataclass(frozen=True, slots=True)
class Lossy:
    """As the film says it: whether there was any, and of each step ratio and method; none of either
    where not all of both is known, as they belong together in pairs."""

    was: bool = False
    ratios: tuple[float, ...] = ()
    methods: tuple[str, ...] = ()

    def apply(self, to: Dataset, ratio: float | None) -> None:
        """Say it of a derived picture, which was compressed by `ratio` as JPEG itself; None: it was
        not."""
        ratios, methods = self.ratios, self.methods
        if self.was or ratio is not None:
            to.LossyImageCompression = "01"
        if self.was and not ratios:
            return  # a last step alone would look as if it were all that was lost
        if ratio is not None:
            ratios, methods = (*ratios, round(ratio, 2)), (*methods, "ISO_10918_1")
        if ratios:
            to.LossyImageCompressionRatio = [format_number_as_ds(each) for each in ratios]
            to.LossyImageCompressionMethod = list(methods)


NEVER = Lossy()


def read_lossy(elements: Elements, syntax: str) -> Lossy:
    """Of a film in this transfer syntax. Where it keeps silent about how it is compressed itself,
    or lacks the ratio or the method of a single step, its pixels tell."""
    itself = _of_itself(elements, syntax)
    if elements.text(LOSSY) != "01":
        return itself
    texts, methods = elements.texts(RATIO), tuple(elements.texts(METHOD))
    ratios = tuple(number_in(text) or 0.0 for text in texts)
    if texts == [""]:
        ratios = itself.ratios if methods in (("",), itself.methods) else ()
    if methods == ("",):
        methods = itself.methods
    # A pair for each step (PS3.3 C.7.6.1.1.5): one value that is none leaves the others unplaced.
    known = len(ratios) == len(methods) and all(ratio > 0 for ratio in ratios)
    if not known or not all(map(_METHOD.fullmatch, methods)):
        return Lossy(was=True)
    return Lossy(was=True, ratios=ratios, methods=methods)


def _of_itself(elements: Elements, syntax: str) -> Lossy:
    method, pixels = _METHODS.get(syntax), elements.pixels
    if method is None or pixels is None:
        return NEVER
    if syntax == JPEG2000 and not _is_irreversible(bytes(pixels.value[:_HEAD])):
        return NEVER
    rows, columns, samples, bits = (elements.short(tag) or 0 for tag in SIZES)
    ratio = rows * columns * max(1, samples) * bits / 8 / max(1, len(pixels.value))
    return Lossy(True, (round(ratio, 2),), (method,)) if ratio >= 0.01 else Lossy(was=True)


def _is_irreversible(stream: bytes) -> bool:
    """Whether a JPEG 2000 codestream has the wavelet that rounds (ISO 15444-1 A.6.1); not where it
    does not tell."""
    at = stream.find(_START) + 2
    while at > 1 and at + 14 <= len(stream):
        marker, length = struct.unpack_from(">HH", stream, at)
        if marker == _STYLE:
            return stream[at + 13] == 0
        if marker == _TILE:
            break
        at += 2 + length
    return False
