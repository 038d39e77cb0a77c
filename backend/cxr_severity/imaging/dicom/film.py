"""DICOM radiographs to grey values.

Films are shown as if the patient faced the viewer: the patient's left lies on the right, the head
above. Where Patient Orientation says that rows and columns run otherwise, the picture is mirrored
or turned; where it is missing, oblique or makes no sense, it stays as it is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.codecs.raster import Raster
from cxr_severity.imaging.colour import SIDE, colourfulness
from cxr_severity.imaging.dicom.grey import LUMA, code_table, grey_table, palette_table
from cxr_severity.imaging.dicom.image import GREY, LUMA_FIRST, parse_dicom
from cxr_severity.imaging.dicom.pixels import read_compressed, read_native
from cxr_severity.imaging.orientation import upright
from cxr_severity.imaging.pixel_aspect import squared
from cxr_severity.imaging.used_range import LEVELS, on_scale, scale_without_islands

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cxr_severity.imaging.dicom.image import DicomImage, PixelLayout
    from cxr_severity.imaging.dicom.pixels import Codes
    from cxr_severity.imaging.limits import Limits

_LUMA = np.array(LUMA, np.float32)
# BT.601 at full range: what luma and the two chromas, from their middle, add to red, green, blue.
_FROM_YBR = np.array([(1, 1, 1), (0, -0.344136, 1.772), (1.402, -0.714136, 0)], np.float32)
_BAND_PIXELS = 1 << 20
_BYTE = 8
_EXACT = 1e-3
"""Of a level of 255: what rounding leaves between a table and levels of a byte."""
_SAMPLE = 1 << 18
"""Pixels that are looked at for the range of a padded film."""


def decode_dicom(data: bytes, limits: Limits) -> Raster:
    """Grey values of the single image in a DICOM file, bytes where 8 bits are shown as they are.

    Raises:
        InputRefusedError: one of its subclasses, and nothing else but MemoryError.
    """
    image = parse_dicom(data, limits)
    if image.pixels.encapsulated:
        codes, layout = read_compressed(image.pixels, image.layout, image.syntax)
    else:
        codes, layout = read_native(image.pixels, image.layout, image.syntax), image.layout
    grey, colour, scale = _to_grey(codes, image, layout)
    levels = scale_without_islands(grey, layout.stored)
    grey = on_scale(grey, levels)
    if scale and levels:
        black, step = scale[0], (scale[1] - scale[0]) / LEVELS
        scale = black + levels[0] * step, black + levels[1] * step
    shown = upright(squared(grey, image.pixel_aspect, limits), image.orientation)
    return Raster(shown, layout.stored, colour, declared=image.declared, scale=scale)


def _to_grey(
    codes: Codes, image: DicomImage, layout: PixelLayout
) -> tuple[Float32Array | NDArray[np.uint8], float, tuple[float, float] | None]:
    """(rows, columns) as in `Radiograph`, in bands of rows so that temporary copies stay small, how
    colourful the picture is, and its `Source.scale`."""
    colour, scale = 0.0, None
    meaning = code_table(image, layout, codes)
    if layout.photometric in GREY:
        step = max(1, int(np.sqrt(codes.size / _SAMPLE)))
        table, scale = grey_table(image, layout, meaning, codes[::step, ::step])
    elif image.palette is None:
        table = (meaning.bits / layout.top).astype(np.float32)
        colour = _colour(table[_thumbnail(codes)], layout)
    else:
        palette = palette_table(image.palette, layout, meaning)
        colour = _colour(palette[_thumbnail(codes)], layout)
        table = np.clip(palette @ _LUMA, 0, 1)
    if codes.ndim == 3 and layout.photometric in LUMA_FIRST:
        codes = codes[..., 0]
    if codes.ndim == 2 and codes.dtype == np.uint8 and layout.stored <= _BYTE:
        levels = np.rint(table * np.float32(255))
        if np.abs(table * np.float32(255) - levels).max() < _EXACT:
            return _of_bytes(levels.astype(np.uint8), codes), colour, scale
    out = np.empty((layout.rows, layout.columns), np.float32)
    step = max(1, _BAND_PIXELS // layout.columns)
    for top in range(0, layout.rows, step):
        band, target = codes[top : top + step], out[top : top + step]
        if band.ndim == 2:
            np.take(table, band, out=target, mode="clip")
        else:
            np.matmul(np.take(table, band, mode="clip"), _LUMA, out=target)
            np.clip(target, 0, 1, out=target)
    return out, colour, scale


def _of_bytes(levels: NDArray[np.uint8], codes: Codes) -> NDArray[np.uint8]:
    """(rows, columns) bytes of a film of 8 bits that is shown in steps of a byte."""
    if np.array_equal(levels, np.arange(256)):
        return codes
    return np.take(levels, codes, mode="clip")


def _thumbnail(codes: Codes) -> Codes:
    """The pixels nearest to the centres of SIDE x SIDE equal parts, as Pillow takes them."""
    rows, columns = (
        ((np.arange(SIDE) + 0.5) * side / SIDE).astype(np.intp) for side in codes.shape[:2]
    )
    return codes[np.ix_(rows, columns)]


def _colour(thumbnail: Float32Array, layout: PixelLayout) -> float:
    """How colourful a thumbnail of three components in [0, 1] is."""
    if layout.photometric in LUMA_FIRST:
        middle = (layout.top + 1) / 2 / layout.top
        thumbnail = (thumbnail - np.array([0, middle, middle], np.float32)) @ _FROM_YBR
    levels = np.rint(np.clip(thumbnail, 0, 1) * 255)
    return colourfulness(levels.astype(np.uint8))
