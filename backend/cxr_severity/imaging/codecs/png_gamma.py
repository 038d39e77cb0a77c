"""A PNG's samples as they are to be seen, where it says with which exponent they were stored.

As viewers do by PNG's chunk gAMA (PNG specification, 11.3.2.2 and 13.13): light that was stored as
it was measured, with 1, would look much too dark else.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

USUAL = 1 / 2.2
"""Of samples that are shown as they are."""
_NEARLY = 0.05


def gamma_of(said: int) -> float:
    """The exponent by the number in a gAMA chunk; `USUAL` where it is nearly that, or none that
    libpng would take."""
    gamma = said / 100_000 if 16 <= said <= 625_000_000 else USUAL
    return USUAL if abs(gamma / USUAL - 1) <= _NEARLY else gamma


def seen(samples: NDArray[Any], gamma: float) -> NDArray[Any]:
    """Samples, uint8 or uint16 of any shape and none of them opacity, as they are to be seen."""
    if gamma == USUAL:
        return samples
    top = np.iinfo(samples.dtype).max
    table = np.rint(np.linspace(0, 1, top + 1) ** (USUAL / gamma) * top).astype(samples.dtype)
    return np.take(table, samples)


def seen_image(image: Image.Image, gamma: float) -> Image.Image:
    """The same of a picture that Pillow has opened, in a mode without palette or transparent value
    unless it is shown as it is."""
    if gamma == USUAL or image.mode == "1":
        return image
    key = image.info.get("transparency")
    if image.mode.startswith("I;16"):
        samples = np.asarray(image, np.uint16)
        return Image.fromarray(seen(np.where(samples == key, np.uint16(0), samples), gamma))
    if image.mode == "P" or key is not None:
        image = image.convert("LA" if image.mode == "L" else "RGBA")
    every = np.arange(256, dtype=np.uint8)
    bands = [every if band == "A" else seen(every, gamma) for band in image.getbands()]
    return image.point(np.concatenate(bands).tolist())
