"""A fixed input whose answer is stored with each version, to notice a runtime that computes
something else (another library version, a broken kernel, a changed preprocessing)."""

from __future__ import annotations

import hashlib

import numpy as np

from cxr_severity.imaging.radiograph import Radiograph, Source


def golden_radiograph() -> Radiograph:
    """A synthetic image, (320, 288), the same everywhere: two dark lungs with a textured shade."""
    y, x = np.mgrid[-1.0:1.0:320j, -1.0:1.0:288j]
    lungs = sum(
        np.exp(-(((x - centre) / 0.28) ** 4) - ((y - 0.05) / 0.62) ** 4) for centre in (-0.42, 0.42)
    )
    shade = 0.3 * np.exp(-(((x + 0.45) / 0.3) ** 2) - ((y - 0.4) / 0.25) ** 2)
    texture = 0.04 * np.sin(23 * x + 5 * y) * np.cos(17 * y)
    pixels = np.clip(0.8 - 0.55 * lungs + shade + texture, 0, 1).astype(np.float32)
    digest = hashlib.sha256(b"golden radiograph").hexdigest()
    return Radiograph(pixels, Source(sha256=digest, format="png", bit_depth=8))
