"""Preprocessing: what must not matter does not, and nothing breaks it."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.errors import ImageWithoutContrastError
from cxr_severity.imaging.radiograph import Radiograph, Source
from cxr_severity.model.preprocess import PreprocessConfig, denormalise, normalise, to_grid
from cxr_severity.model.reference import tensors

CONFIG = PreprocessConfig()


def radiograph(pixels: Float32Array) -> Radiograph:
    digest = hashlib.sha256(pixels.tobytes()).hexdigest()
    return Radiograph(pixels, Source(sha256=digest, format="png", bit_depth=8))


def test_grid_is_square_in_range_and_fills_the_range(sample: Radiograph) -> None:
    grid = to_grid(sample, CONFIG)
    assert grid.shape == (224, 224)
    assert grid.dtype == np.float32
    assert grid.min() == 0
    assert grid.max() == 1


def test_exposure_and_bit_depth_do_not_matter(sample: Radiograph) -> None:
    """Twelve-bit data in a sixteen-bit file, or another window, give the same input."""
    dim = radiograph((0.1 + sample.pixels / 16).astype(np.float32))
    np.testing.assert_allclose(to_grid(dim, CONFIG), to_grid(sample, CONFIG), atol=1e-4)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_an_image_that_shows_nothing_is_refused(value: float) -> None:
    pixels = np.full((300, 320), value, np.float32)
    pixels[:8, :8] = 1 - value  # a marker is not content
    with pytest.raises(ImageWithoutContrastError):
        to_grid(radiograph(pixels), CONFIG)


def test_eight_bit_data_in_a_sixteen_bit_file_is_content(sample: Radiograph) -> None:
    dim = radiograph((sample.pixels * (255 / 65535)).astype(np.float32))
    np.testing.assert_allclose(to_grid(dim, CONFIG), to_grid(sample, CONFIG), atol=1e-3)


@pytest.mark.parametrize("shape", [(32, 4000), (4000, 32), (33, 33)])
def test_any_shape_gives_the_same_grid_size(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).random(shape, dtype=np.float32)
    assert normalise(to_grid(radiograph(pixels), CONFIG), CONFIG).shape == (1, 3, 224, 224)


def test_normalise_uses_the_configured_mean_and_std() -> None:
    config = PreprocessConfig(mean=(0.1, 0.2, 0.3), std=(1.0, 2.0, 4.0))
    x = normalise(np.full((2, 2), 0.5, np.float32), config)
    np.testing.assert_allclose(x[0, :, 0, 0], [0.4, 0.15, 0.05], rtol=1e-6)


def test_training_normalises_as_the_service_does(sample: Radiograph) -> None:
    grid = to_grid(sample, CONFIG)
    found = tensors.normalise(torch.from_numpy(grid)[None], CONFIG)
    np.testing.assert_array_equal(found.numpy(), normalise(grid, CONFIG))


def test_only_what_was_prepared_is_taken_for_prepared(sample: Radiograph) -> None:
    grid = to_grid(sample, CONFIG)
    found = denormalise(normalise(grid, CONFIG), CONFIG)
    assert found is not None
    np.testing.assert_allclose(found, grid, atol=1e-6)
    for other in (grid / 2, 0.3 + 0.4 * grid, 2 * grid, grid - 0.5, grid * 0, grid * np.nan):
        assert denormalise(normalise(other.astype(np.float32), CONFIG), CONFIG) is None


def test_the_input_is_not_changed(sample: Radiograph) -> None:
    before = sample.pixels.copy()
    normalise(to_grid(sample, CONFIG), CONFIG)
    np.testing.assert_array_equal(sample.pixels, before)


def test_zero_std_is_refused() -> None:
    with pytest.raises(ValidationError, match="std must be positive"):
        PreprocessConfig(std=(0.2, 0.0, 0.2))
