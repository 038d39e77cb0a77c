"""DICOM's Pixel Data to codes, by pydicom's decoders.

Before a compressed stream is decoded, its own header is compared with the data set: the decoders
allocate what that header declares.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from pydicom.encaps import encapsulate

from cxr_severity.imaging.codecs.jpeg import parse_jpeg
from cxr_severity.imaging.codecs.jpeg2000 import parse_jpeg_2000
from cxr_severity.imaging.codecs.jpeg_strict import check_data, settled
from cxr_severity.imaging.dicom.fragments import fragments
from cxr_severity.imaging.dicom.image import NATIVE
from cxr_severity.imaging.dicom.plugin import (
    COMPRESSED,
    JPEG_2000,
    JPEG_LOSSY,
    JPEG_LS,
    PLUGIN,
    RLE,
    decoder,
)
from cxr_severity.imaging.errors import (
    DamagedImageError,
    DicomUnsupportedEncodingError,
    MultiFrameError,
)

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from cxr_severity.imaging.dicom.elements import PixelElement
    from cxr_severity.imaging.dicom.image import PixelLayout

    Codes = NDArray[np.unsignedinteger[Any]]

_DECODERS = {str(syntax): decoder(syntax) for syntax in NATIVE | COMPRESSED}

_LOSSY_SOF = (0xC0, 0xC1, 0xC2)
_DISAGREES = "The compressed picture does not agree with what the DICOM object says of it."
_KIND = "The compressed picture inside the DICOM object is of a kind that is not supported."
_DAMAGED = "The DICOM object's compressed pixel data is damaged."
_MORE_FRAMES = "The DICOM object holds pixel data for more than one picture."
_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51")
"""Of JPEG and JPEG-LS, and of JPEG 2000."""
_LENGTH = "The DICOM object's pixel data does not have the length that its rows and columns need."


def read_native(pixels: PixelElement, layout: PixelLayout, syntax: str) -> Codes:
    """Uncompressed data as codes, which `grey.code_table` interprets.

    Bytes behind the picture are padding, as long as they would not hold another one.

    Returns:
        (rows, columns) or (rows, columns, 3) uint8 or uint16 of any byte order and strides.

    Raises:
        DamagedImageError: the value is shorter than the layout needs, or fits another one.
        MultiFrameError: it is long enough for two pictures.
    """
    area, size = layout.rows * layout.columns, len(pixels.value)
    subsampled = layout.photometric == "YBR_FULL_422"
    bits = area * (2 if subsampled else layout.samples) * layout.allocated
    # pydicom finds missing bytes, too, but not a half pair. Colour at full resolution that calls
    # itself halved is the one kind of excess that is no padding.
    if 8 * size < bits or (subsampled and (layout.columns % 2 or size >= 3 * area)):
        raise DamagedImageError(_LENGTH)
    if 8 * size >= 2 * bits:
        raise MultiFrameError(_MORE_FRAMES)
    return _decode(
        syntax, pixels.value, layout, _LENGTH,
        bits_allocated=layout.allocated, bits_stored=layout.stored, pixel_representation=0,
        photometric_interpretation=layout.photometric, pixel_vr=pixels.vr,
        planar_configuration=int(layout.planar == 1),
        # The table of grey values does it, for other high bits as well.
        correct_unused_bits=False,
    )  # fmt: skip


def read_compressed(
    pixels: PixelElement, layout: PixelLayout, syntax: str
) -> tuple[Codes, PixelLayout]:
    """Compressed data of one frame as codes, as `read_native` gives them.

    Returns:
        The codes, and the layout with what the stream corrects in it.

    Raises:
        DamagedImageError: no or damaged data, or data that disagrees with the layout.
        MultiFrameError: the offset table names more than one frame, or there is another stream.
        DicomUnsupportedEncodingError: a stream of another kind than the syntax promises.
    """
    parts = fragments(pixels.value)
    stream = b"".join(parts)
    if syntax in RLE:
        if layout.allocated == 1:
            raise DamagedImageError(_DISAGREES)
        # One frame is one fragment (PS3.5 A.4.2), which begins with the number of its segments and
        # where the first of them lies.
        if any(part[:8] == parts[0][:8] for part in parts[1:]) or _begins_anew(stream):
            raise MultiFrameError(_MORE_FRAMES)
        codes = _decode(
            syntax, encapsulate([stream], has_bot=False), layout, _DAMAGED,
            bits_allocated=layout.allocated, bits_stored=layout.stored, pixel_representation=0,
            photometric_interpretation="MONOCHROME2", correct_unused_bits=False,
        )  # fmt: skip
        return codes, layout
    read = _jpeg_2000 if syntax in JPEG_2000 else _jpeg
    clean, precision, layout, rest, signed = read(stream, layout, syntax)
    if rest.lstrip(b"\0").startswith(_STARTS):
        raise MultiFrameError(_MORE_FRAMES)
    codes = _decode(
        syntax, encapsulate([clean], has_bot=False), layout, _DAMAGED,
        # Of the stream, not of the data set. JPEG and JPEG-LS know no sign, and JPEG 2000's may
        # contradict the data set's: pydicom extends it from the precision.
        bits_allocated=16 if precision > 8 or layout.signed else 8, bits_stored=precision,
        pixel_representation=int(layout.signed),
        photometric_interpretation="RGB" if layout.samples == 3 else "MONOCHROME2",
    )  # fmt: skip
    if signed and not layout.signed and (codes >> (precision - 1) & 1).any():
        raise DamagedImageError(_DISAGREES)
    if precision > layout.high_bit >= layout.stored and int(codes.max()) > layout.top:
        return codes, layout  # whole words were encoded, with the stored bits high in them
    clamped = precision > layout.stored and not layout.signed
    return codes, replace(layout, high_bit=layout.stored - 1, clamped=clamped)


def _begins_anew(stream: bytes) -> bool:
    """Whether the header of run lengths comes once more. Most of its 16 words are 0, which within
    run lengths would be a run."""
    used = 8 + 4 * (min(stream[0], 15) - 1) if stream and stream[0] else 8
    tail = re.escape(bytes(64 - used))
    # An expression, as a loop takes seconds over a stream of nothing but what it looks for.
    header = re.escape(stream[:8]) + b".{%d}" % (used - 8) + tail
    return re.compile(header, re.DOTALL).search(stream, 64) is not None


_Read = tuple[bytes, int, "PixelLayout", bytes, bool]
"""The stream to decode, its precision, the layout with what it corrects, what follows, and whether
it calls its own values signed."""


def _jpeg(stream: bytes, layout: PixelLayout, syntax: str) -> _Read:
    # pydicom warns where JFIF and the data set disagree, as they often do.
    jpeg = parse_jpeg(stream, keep_transform=False)
    declared = (jpeg.height, jpeg.width, len(jpeg.component_ids))
    if declared != (layout.rows, layout.columns, layout.samples):
        raise DamagedImageError(_DISAGREES)
    if syntax in JPEG_LOSSY:
        promised = jpeg.sof in _LOSSY_SOF and jpeg.precision in (8, 12)
    else:
        promised = jpeg.is_jpeg_ls if syntax in JPEG_LS else jpeg.is_lossless
    if not promised or not 2 <= jpeg.precision <= 16:
        raise DicomUnsupportedEncodingError(_KIND)
    try:
        jpeg = settled(jpeg)
        # The decoder of 8 bits and CharLS do it themselves.
        if jpeg.precision != 8 and not jpeg.is_jpeg_ls:
            check_data(jpeg)
    except ValueError:
        raise DamagedImageError(_DAMAGED) from None
    if layout.samples == 3 and syntax in JPEG_LOSSY and jpeg.colours:
        # Encoders change the colour space more often than they say so in the data set.
        layout = replace(layout, photometric="RGB" if jpeg.colours == "RGB" else "YBR_FULL")
    return jpeg.clean, jpeg.precision, layout, stream[jpeg.end :], False


def _jpeg_2000(stream: bytes, layout: PixelLayout, _: str) -> _Read:
    header = parse_jpeg_2000(stream)
    declared = (header.height, header.width, header.components)
    if declared != (layout.rows, layout.columns, layout.samples):
        raise DamagedImageError(_DISAGREES)
    if not 1 <= header.precision <= 16:
        raise DicomUnsupportedEncodingError(_KIND)
    if layout.photometric in ("YBR_RCT", "YBR_ICT"):
        # These transforms belong to JPEG 2000 and are undone by its decoder.
        layout = replace(layout, photometric="RGB")
    return header.clean, header.precision, layout, stream[header.end :], header.signed


def _decode(
    syntax: str, value: bytes | memoryview, layout: PixelLayout, refusal: str, **options: Any
) -> Codes:
    """What pydicom makes of `value`, viewed as unsigned."""
    errors: list[Exception] = []
    # All that pydicom needs to know; with a data set it would ask for more, and warn of it.
    options |= {
        "rows": layout.rows, "columns": layout.columns, "samples_per_pixel": layout.samples,
        "number_of_frames": 1, "pixel_keyword": "PixelData", "errors": errors,
    }  # fmt: skip
    try:
        # Validation is done here before; pydicom's warns of every padding.
        codes, _ = _DECODERS[syntax].as_array(
            value, index=0, raw=True, validate=False, decoding_plugin=PLUGIN, **options
        )
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - pydicom raises anything on hostile bytes
        if any(isinstance(error, MemoryError) for error in errors):
            raise MemoryError from None
        raise DamagedImageError(refusal) from None
    unsigned: Codes = codes.view(codes.dtype.str.replace("i", "u"))
    return unsigned
