"""JPEG decoded so that damage is an error.

libjpeg only warns of data that was cut or has lost bits, and fills in rubble. simplejpeg can stop
at a warning, but gives 8 bits. The entropy-coded data of other depths is coded alike, though: a
stream that is declared to have 8 bits is walked through to its end in the same way. No library
offers that for all depths, so it stays.
"""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simplejpeg import decode_jpeg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cxr_severity.imaging.codecs.jpeg import JpegStream

_LOSSY = frozenset({0xC0, 0xC1, 0xC2})
# Adobe's tag for components that are as they are: without it libjpeg guesses from their names,
# and converts no lossless stream that it takes for YCbCr.
_AS_THEY_ARE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
_EOI = b"\xff\xd9"
_RESTART = re.compile(rb"\xff[\xd0-\xd7][^\xff]{0,8}" + _EOI + rb"\Z")
_LONGEST_RESTART, _MOST_EXTRAS = 12, 4
_COLOURS = {1: "GRAY", 3: "RGB", 4: "CMYK"}


def strict_components(clean: bytes, components: int) -> NDArray[np.uint8]:
    """The components of an 8-bit stream as they are stored, at full resolution.

    Args:
        clean: `JpegStream.clean` without the tags of JFIF and Adobe.
        components: 1, 3 or 4.

    Returns:
        (H, W) for one component, else (H, W, components).

    Raises:
        ValueError: the data is damaged or incomplete.
    """
    values = _decoded(clean, components)
    return values[..., 0] if components == 1 else values


def settled(jpeg: JpegStream) -> JpegStream:
    """The stream without the filler that some writers leave between its data and its end: zeros, or
    restarts of nothing.

    Walking through the stream shows whether it is filler: nothing may be missing without it.

    Raises:
        ValueError: the data is damaged or incomplete, with and without.
    """
    if jpeg.is_jpeg_ls or _without_extra(jpeg.clean) is None:
        return jpeg
    for _ in range(_MOST_EXTRAS):
        try:
            check_data(jpeg)
        except ValueError:
            without = _without_extra(jpeg.clean)
            if without is None:
                raise
            jpeg = replace(jpeg, clean=without)
        else:
            break
    return jpeg


def _without_extra(clean: bytes) -> bytes | None:
    """A stream without what may be filler before its end; None where there is none.

    The end alone is looked at, and once: an expression for zeros would begin anew at each of a run,
    and zeros are what black rows are coded by.
    """
    if not clean.endswith(_EOI):
        return None
    restart = _RESTART.search(clean, max(0, len(clean) - _LONGEST_RESTART))
    data = memoryview(clean)[:-2]
    if restart:
        return b"".join([data[: restart.start()], _EOI])
    end = len(clean[:-2].rstrip(b"\0"))
    if end and clean[end - 1] == 0xFF and end < len(data):
        end += 1  # a byte of data, and the zero that tells it from a marker
    return b"".join([data[:end], _EOI]) if end < len(data) else None


def check_data(jpeg: JpegStream) -> None:
    """Walk through the data of a Huffman-coded stream of any depth, lossy or lossless.

    A change that leaves as many samples as before cannot be seen. Nor is a stream of two
    components looked at, which the decoder does not know.

    Args:
        jpeg: of a size that was checked, without the tags of JFIF and Adobe.

    Raises:
        ValueError: the data is damaged or incomplete.
    """
    components = len(jpeg.component_ids)
    if components not in _COLOURS:
        return
    clean = jpeg.clean
    if jpeg.precision != 8:
        size = (jpeg.precision, jpeg.height, jpeg.width, components)
        header = struct.pack(">BBHBHHB", 0xFF, jpeg.sof, 8 + 3 * components, *size)
        at = clean.index(header) + 4
        clean = b"".join([clean[:at], b"\x08", clean[at + 1 :]])
    # The smallest scale saves the transform and memory. Lossless has none: the decoder would
    # write a whole picture where there is place for a small one.
    smallest = {"min_height": 1, "min_width": 1, "min_factor": 8} if jpeg.sof in _LOSSY else {}
    _decoded(clean, components, **smallest)


def _decoded(clean: bytes, components: int, **options: int) -> NDArray[np.uint8]:
    if components > 1:
        clean = b"".join([clean[:2], _AS_THEY_ARE, clean[2:]])
    values: NDArray[Any] = decode_jpeg(
        clean, colorspace=_COLOURS[components], strict=True, **options
    )
    return values
