"""The structure of a JPEG or JPEG-LS stream, read without decoding it.

Used for JPEG files and for the JPEG streams inside DICOM: what a stream declares is checked
before a decoder allocates for it, and only the segments that define pixels reach the decoder.
Header fields that change no pixel are written anew on the way, as the decoder is strict and would
take what it warns of for damage.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cxr_severity.imaging.errors import DamagedImageError
from cxr_severity.imaging.pixel_aspect import SQUARE, density_aspect

if TYPE_CHECKING:
    from cxr_severity.imaging.limits import Limits

_SOI, _EOI, _SOS, _DNL = 0xD8, 0xD9, 0xDA, 0xDC
_SOF_LOSSLESS = frozenset({0xC3, 0xC7, 0xCB, 0xCF})
_SOF_JPEG_LS = 0xF7
# All SOFn; C4 (DHT), C8 (reserved) and CC (DAC) lie between them.
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {_SOF_JPEG_LS}
_LSE, _LSE_OVERSIZE = 0xF8, 4
_APP0, _APP1, _APP8, _APP14, _APP15, _COM = 0xE0, 0xE1, 0xE8, 0xEE, 0xEF, 0xFE
_EXIF = b"Exif\x00\x00"
_COLOUR_TAGS = {_APP0: b"JFIF\x00", _APP8: b"mrfx", _APP14: b"Adobe"}
# In entropy-coded data FF is followed by 00 (or in JPEG-LS by a byte below 80), or is a restart.
_NEXT_MARKER = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")
_SEQUENTIAL = frozenset({0xC0, 0xC1})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"
"""Without its last byte, the transform."""
_COLOURS = 3
_MAX_SEGMENTS = 10_000
# A progressive picture has about ten; each one passes over all of its pixels again. In any other
# each component stands in one scan, alone or with others (T.81).
_MAX_SCANS = 50


@dataclass(frozen=True, slots=True)
class JpegStream:
    """What the headers declare.

    `width` and `height` in pixels, `precision` in bits per sample, `component_ids` one per
    component. `colours` is how three components are to be read, empty when the stream leaves
    it open. `exif` is the first EXIF block (a TIFF structure), empty when there is none.
    `clean` is the stream from SOI to its EOI without comments and metadata, `end` the place behind
    that EOI. `pixel_aspect` is the height of a pixel over its width.
    """

    sof: int
    precision: int
    width: int
    height: int
    component_ids: bytes
    colours: Literal["", "RGB", "YCbCr"]
    exif: bytes
    clean: bytes
    end: int
    pixel_aspect: float = SQUARE

    @property
    def is_lossless(self) -> bool:
        return self.sof in _SOF_LOSSLESS

    @property
    def is_jpeg_ls(self) -> bool:
        return self.sof == _SOF_JPEG_LS


def parse_jpeg(
    data: bytes, limits: Limits | None = None, *, keep_transform: bool = True
) -> JpegStream:
    """Walk the markers of `data` from its SOI to the first EOI.

    What follows EOI (an MPO's further pictures, padding) is ignored. `limits` are left out where
    the size was checked before, in the data set of a DICOM object. `keep_transform` keeps the tags
    of JFIF and Adobe in `clean`, for decoders that are not told the colours.

    Raises:
        ImageTooLargeError, ImageTooSmallError: the frame header's size, whatever follows it.
        DamagedImageError: the structure is broken, incomplete or without a frame header, or
            declares so many scans that its pixels would be gone over again and again.
    """
    if data[:2] != b"\xff\xd8":
        raise DamagedImageError("The JPEG stream does not begin with a start marker.")
    frame: tuple[int, int, int, int, bytes] | None = None
    colours: Literal["", "RGB", "YCbCr"] = ""
    exif = b""
    aspect = SQUARE
    kept = [data[:2]]
    scans = passes = 0
    pos = 2
    in_scan = False
    for _ in range(_MAX_SEGMENTS):
        found = _NEXT_MARKER.search(data, pos)
        if found is None:
            raise DamagedImageError("The JPEG stream ends before its picture is complete.")
        if in_scan:
            kept.append(data[pos : found.start()])
        marker = data[found.start() + 1]
        if marker == _EOI:
            if frame is None or not scans:
                raise DamagedImageError("The JPEG stream holds no picture.")
            kept.append(b"\xff\xd9")
            sof, precision, height, width, ids = frame
            if len(ids) == _COLOURS:
                # The transform 2 is of four, and the tag may stand before their number.
                kept = [_ADOBE + b"\x01" if part == _ADOBE + b"\x02" else part for part in kept]
            clean = b"".join(kept)
            if ids.upper() == b"RGB":
                colours = "RGB"
            return JpegStream(
                sof, precision, width, height, ids, colours, exif, clean, found.end(), aspect
            )
        if marker == _SOI:
            raise DamagedImageError("The JPEG stream begins anew before it ends.")
        payload, end = _segment(data, found.end())
        if marker in _SOF:
            if frame is not None:
                raise DamagedImageError("The JPEG stream declares its size twice.")
            frame = _frame_header(marker, payload)
            if limits is not None:
                limits.check_size(frame[3], frame[2])
        elif marker == _DNL or (marker == _LSE and payload[:1] == bytes([_LSE_OVERSIZE])):
            # Both would change the declared size after the checks.
            raise DamagedImageError("The JPEG stream declares its size outside of its header.")
        elif marker == _APP0 and payload.startswith(b"JFIF\x00"):
            colours = colours or "YCbCr"
            if len(payload) >= 12:
                aspect = density_aspect(*struct.unpack_from(">HH", payload, 8))
        elif marker == _APP1 and payload.startswith(_EXIF) and not exif:
            exif = payload[len(_EXIF) :]
        elif marker == _APP14 and payload.startswith(b"Adobe") and len(payload) >= 12:
            colours = "YCbCr" if payload[11] else "RGB"
        in_scan = marker == _SOS
        if in_scan:
            scans += 1
            passes += sum(payload[:1])  # as many components as it holds
            again = frame is not None and frame[0] not in _PROGRESSIVE and passes > len(frame[4])
            if again or scans > _MAX_SCANS:
                raise DamagedImageError("The JPEG stream is cut into too many scans.")
        if not _is_metadata(marker, payload, keep_transform):
            kept.append(_normal(marker, payload, frame) or data[found.start() : end])
        pos = end
    raise DamagedImageError("The JPEG stream is cut into too many segments.")


def _normal(
    marker: int, payload: bytes, frame: tuple[int, int, int, int, bytes] | None
) -> bytes | None:
    """The segment as the standards have it, where it can differ from that without changing a pixel;
    None for all others."""
    if marker == _APP0:
        # Only the presence of JFIF matters, not its version or the thumbnail that may follow.
        return _JFIF
    if marker == _APP14 and len(payload) >= 12:
        # One component has no transform. Three are YCbCr to every decoder but where they are 0.
        grey = frame is not None and len(frame[4]) == 1
        return b"" if grey else _ADOBE + bytes([payload[11] if payload[11] in (0, 2) else 1])
    if marker == _SOS and frame is not None and frame[0] in _SEQUENTIAL and len(payload) >= 4:
        # All coefficients in one pass, in full, whatever is said: nothing else exists.
        return struct.pack(">BBH", 0xFF, _SOS, 2 + len(payload)) + payload[:-3] + b"\x00\x3f\x00"
    return None


def _segment(data: bytes, pos: int) -> tuple[bytes, int]:
    """Payload of the segment whose length field is at `pos`, and the position behind it."""
    if pos + 2 > len(data):
        raise DamagedImageError("The JPEG stream ends too early.")
    (length,) = struct.unpack_from(">H", data, pos)
    end = pos + length
    if length < 2 or end > len(data):
        raise DamagedImageError("The JPEG stream is damaged or incomplete.")
    return data[pos + 2 : end], end


def _frame_header(marker: int, payload: bytes) -> tuple[int, int, int, int, bytes]:
    if len(payload) < 6 or len(payload) < 6 + 3 * payload[5] or not payload[5]:
        raise DamagedImageError("The JPEG stream's frame header is damaged.")
    precision, height, width, components = struct.unpack_from(">BHHB", payload)
    return marker, precision, height, width, payload[6 : 6 + 3 * components : 3]


def _is_metadata(marker: int, payload: bytes, keep_transform: bool) -> bool:
    """Comments and application data, except what tells the colour transform."""
    # JPEG-LS's own transform is told nowhere else.
    if marker in _COLOUR_TAGS and (keep_transform or marker == _APP8):
        return not payload.startswith(_COLOUR_TAGS[marker])
    return _APP0 <= marker <= _APP15 or marker == _COM
