"""Near-duplicate radiographs by perceptual hash, whichever patient they are attributed to."""

from __future__ import annotations

import io

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_severity.imaging.decode import decode
from cxr_training.grey import eight_bit

HASH_SIDE = 16
BITS = HASH_SIDE * HASH_SIDE


def perceptual_hash(data: bytes) -> NDArray[np.bool_]:
    """(256,) bits: signs of the low frequencies of an image file's cosine transform (pHash).

    Raises:
        InputRefusedError: neither Pillow nor the service reads the file.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            grey = eight_bit(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # as of DICOM
        grey = Image.fromarray(np.rint(decode(data).pixels * 255).astype(np.uint8))
    hashed = imagehash.phash(grey, hash_size=HASH_SIDE)
    return np.asarray(hashed.hash, dtype=np.bool_).reshape(-1)


SAME_FILM = 40
"""Differing bits up to which two files are taken for copies of one film: resized, recompressed,
with another window."""
SAME_PATIENT = 60
"""Differing bits up to which two films must not stand on two sides of a split, or of pretraining
and a test. At 42 to 58 bits most pairs of these collections are one film still, cropped or with a
caption painted in, at times under two patients' names. To keep two strangers together harms
nothing."""


def near_duplicates(
    hashes: NDArray[np.bool_], others: NDArray[np.bool_], bits: int
) -> NDArray[np.bool_]:
    """(N, 256) against (K, 256): (N, K) whether they differ in at most `bits` bits."""
    left, right = hashes.astype(np.int16) * 2 - 1, others.astype(np.int16) * 2 - 1
    same_minus_different = left @ right.T
    alike: NDArray[np.bool_] = (BITS - same_minus_different) // 2 <= bits
    return alike
