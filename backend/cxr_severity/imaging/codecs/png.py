"""The structure of a PNG file, read without decoding it."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imagecodecs import deflate_crc32

from cxr_severity.imaging.codecs.png_gamma import USUAL, gamma_of
from cxr_severity.imaging.errors import DamagedImageError, MultiFrameError
from cxr_severity.imaging.pixel_aspect import SQUARE, density_aspect

if TYPE_CHECKING:
    from cxr_severity.imaging.limits import Limits

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# All that defines pixels. Text, colour profiles and EXIF never reach the decoder.
_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_RGB, _PALETTE, _GREY_ALPHA, _RGBA = 2, 3, 4, 6
_CHANNELS = {0: 1, _RGB: 3, _PALETTE: 1, _GREY_ALPHA: 2, _RGBA: 4}
_ADAM7 = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
    (0, 1, 1, 2),
)  # fmt: skip
"""Of each pass the first column and row, and the steps to the next (PNG specification, 8.2)."""
_INFLATED_AT_ONCE = 1 << 20
_MAX_CHUNKS = 100_000
_PHYS, _GAMA = 9, 4
_BEFORE_GAMA = frozenset({b"cICP", b"iCCP", b"sRGB"})
"""Beside one of these, the standard has gAMA count for nothing (PNG specification, 4.3)."""


@dataclass(frozen=True, slots=True)
class PngFile:
    """What the chunks declare.

    `width` and `height` in pixels, `bit_depth` in bits per sample, `colour_type` as in IHDR.
    `exif` is a TIFF structure, empty when there is none. `pixel_aspect` is the height of a pixel
    over its width, `gamma` the exponent that samples were stored with. `chunks` are those that
    define its pixels, whole, in their order.
    """

    width: int
    height: int
    bit_depth: int
    colour_type: int
    exif: bytes
    pixel_aspect: float
    gamma: float
    chunks: list[bytes | memoryview] = field(repr=False)

    @property
    def clean(self) -> bytes:
        """The file with nothing but the chunks that define its pixels."""
        return b"".join([SIGNATURE, *self.chunks])

    @property
    def is_plain(self) -> bool:
        """Whether its chunks are a header, pixel data and an end, not interlaced."""
        kinds = [bytes(part[4:8]) for part in self.chunks]
        if kinds != [b"IHDR", *[b"IDAT"] * (len(kinds) - 2), b"IEND"]:
            return False
        compression_filter_interlace = bytes(self.chunks[0][18:21])
        return compression_filter_interlace == b"\0\0\0"

    @property
    def deflated(self) -> bytes:
        """The pixel data of a plain file."""
        return b"".join(part[8:-4] for part in self.chunks[1:-1])

    @property
    def colours(self) -> int:
        """How many its palette holds; 0 where there is none."""
        return sum((len(part) - 12) // 3 for part in self.chunks if part[4:8] == b"PLTE")

    @property
    def lacks_rows(self) -> bool:
        """Whether the pixel data ends, soundly, before the last row.

        Pillow shows what is missing as black. Data that does not inflate is left to it to refuse.
        """
        wanted = self._filtered_bytes
        inflater = zlib.decompressobj()
        try:
            for part in self.chunks:
                data = bytes(part[8:-4]) if part[4:8] == b"IDAT" else b""
                while data and wanted > 0:
                    wanted -= len(inflater.decompress(data, _INFLATED_AT_ONCE))
                    data = inflater.unconsumed_tail
        except zlib.error:
            return False
        return wanted > 0

    @property
    def _filtered_bytes(self) -> int:
        """How many bytes all rows take, each with its filter's; interlaced, those of each pass."""
        bits = self.bit_depth * _CHANNELS[self.colour_type]
        interlaced = self.chunks[0][20] == 1
        passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
        total = 0
        for left, top, across, down in passes:
            columns = -((left - self.width) // across)
            rows = -((top - self.height) // down)
            if columns > 0 and rows > 0:
                total += rows * (1 + (columns * bits + 7) // 8)
        return total

    @property
    def is_colour_16(self) -> bool:
        """Red, green and blue of 16 bits, with or without alpha."""
        return self.colour_type in (_RGB, _RGBA) and self.bit_depth == 16

    @property
    def is_grey_alpha_16(self) -> bool:
        """16-bit grey with alpha, which `clean` declares as 8-bit RGBA.

        Pillow would drop the lower 8 bits. Both take four bytes a pixel, and PNG's filters work
        on bytes, so RGBA comes out as grey's and alpha's high and low bytes.
        """
        return self.colour_type == _GREY_ALPHA and self.bit_depth == 16


def parse_png(data: bytes, limits: Limits) -> PngFile:
    """Walk the chunks of `data` from the signature to IEND.

    Raises:
        ImageTooLargeError, ImageTooSmallError: the header's size, whatever follows it.
        DamagedImageError: the structure is broken or incomplete.
        MultiFrameError: an animation (APNG) of more than one frame.
    """
    header: tuple[int, int, int, int] | None = None
    exif = b""
    aspect, behind = SQUARE, False
    gamma: float | None = None
    early, other_colours = True, False
    kept: list[bytes | memoryview] = []
    view = memoryview(data)
    pos = len(SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        if pos + 12 > len(data):
            raise DamagedImageError("The PNG file ends too early.")
        length, kind = struct.unpack_from(">I4s", data, pos)
        end = pos + 12 + length
        if end > len(data):
            raise DamagedImageError("The PNG file ends too early.")
        if header is None:
            if kind != b"IHDR" or length != 13:
                raise DamagedImageError("The PNG file does not begin with its header.")
            header = _header(data, pos)
        elif kind == b"IHDR":
            # Pillow obeys the last one, and its size was not checked.
            raise DamagedImageError("The PNG file has more than one header.")
        elif kind == b"acTL" and data[pos + 8 : pos + 12] != b"\x00\x00\x00\x01":
            raise MultiFrameError("The PNG file is an animation. Send a single picture.")
        elif kind == b"eXIf" and not exif:
            # As JPEG has it, with the name of its segment before it.
            exif = data[pos + 8 : end - 4].removeprefix(b"Exif\0\0")
        elif kind == b"pHYs" and length == _PHYS and not behind:
            # Behind the pixel data its place is wrong, and what it says is worth nothing.
            aspect = density_aspect(*struct.unpack_from(">II", data, pos + 8))
        elif early and kind == b"gAMA" and length == _GAMA and gamma is None:
            if _is_sound(view[pos:end]):
                gamma = gamma_of(int.from_bytes(data[pos + 8 : end - 4], "big"))
        elif early and kind in _BEFORE_GAMA:
            other_colours = other_colours or _is_sound(view[pos:end])
        behind = behind or kind == b"IDAT"
        early = early and kind not in (b"PLTE", b"IDAT")
        if kind in _KEPT:
            whole = view[pos:end]
            # Pillow does not look at the checksums of the pixel data.
            if not _is_sound(whole):
                raise DamagedImageError("The PNG file is damaged: a checksum does not match.")
            kept.append(whole)
        if kind == b"IHDR":
            width, height, depth, colour_type = header
            limits.check_size(width, height)
            limits.check_decoded(width, height, _CHANNELS[colour_type], depth)
        if kind == b"IEND":
            if header[3] == _PALETTE and not any(part[4:8] == b"PLTE" for part in kept):
                raise DamagedImageError("The PNG file has no palette for its colours.")
            if header[2:] == (16, _GREY_ALPHA):
                first = bytes(kept[0])
                kept[0] = chunk(b"IHDR", first[8:16] + bytes([8, _RGBA]) + first[18:21])
            shown = USUAL if other_colours or gamma is None else gamma
            return PngFile(*header, exif=exif, pixel_aspect=aspect, gamma=shown, chunks=kept)
        pos = end
    raise DamagedImageError("The PNG file is cut into too many chunks.")


def _is_sound(whole: memoryview) -> bool:
    """Whether a chunk has the checksum that it says."""
    found = deflate_crc32(whole[4:-4])  # type: ignore[arg-type]  # it takes any buffer
    return bool(found == int.from_bytes(whole[-4:], "big"))


def _header(data: bytes, pos: int) -> tuple[int, int, int, int]:
    width, height, bit_depth, colour_type = struct.unpack_from(">IIBB", data, pos + 8)
    if colour_type not in _CHANNELS:
        raise DamagedImageError("The PNG file declares a colour type that does not exist.")
    return width, height, bit_depth, colour_type


def chunk(kind: bytes, payload: bytes) -> bytes:
    """A chunk of a PNG file, with its length and checksum."""
    checksum = zlib.crc32(payload, zlib.crc32(kind))
    return b"".join([struct.pack(">I", len(payload)), kind, payload, struct.pack(">I", checksum)])
