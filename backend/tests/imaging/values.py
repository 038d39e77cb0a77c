"""What the pixels of test pictures are to become."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.decode import decode

from .corpus import COLOUR

LUMA = np.asarray(Image.fromarray(COLOUR).convert("L"))
"""BT.601 luminance of the coloured test picture, uint8."""


def pixels(data: bytes) -> Float32Array:
    """What a file is decoded to, (H, W) in [0, 1]."""
    return decode(data).pixels


def unit(values: NDArray[Any], top: int = 255) -> Float32Array:
    """Stored values, of which the highest is `top`, in [0, 1]."""
    return values.astype(np.float32) / np.float32(top)
