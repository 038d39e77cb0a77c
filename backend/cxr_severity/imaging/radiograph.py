"""The one image type that every later stage works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

SourceFormat = Literal["png", "jpeg", "tiff", "dicom"]


@dataclass(frozen=True, slots=True)
class Source:
    """What the file said about itself; nothing here identifies a patient."""

    sha256: str
    """Lower-case hex digest of the file's bytes."""
    format: SourceFormat
    """Container, sniffed from the bytes."""
    bit_depth: int
    """Bits per sample that the file stores (1 to 32)."""
    colour: float = 0.0
    """How colourful the stored picture is, in [0, 1]; 0 is grey or evenly tinted."""


@dataclass(frozen=True, slots=True, eq=False)
class Radiograph:
    """A single-plane image in display orientation.

    `pixels` is (H, W) float32, C-contiguous, finite, in [0, 1]; 0 shows black (air), 1 shows
    white (bone). Orientation tags and MONOCHROME1 have been applied.

    Raises:
        ValueError: when `pixels` is not a two-dimensional float32 array with both sides positive.
    """

    pixels: NDArray[np.float32]
    source: Source
    stored: tuple[int, int] | None = None
    """Height and width in the file, upright, where it was decoded at a reduced scale."""
    levels: NDArray[np.uint8] | None = None
    """`pixels` times 255, where the decoder gave 8 bits: a quarter of the memory to walk over."""

    def __post_init__(self) -> None:
        if self.pixels.ndim != 2 or self.pixels.dtype != np.float32 or 0 in self.pixels.shape:
            raise ValueError(
                f"pixels must be a non-empty (H, W) float32 array, "
                f"not {self.pixels.dtype} {self.pixels.shape}"
            )

    @property
    def stored_size(self) -> tuple[int, int]:
        """Height and width of the picture in the file, upright."""
        return self.stored or (self.height, self.width)

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])
