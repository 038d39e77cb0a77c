"""DICOM's Pixel Data to codes.

Uncompressed and RLE data is read here. JPEG, JPEG-LS and JPEG 2000 streams go to libjpeg-turbo,
CharLS and OpenJPEG by way of imagecodecs, after each stream's own header was compared with the
data set: the decoders allocate what that header declares. GDCM is not used: it ends the process
on some damaged JPEG streams.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from imagecodecs import jpeg2k_decode, jpeg8_decode, jpegls_decode
from PIL import Image

from cxr_severity.imaging.errors import (
    DamagedImageError,
    DicomUnsupportedEncodingError,
    MultiFrameError,
)
from cxr_severity.imaging.jpeg import parse_jpeg
from cxr_severity.imaging.jpeg2000 import parse_jpeg_2000

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray

    Codes = NDArray[np.unsignedinteger[Any]]

IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG = (
    "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2",
)  # fmt: skip
_NATIVE = frozenset({IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG})
_RLE = "1.2.840.10008.1.2.5"
_JPEG_LOSSY = frozenset({"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"})
_JPEG_LOSSLESS = frozenset({"1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"})
_JPEG_LS = frozenset({"1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"})
_JPEG_2000 = frozenset({"1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"})
COMPRESSED = {_RLE} | _JPEG_LOSSY | _JPEG_LOSSLESS | _JPEG_LS | _JPEG_2000
SUPPORTED = _NATIVE | COMPRESSED

_LOSSY_SOF = (0xC0, 0xC1, 0xC2)
_DISAGREES = "The compressed picture does not agree with what the DICOM object says of it."
_KIND = "The compressed picture inside the DICOM object is of a kind that is not supported."
_DAMAGED = "The DICOM object's compressed pixel data is damaged."
_LENGTH = "The DICOM object's pixel data does not have the length that its rows and columns need."


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

    def stored_bits(self, size: int) -> NDArray[np.int64]:
        """The stored bits, 0 to `top`, that each of `size` codes stands for."""
        codes = np.arange(size)
        if self.clamped:
            return np.minimum(codes, self.top)
        # The other bits mean nothing; in old files they hold overlays.
        return (codes >> (self.high_bit + 1 - self.stored)) & self.top


def read_native(value: memoryview, layout: PixelLayout, order: str, vr: bytes) -> Codes:
    """Uncompressed data as codes, which `PixelLayout.stored_bits` interprets.

    Returns:
        (rows, columns) or (rows, columns, 3) uint8 or uint16 of any byte order and strides.

    Raises:
        DamagedImageError: `value` is shorter or longer than the layout needs.
    """
    rows, columns, samples = layout.rows, layout.columns, layout.samples
    subsampled = layout.photometric == "YBR_FULL_422"
    count = rows * columns * (2 if subsampled else samples)
    expected = -(-count * layout.allocated // 8)
    if len(value) not in (expected, expected + expected % 2) or (subsampled and columns % 2):
        raise DamagedImageError(_LENGTH)
    if layout.allocated == 1:
        bits = np.unpackbits(np.frombuffer(value, np.uint8), count=count, bitorder="little")
        return bits.reshape(rows, columns)
    if layout.allocated == 16:
        codes = np.frombuffer(value, order + "u2", count)
    elif order == ">" and vr == b"OW":
        # Bytes in words: each pair is swapped, also the last one with its padding.
        codes = np.frombuffer(value, ">u2").astype("<u2").view(np.uint8)[:count]
    else:
        codes = np.frombuffer(value, np.uint8, count)
    if subsampled:
        # Y Y Cb Cr for two pixels: the luma is all that is needed.
        return codes.reshape(rows, columns // 2, 4)[..., :2].reshape(rows, columns)
    if samples == 1:
        return codes.reshape(rows, columns)
    if layout.planar == 1:
        return codes.reshape(samples, rows, columns).transpose(1, 2, 0)
    return codes.reshape(rows, columns, samples)


def read_compressed(
    fragments: list[memoryview], layout: PixelLayout, syntax: str
) -> tuple[Codes, PixelLayout]:
    """Compressed data of one frame as codes, as `read_native` gives them.

    Returns:
        The codes, and the layout with what the stream corrects in it.

    Raises:
        DamagedImageError: no or damaged data, or data that disagrees with the layout.
        MultiFrameError: the offset table names more than one frame.
        DicomUnsupportedEncodingError: a stream of another kind than the syntax promises.
    """
    if len(fragments) < 2:
        raise DamagedImageError("The DICOM object's pixel data is empty.")
    if len(fragments[0]) > 4:
        raise MultiFrameError("The DICOM object holds more than one frame. Send a single picture.")
    stream = b"".join(fragments[1:])
    if syntax == _RLE:
        return _read_rle(stream, layout), layout
    if syntax in _JPEG_2000:
        return _read_jpeg_2000(stream, layout)
    return _read_jpeg(stream, layout, syntax)


def _read_rle(stream: bytes, layout: PixelLayout) -> Codes:
    """PS3.5 Annex G: a header of 16 words, then one PackBits segment per byte of a pixel."""
    width = layout.allocated // 8
    number = width * layout.samples
    pixels = layout.rows * layout.columns
    if layout.allocated == 1 or len(stream) < 64 or struct.unpack_from("<I", stream)[0] != number:
        raise DamagedImageError(_DAMAGED)
    starts = [*struct.unpack_from(f"<{number}I", stream, 4), len(stream)]
    if starts[0] < 64 or any(a >= b for a, b in pairwise(starts)):
        raise DamagedImageError(_DAMAGED)
    out = np.empty((layout.rows, layout.columns, layout.samples, width), np.uint8)
    for index in range(number):
        # The most significant byte comes first.
        sample, byte = divmod(index, width)
        segment = stream[starts[index] : starts[index + 1]]
        try:
            # Pillow's decoder is in C and, unlike pydicom's, stops at the size asked for.
            plane = Image.frombytes("L", (pixels, 1), segment, "packbits", "L")
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - a decoder raises anything on hostile bytes
            raise DamagedImageError(_DAMAGED) from None
        target = out[..., sample, width - 1 - byte]
        target[...] = np.asarray(plane).reshape(layout.rows, layout.columns)
    codes = out.view("<u2" if width == 2 else np.uint8)[..., 0]
    return codes[..., 0] if layout.samples == 1 else codes


def _read_jpeg(stream: bytes, layout: PixelLayout, syntax: str) -> tuple[Codes, PixelLayout]:
    jpeg = parse_jpeg(stream)
    declared = (jpeg.height, jpeg.width, len(jpeg.component_ids))
    if declared != (layout.rows, layout.columns, layout.samples):
        raise DamagedImageError(_DISAGREES)
    if syntax in _JPEG_LOSSY:
        promised = jpeg.sof in _LOSSY_SOF and jpeg.precision in (8, 12)
    else:
        promised = jpeg.is_jpeg_ls if syntax in _JPEG_LS else jpeg.is_lossless
    if not promised or not 2 <= jpeg.precision <= 16:
        raise DicomUnsupportedEncodingError(_KIND)
    if jpeg.is_jpeg_ls:
        return _decoded(jpegls_decode, jpeg.clean, layout, jpeg.precision)

    def decode(stream: bytes) -> NDArray[Any]:
        # Naming the same colours for stream and output keeps the components as they are.
        colours = "RGB" if layout.samples == 3 else "GRAYSCALE"
        return jpeg8_decode(stream, colorspace=colours, outcolorspace=colours)

    if layout.samples == 3 and not jpeg.is_lossless and jpeg.colours:
        # Encoders change the colour space more often than they say so in the data set.
        layout = replace(layout, photometric="RGB" if jpeg.colours == "RGB" else "YBR_FULL")
    return _decoded(decode, jpeg.clean, layout, jpeg.precision)


def _read_jpeg_2000(stream: bytes, layout: PixelLayout) -> tuple[Codes, PixelLayout]:
    header = parse_jpeg_2000(stream)
    declared = (header.height, header.width, header.components)
    if declared != (layout.rows, layout.columns, layout.samples):
        raise DamagedImageError(_DISAGREES)
    if not 1 <= header.precision <= 16:
        raise DicomUnsupportedEncodingError(_KIND)
    if layout.photometric in ("YBR_RCT", "YBR_ICT"):
        # These transforms belong to JPEG 2000 and are undone by its decoder.
        layout = replace(layout, photometric="RGB")
    return _decoded(jpeg2k_decode, header.clean, layout, header.precision)


def _decoded(
    decode: Callable[[bytes], NDArray[Any]], stream: bytes, layout: PixelLayout, precision: int
) -> tuple[Codes, PixelLayout]:
    """The codes of a stream whose samples have `precision` bits, signed or not."""
    try:
        values = decode(stream)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a decoder raises anything on hostile bytes
        raise DamagedImageError(_DAMAGED) from None
    shape = (layout.rows, layout.columns, layout.samples)
    if values.shape != (shape if layout.samples == 3 else shape[:2]) or values.itemsize > 2:
        raise DamagedImageError(_DISAGREES)
    if layout.signed:
        # JPEG and JPEG-LS know no sign, and JPEG 2000's may contradict the data set's.
        spare = 16 - precision
        values = (values.astype(np.int16) << spare) >> spare
    codes: Codes = values.view(f"u{values.itemsize}")
    if not layout.signed and values.dtype.kind == "i":
        codes = codes & codes.dtype.type((1 << precision) - 1)
    clamped = precision > layout.stored and not layout.signed
    return codes, replace(layout, high_bit=layout.stored - 1, clamped=clamped)
