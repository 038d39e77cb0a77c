"""DICOM's greyscale pipeline as one table from codes to grey.

PS3.3 C.11: Modality LUT, then VOI LUT, then the presentation's polarity. With 16 bits at most,
all of it is a function of the stored value, so it is computed once per value and looked up. No
library is as strict here: pydicom's own functions guess where a transformation is not defined.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cxr_severity.imaging.arrays import Float32Array, Float64Array
from cxr_severity.imaging.dicom.tables import Table, as_signed
from cxr_severity.imaging.dicom.transformations import Rescale, Window
from cxr_severity.imaging.errors import DamagedImageError
from cxr_severity.imaging.used_range import ends_of, scale_around

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cxr_severity.imaging.dicom.image import DicomImage, PixelLayout
    from cxr_severity.imaging.dicom.pixels import Codes

LUMA = (0.299, 0.587, 0.114)
"""ITU-R BT.601 weights of red, green and blue."""
_WORD = 1 << 16
_FEW = 0.01
"""Of the pixels of a compressed film, at most, that may lie above the stored bits."""
_MORE_BITS = (
    "The DICOM object's values need more bits than it says are stored (Bits Stored {stored}), so "
    "that it is not known which grey they mean."
)


@dataclass(frozen=True, slots=True, eq=False)
class CodeTable:
    """What each code of the pixel data stands for, (N,) of 256 or 65536 codes.

    `bits` int64 are the stored bits, 0 to `PixelLayout.top`; `values` int64 the stored values,
    two's complement where they are signed; `padding` bool where a code stands for no tissue.
    """

    bits: NDArray[np.int64]
    values: NDArray[np.int64]
    padding: NDArray[np.bool_]


def code_table(image: DicomImage, layout: PixelLayout, codes: Codes) -> CodeTable:
    """What the codes of `image` stand for, after looking at all that `codes` holds.

    Args:
        layout: the one of `image`, as its stream corrects it.
        codes: uint8 or uint16.

    Raises:
        DamagedImageError: values need more bits than the object says are stored, or, of those of
            a stream of more bits, too many do.
    """
    number = 1 << 8 * codes.itemsize
    every = np.arange(number)
    if layout.clamped:
        bits = np.minimum(every, layout.top)
    else:
        # Bits below mean nothing, and those above are looked at by themselves.
        bits = (every >> (layout.high_bit + 1 - layout.stored)) & layout.top
    half = 1 << (layout.stored - 1)
    values = (bits ^ half) - half if layout.signed else bits
    padding = _is_padding(image, layout, every, values)
    if layout.clamped:
        _check_limited(layout, codes, padding)
    else:
        _check_bits_above(image, layout, codes, bits, padding)
    return CodeTable(bits, values, padding)


def _is_padding(
    image: DicomImage, layout: PixelLayout, every: NDArray[np.int64], values: NDArray[np.int64]
) -> NDArray[np.bool_]:
    if image.padding is None:
        return np.zeros(every.shape, np.bool_)
    ends = image.padding
    low, high = sorted(map(as_signed, ends) if layout.signed else ends)
    # It may need more bits than are stored, as it is no value of the picture.
    words = np.where(every < _WORD // 2, every, every - _WORD) if layout.signed else every
    return ((values >= low) & (values <= high)) | ((words >= low) & (words <= high))


def _check_bits_above(
    image: DicomImage,
    layout: PixelLayout,
    codes: Codes,
    bits: NDArray[np.int64],
    padding: NDArray[np.bool_],
) -> None:
    """Refuse values that would wrap round. These do not: retired overlays, the sign, padding, a bit
    that all pixels have, and white that is more than white.

    Where no negative value carries its sign beyond the stored bits, one that lacks it cannot be
    told from one that is too large: then none has it, as the standard allows.
    """
    shift = layout.high_bit + 1
    if layout.allocated == 1 or int(codes.max()) >> shift == 0:
        return
    present = np.zeros(len(bits), np.bool_)
    present[codes.ravel()] = True
    # Beside the overlays' bits, as if they were not set.
    over = (np.arange(len(bits)) & ~image.overlay_bits) >> shift
    full = (len(bits) - 1 & ~image.overlay_bits) >> shift
    harmless = padding | (over == 0)
    if layout.signed:
        negative = bits > layout.top // 2
        extended = (over == full) & negative
        harmless |= extended
        if (present & extended & ~padding).any():
            # The writer extends the sign: a word that looks negative without it is too large.
            harmless &= padding | (over != 0) | ~negative
    else:
        harmless |= bits == layout.top
    wrapped = present & ~harmless
    if wrapped.any() and len(np.unique(over[present & ~padding])) > 1:
        raise DamagedImageError(_MORE_BITS, stored=layout.stored)


def _check_limited(layout: PixelLayout, codes: Codes, padding: NDArray[np.bool_]) -> None:
    """Refuse a stream of which much would become white. A few values above the stored bits are what
    lossy encoders and markers leave; of many it is not known which range was meant."""
    every = np.arange(len(padding))
    above = (every > layout.top) & (every & layout.top != layout.top) & ~padding
    if int(codes.max()) > layout.top and above[codes].mean() > _FEW:
        raise DamagedImageError(_MORE_BITS, stored=layout.stored)


def grey_table(
    image: DicomImage, layout: PixelLayout, table: CodeTable, codes: Codes
) -> tuple[Float32Array, tuple[float, float] | None]:
    """Grey in [0, 1] for every code, (N,) float32, and, without a VOI transformation, the values
    after the Modality LUT that are 0 and 1.

    Without a VOI transformation the range is that of all values the stored bits can hold, after
    the Modality LUT; where the film is padded, the part of it that the rest of the film uses. The
    first of several windows or tables is taken. Padding, which stands for no tissue, becomes black.

    Args:
        codes: of the film, or a sample of them.

    Raises:
        DamagedImageError: a transformation that is not defined.
    """
    values = table.values.astype(np.float64)
    # Extreme numbers from the file overflow to infinity; that is looked at below.
    with np.errstate(all="ignore"):
        output, low, high = _modality(image.modality, values, signed=layout.signed)
        grey, scale = _voi(image.voi, output), None
        if grey is None:
            reversed_ = layout.photometric == "MONOCHROME1"
            line = image.modality if isinstance(image.modality, Rescale) else None
            # Offsets were added to stored values, of which the output may be a line.
            ends = _film_ends(output if line is None else values, table, codes)
            if ends is not None and line is not None:
                film = scale_around(*ends, black_above=reversed_ != (line.slope < 0))
                low, high = sorted(line.slope * value + line.intercept for value in film)
            elif ends is not None:
                low, high = scale_around(*ends, black_above=reversed_)
            grey, scale = (output - low) / (high - low), (low, high)
    if not np.isfinite(grey).all():
        raise DamagedImageError("The DICOM object's rescaling or window is out of range.")
    if layout.photometric == "MONOCHROME1":
        grey, scale = 1 - grey, scale and (scale[1], scale[0])
    grey[table.padding] = 0
    return np.clip(grey, 0, 1).astype(np.float32), scale


def _film_ends(values: Float64Array, table: CodeTable, codes: Codes) -> tuple[float, float] | None:
    """The least and greatest of `values`, (N,) of each code, that the film has where it is padded;
    None where it is not, or is nothing but padding."""
    padding = table.padding[codes]
    return ends_of(values[codes[~padding]]) if padding.any() and not padding.all() else None


def palette_table(
    palette: tuple[Table, Table, Table], layout: PixelLayout, table: CodeTable
) -> Float32Array:
    """Red, green and blue in [0, 1] for every code of a PALETTE COLOR image, (N, 3) float32."""
    channels = [channel.shares(table.values, signed=layout.signed) for channel in palette]
    return np.stack(channels, axis=-1).astype(np.float32)


def _modality(
    modality: Rescale | Table, values: Float64Array, *, signed: bool
) -> tuple[Float64Array, float, float]:
    """Output values with the least and greatest value that the output can take."""
    if isinstance(modality, Table):
        return modality(values, signed=signed).astype(np.float64), 0.0, float(modality.top)
    values = values * modality.slope + modality.intercept
    low, high = float(values.min()), float(values.max())
    if not (math.isfinite(low) and math.isfinite(high) and high > low):
        raise DamagedImageError(
            "The DICOM object's Rescale Slope maps all values to the same one or out of range."
        )
    return values, low, high


def _voi(voi: Window | Table | None, values: Float64Array) -> Float64Array | None:
    """Values of interest scaled to [0, 1], or None when the object defines none."""
    if isinstance(voi, Table):
        return voi.shares(values, signed=bool(values.min() < 0))
    return None if voi is None else _window(values, voi.center, voi.width, voi.function)


def _window(values: Float64Array, center: float, width: float, function: str) -> Float64Array:
    """PS3.3 C.11.2.1.2 and C.11.2.1.3, scaled to [0, 1]."""
    match function:
        case "LINEAR":
            if width == 1:
                return (values > center - 0.5).astype(np.float64)
            grey = (values - (center - 0.5)) / (width - 1) + 0.5
        case "LINEAR_EXACT":
            grey = (values - center) / width + 0.5
        case _:
            # Beyond 500 the exponential would overflow, and the result is 0 or 1 long before.
            grey = 1 / (1 + np.exp(np.clip(-4 * (values - center) / width, -500, 500)))
    clipped: Float64Array = np.clip(grey, 0, 1)
    return clipped
