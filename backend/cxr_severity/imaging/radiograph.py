"""The one image type that every later stage works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.arrays import Float32Array

SourceFormat = Literal["png", "jpeg", "tiff", "dicom"]
FORMATS: tuple[SourceFormat, ...] = get_args(SourceFormat)
Declared = Literal["", "not-frontal", "not-chest", "child"]
"""What a file says of itself that speaks against a frontal film of an adult's chest; of several
things the first that rules it out."""


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
    declared: Declared = ""
    """Of DICOM; the image may still show otherwise."""
    scale: tuple[float, float] | None = None
    """Of a grey DICOM film that says not how to window it: which values, after the Modality
    transformation, are 0 and 1 in the radiograph."""


@dataclass(frozen=True, slots=True, eq=False)
class Radiograph:
    """A single-plane image in display orientation.

    `values` is (H, W), C-contiguous: float32, finite, in [0, 1], or uint8 where the decoder gave
    8 bits, a quarter of the memory to hold and to walk over. 0 shows black (air), 1 or 255 shows
    white (bone). Orientation tags and MONOCHROME1 have been applied, and pixels are square.

    Raises:
        ValueError: when `values` is not a two-dimensional array of these types with both sides
            positive.
    """

    values: Float32Array | NDArray[np.uint8]
    source: Source
    stored: tuple[int, int] | None = None
    """Height and width in the file, upright and of square pixels, where it was decoded at a reduced
    scale."""

    def __post_init__(self) -> None:
        values = self.values
        if values.ndim != 2 or values.dtype not in (np.float32, np.uint8) or 0 in values.shape:
            raise ValueError(
                f"values must be a non-empty (H, W) float32 or uint8 array, "
                f"not {values.dtype} {values.shape}"
            )

    @property
    def pixels(self) -> Float32Array:
        """(H, W) float32 in [0, 1]; where the values are bytes, each call converts them again."""
        return in_unit_range(self.values)

    @property
    def stored_size(self) -> tuple[int, int]:
        """Height and width of the picture in the file, upright."""
        return self.stored or (self.height, self.width)

    @property
    def height(self) -> int:
        return int(self.values.shape[0])

    @property
    def width(self) -> int:
        return int(self.values.shape[1])


def in_unit_range(values: NDArray[Any]) -> Float32Array:
    """Unsigned integers, of a type that they fill, as shares of its greatest value; floats as
    they are."""
    if values.dtype == np.float32:
        return values
    shares = np.empty(values.shape, np.float32)
    np.divide(values, np.iinfo(values.dtype).max, out=shares, dtype=np.float32)
    return shares
