"""A decoding plugin for pydicom: JPEG of 8 bits by simplejpeg, of other depths, JPEG-LS and
JPEG 2000 by imagecodecs, RLE by Pillow.

imagecodecs brings libjpeg-turbo, CharLS and OpenJPEG. Of pydicom's own plugins, GDCM ends the
process on some damaged JPEG streams, and the one for RLE expands a segment without a bound.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from imagecodecs import jpeg2k_decode, jpeg8_decode, jpegls_decode
from PIL import Image
from pydicom.pixels.decoders.base import Decoder
from pydicom.uid import (
    JPEG2000,
    UID,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from cxr_severity.imaging.codecs.jpeg_strict import strict_components

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray
    from pydicom.pixels.decoders.base import DecodeRunner

PLUGIN = "imagecodecs"
RLE = frozenset({RLELossless})
JPEG_LOSSY = frozenset({JPEGBaseline8Bit, JPEGExtended12Bit})
JPEG_LOSSLESS = frozenset({JPEGLossless, JPEGLosslessSV1})
JPEG_LS = frozenset({JPEGLSLossless, JPEGLSNearLossless})
JPEG_2000 = frozenset({JPEG2000Lossless, JPEG2000})
COMPRESSED = RLE | JPEG_LOSSY | JPEG_LOSSLESS | JPEG_LS | JPEG_2000

DECODER_DEPENDENCIES = dict.fromkeys(COMPRESSED, ("imagecodecs", "pillow"))
"""Asked for by pydicom, as is `is_available`."""
_STRICT_BITS = 8


def is_available(uid: str) -> bool:
    return uid in DECODER_DEPENDENCIES


def decoder(syntax: str) -> Decoder:
    """A decoder of pydicom's that knows no plugin but this one.

    Its own instance, not the one of `get_decoder`, so that nothing changes for other users of
    pydicom in the process, and nothing they add is ever picked.
    """
    made = Decoder(UID(syntax))
    if syntax in COMPRESSED:
        made.add_plugin(PLUGIN, (__name__, "decode_frame"))
    return made


def decode_frame(src: bytes, runner: DecodeRunner) -> bytes | bytearray:
    """One frame's samples, little endian, from a stream whose header was checked before.

    What goes wrong is added to the option `errors`, and nothing is returned: pydicom would log
    an exception with what it says, and raise another one in its place.
    """
    try:
        if runner.transfer_syntax in RLE:
            return _rle(src, runner)
        values = _decoded(src, runner)
        if values.size != runner.frame_length("pixels") or values.itemsize > 2:
            raise ValueError("the stream has another size than its header")
        runner.set_option("bits_allocated", 8 * values.itemsize)
        return values.tobytes()
    except Exception as error:  # noqa: BLE001 - decoders raise anything on hostile bytes
        runner.get_option("errors", []).append(error)
        return b""


def _decoded(src: bytes, runner: DecodeRunner) -> NDArray[Any]:
    syntax = runner.transfer_syntax
    if syntax in JPEG_2000:
        values: NDArray[Any] = jpeg2k_decode(src)
    elif syntax in JPEG_LS:
        values = jpegls_decode(src)
    elif runner.bits_stored == _STRICT_BITS:
        values = strict_components(src, runner.samples_per_pixel)
    else:
        # Its data was walked through before: this decoder fills in what is missing.
        # Naming the same colours for stream and output keeps the components as they are.
        colours = "RGB" if runner.samples_per_pixel == 3 else "GRAYSCALE"
        values = jpeg8_decode(src, colorspace=colours, outcolorspace=colours)
    return values


def _rle(src: bytes, runner: DecodeRunner) -> bytes:
    """PS3.5 Annex G: a header of 16 words, then one PackBits segment per byte of a pixel."""
    width, samples = runner.bits_allocated // 8, runner.samples_per_pixel
    pixels = runner.rows * runner.columns
    number = width * samples
    if not number or struct.unpack_from("<I", src)[0] != number:
        raise ValueError("the number of segments does not fit the pixels")
    starts = [*struct.unpack_from(f"<{number}I", src, 4), len(src)]
    if starts[0] < 64 or any(a >= b for a, b in pairwise(starts)):
        raise ValueError("the segments overlap")
    out = np.empty((samples, pixels, width), np.uint8)
    for index in range(number):
        # The most significant byte comes first.
        sample, byte = divmod(index, width)
        segment = src[starts[index] : starts[index + 1]]
        # It stops at the size asked for, and takes a segment's padding, which imagecodecs's does
        # not.
        plane = Image.frombytes("L", (pixels, 1), segment, "packbits", "L")
        out[sample, :, width - 1 - byte] = np.asarray(plane)[0]
    runner.set_option("planar_configuration", 1)
    return out.tobytes()
