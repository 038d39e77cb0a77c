"""How colourful a picture is: radiographs are grey, at most tinted as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from simplejpeg import decode_jpeg

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 96
"""Height and width of the thumbnail that colour is measured on, in pixels."""
_PAINTED = 0.05
"""Share of a picture; a coloured marker or a line of text takes less."""
_GREY_MODES = ("1", "L", "La", "LA")


def colourfulness(rgb: NDArray[np.uint8]) -> float:
    """Spread of the colours that brightness does not explain.

    A film that was tinted (blue film base, sepia) has one colour for each brightness and scores
    near 0, a photograph does not: of red and blue relative to green, what a straight line through
    brightness leaves over counts.

    Args:
        rgb: (h, w, 3) uint8, a thumbnail suffices.

    Returns:
        Root mean square of the remainder, in [0, 1], or a third of what one pixel in twenty
        reaches, where that is more: paint on a part of a grey film, which a mean over all of it
        hardly shows. 0 for grey.
    """
    red, green, blue = (rgb[..., i].astype(np.float64).ravel() / 255 for i in range(3))
    brightness = (red + green + blue) / 3
    centred = brightness - brightness.mean()
    spread = float(centred @ centred)
    rest = np.zeros_like(brightness)
    for difference in (red - green, blue - green):
        remainder = difference - difference.mean()
        if spread > 0:
            remainder = remainder - centred * (remainder @ centred) / spread
        rest += np.square(remainder)
    painted = float(np.quantile(rest, 1 - _PAINTED))
    return float(max(np.sqrt(rest.mean()), np.sqrt(painted) / 3))


def of_image(image: Image.Image) -> float:
    """`colourfulness` of a loaded Pillow image of any mode that converts to RGB."""
    if image.mode in _GREY_MODES or image.mode.startswith(("I", "F")):
        return 0.0
    small = image.resize((SIDE, SIDE), Image.Resampling.NEAREST)
    return colourfulness(np.asarray(small.convert("RGBA").convert("RGB")))


def of_jpeg(clean: bytes) -> float:
    """`colourfulness` of a JPEG with three components, decoded at an eighth of its size or less."""
    rgb = decode_jpeg(
        clean, colorspace="RGB", fastdct=True, fastupsample=True, min_height=SIDE,
        min_width=SIDE, min_factor=8, strict=False,
    )  # fmt: skip
    return colourfulness(rgb)
