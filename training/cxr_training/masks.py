"""Masks as segmentation tools write them: 1-bit, labels 0 and 1 in 8 or 16 bits, a colour on a
transparent or a black ground."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_severity.imaging.arrays import Float32Array
from cxr_training.errors import TrainingError


def mask_values(image: Image.Image) -> NDArray[Any]:
    """(H, W) of a mask's file: the opacity where that varies or all is transparent, else the grey
    value as it is stored, whatever white is."""
    if image.has_transparency_data:
        alpha = np.asarray(image.convert("RGBA").getchannel("A"))
        if alpha.min() < alpha.max() or not alpha.any():
            return alpha
    # `convert("L")` would clip 16 bits at 255.
    whole = image.mode == "F" or image.mode.startswith("I")
    return np.asarray(image if whole else image.convert("L"))


def read_mask(
    data: bytes, name: str, side: int, size: tuple[int, int] | None = None, *,
    may_be_empty: bool = True,
) -> Float32Array:  # fmt: skip
    """A mask's file to (side, side) float32 shares in [0, 1] that lie inside of it; the rest is as
    `open_mask` tells."""
    mask = open_mask(data, name, size, may_be_empty=may_be_empty)
    scaled = mask.resize((side, side), Image.Resampling.BOX)
    return np.asarray(scaled, np.float32) / np.float32(255)


def open_mask(
    data: bytes, name: str, size: tuple[int, int] | None = None, *, may_be_empty: bool = True
) -> Image.Image:
    """A mask's file in 8-bit grey, 255 inside and 0 outside.

    Args:
        size: (height, width) of its film, whose aspect it must have.

    Raises:
        TrainingError: naming the mask that does not decode, has another aspect than its film, has
            more than the two values outside and inside, or marks the whole film, or nothing.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            values = mask_values(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise TrainingError(f"{name}: does not decode") from error
    low, high = values.min(), values.max()
    if ((values != low) & (values != high)).any():
        raise TrainingError(f"{name}: a mask has one value outside and one inside; this has more")
    if low == high != 0:
        raise TrainingError(f"{name}: marks the whole film")
    if low == high and not may_be_empty:
        raise TrainingError(f"{name}: marks nothing; where nobody drew, its cell stays empty")
    if size is not None and not fits((values.shape[0], values.shape[1]), size):
        raise TrainingError(f"{name}: has another aspect than its film")
    return Image.fromarray((values > low).astype(np.uint8) * 255)


def fits(size: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two pictures of (height, width) have one aspect, to a pixel."""
    off = abs(size[1] * other[0] - size[0] * other[1])
    return off <= max(*size, *other)
