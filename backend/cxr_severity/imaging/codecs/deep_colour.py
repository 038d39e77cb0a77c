"""Colour of 16 bits in PNG and TIFF, which Pillow opens with 8: of a film that uses 10 of the 16 it
would leave 4 grey values.

Read by libpng and libtiff through imagecodecs, from the same cleaned copies.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
from imagecodecs import png_decode, tiff_decode

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.codecs.png import SIGNATURE
from cxr_severity.imaging.codecs.png_gamma import seen
from cxr_severity.imaging.colour import SIDE, colourfulness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cxr_severity.imaging.codecs.png import PngFile
    from cxr_severity.imaging.codecs.tiff import TiffFile

_BAND_PIXELS = 1 << 20
_TOP = 65535
_WITH_ALPHA = 4
_RED, _GREEN, _BLUE, _HALF, _SHIFT = 19595, 38470, 7471, 1 << 15, 16
"""ITU-R BT.601 in whole numbers, as Pillow has it; their sum is 1 << 16."""


def read_png(png: PngFile) -> tuple[Float32Array, float]:
    """Grey values as `luminance` has them, and how colourful the picture is.

    Raises whatever libpng does of data that is not sound.
    """
    # libpng would make alpha of a transparent colour, if it is told.
    kept = [part for part in png.chunks if part[4:8] != b"tRNS"]
    samples = _checked(png_decode(b"".join([SIGNATURE, *kept])), png.height, png.width)
    key = next((bytes(part[8:-4]) for part in png.chunks if part[4:8] == b"tRNS"), b"")
    opacity = samples[..., 3] if samples.shape[2] == _WITH_ALPHA else None
    if opacity is None and key:
        clear = (samples == np.array(struct.unpack(">3H", key), np.uint16)).all(axis=2)
        opacity = np.where(clear, 0, _TOP).astype(np.uint16)
    samples = seen(samples[..., :3], png.gamma)
    return luminance(samples, opacity), colour_of(samples)


def read_tiff(tiff: TiffFile) -> tuple[Float32Array, float]:
    """As `read_png`, of chunky or planar samples; raises whatever libtiff does."""
    samples = np.asarray(tiff_decode(tiff.clean))
    if tiff.is_planar:
        samples = np.moveaxis(samples, 0, -1)
    samples = _checked(samples, tiff.height, tiff.width)
    return luminance(samples, samples[..., 3] if tiff.has_opacity else None), colour_of(samples)


def _checked(samples: NDArray[Any], height: int, width: int) -> NDArray[np.uint16]:
    shape = samples.shape
    if samples.dtype != np.uint16 or shape[:2] != (height, width) or shape[2:] not in ((3,), (4,)):
        raise ValueError("no colour of 16 bits")
    return samples


def luminance(samples: NDArray[np.uint16], opacity: NDArray[np.uint16] | None) -> Float32Array:
    """(H, W) float32 in [0, 1], levels of 16 bits, laid on black by the `opacity` (H, W)."""
    height, width = samples.shape[:2]
    out = np.empty((height, width), np.float32)
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        part = slice(top, top + rows)
        red, green, blue = (samples[part, :, i].astype(np.uint32) for i in range(3))
        luma = (red * _RED + green * _GREEN + blue * _BLUE + _HALF) >> _SHIFT
        np.divide(luma, _TOP, out=out[part])
        if opacity is not None:
            out[part] *= opacity[part] / np.float32(_TOP)
    return out


def colour_of(samples: NDArray[np.uint16]) -> float:
    """`colour.colourfulness` of such a picture, on the part of the 16 bits that it uses."""
    rows, columns = (
        ((np.arange(SIDE) + 0.5) * side / SIDE).astype(np.intp) for side in samples.shape[:2]
    )
    small = samples[np.ix_(rows, columns)][..., :3]
    levels = np.rint(small * (255 / max(1, int(small.max()))))
    return colourfulness(levels.astype(np.uint8))
