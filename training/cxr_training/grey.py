"""Image files in 8-bit grey."""

from __future__ import annotations

import numpy as np
from PIL import Image

_SIXTEEN_BIT = 65535 / 255


def eight_bit(image: Image.Image) -> Image.Image:
    """Of any depth: `convert("L")` would clip 16 bits at 255."""
    if image.mode.startswith("I"):
        grey = np.asarray(image, np.float64) / _SIXTEEN_BIT
        return Image.fromarray(np.clip(np.round(grey), 0, 255).astype(np.uint8))
    return image.convert("L")
