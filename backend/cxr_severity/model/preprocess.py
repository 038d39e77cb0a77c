"""Radiograph to network input. Serving and training call the same two steps."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.errors import ImageWithoutContrastError
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.imaging.resample import percentiles, resize

_LEAST_CONTRAST = 1e-4
"""A fortieth of the range that 8-bit data fills in a 16-bit file."""

_NEAR = 0.01
"""Of grey values in [0, 1]: what a client's arithmetic may differ by."""


class PreprocessConfig(BaseModel):
    """Everything between a radiograph's pixels and the network; stored with each version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(default=224, ge=32, le=1024)
    """Side of the square network input, pixels. The whole image is stretched to it: padding
    would tell the network the aspect ratio, and cropping could cut a costophrenic angle."""
    low_percentile: float = Field(default=0.5, ge=0, lt=50)
    high_percentile: float = Field(default=99.5, gt=50, le=100)
    """Grey values at these percentiles become 0 and 1, so that exposure, window settings and
    12-bit data in 16-bit files do not matter."""
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    """Per-channel normalisation of the backbone's first weights (ImageNet)."""

    @model_validator(mode="after")
    def _std_is_positive(self) -> PreprocessConfig:
        if min(self.std) <= 0:
            raise ValueError("std must be positive")
        return self


def to_grid(radiograph: Radiograph, config: PreprocessConfig) -> Float32Array:
    """Scale a radiograph to the network's grid and stretch its contrast.

    Percentiles are taken after the resize: it is cheaper, and single hot pixels are gone by then.

    Returns:
        (S, S) float32 in [0, 1], 0 and 1 included.

    Raises:
        ImageWithoutContrastError: when both percentiles are one grey value, as in a blank image
            or one whose window misses all its data. Any answer to it would be made up.
    """
    grid = resize(radiograph.values, config.size, config.size, reducing_gap=3.0)
    if radiograph.values.dtype == np.uint8:
        grid /= np.float32(255)
    low, high = percentiles(grid, config.low_percentile, config.high_percentile)
    if high - low < _LEAST_CONTRAST:
        raise ImageWithoutContrastError(
            "The image has hardly more than one grey value: it is blank, or its window misses "
            "all of its data."
        )
    grid -= np.float32(low)
    grid /= np.float32(high - low)
    return np.clip(grid, 0, 1, out=grid)


def normalise(grid: Float32Array, config: PreprocessConfig) -> Float32Array:
    """(S, S) float32 in [0, 1] to the network's input, (1, 3, S, S) float32, normalised per
    channel."""
    image = np.empty((1, 3, *grid.shape), np.float32)
    for channel, mean, std in zip(image[0], config.mean, config.std, strict=True):
        np.subtract(grid, np.float32(mean), out=channel)
        channel /= np.float32(std)
    return image


def denormalise(image: Float32Array, config: PreprocessConfig) -> Float32Array | None:
    """The inverse of `normalise` for one image: (1, 3, S, S) float32 to the (S, S) grid; None where
    no grid from 0 to 1, both included, gives it."""
    mean, std = (np.array(each, np.float32)[:, None, None] for each in (config.mean, config.std))
    channels = image[0] * std + mean
    grid: Float32Array = channels[0]
    near = np.abs(channels - grid) < _NEAR
    # `to_grid` takes both ends of the grid from the film: one without them was scaled otherwise.
    ends = abs(grid.min()) < _NEAR and abs(grid.max() - 1) < _NEAR
    if not (near.all() and ends):  # neither holds of what is not finite
        return None
    return np.clip(grid, 0, 1)
