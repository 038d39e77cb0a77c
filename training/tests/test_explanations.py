"""Maps against masks, on planted ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cxr_severity.model.network import NetworkConfig, SeverityNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.bank import MASK_SIZE, Films
from cxr_training.data import Case
from cxr_training.explanations import compare, look

Map = NDArray[np.float32]


def box(top: int, bottom: int, left: int, right: int) -> Map:
    mask = np.zeros((20, 20), dtype=np.float32)
    mask[top:bottom, left:right] = 1
    return mask


LUNGS = box(0, 20, 0, 10)  # half of the image
OPACITY = box(0, 10, 0, 4)  # a tenth of the image, a fifth of the lungs


def test_a_map_on_the_opacity() -> None:
    looked = compare(box(2, 6, 1, 3), LUNGS, OPACITY)
    assert (looked.hit, looked.in_opacity, looked.in_lungs) == (1, 1, 1)


def test_shares_are_of_the_maps_energy() -> None:
    cam = 3 * box(0, 5, 0, 4) + box(0, 5, 4, 10) + box(0, 6, 10, 15)  # 60 + 30 + 30
    cam[0, 19] = 5  # the peak lies outside
    looked = compare(cam, LUNGS, OPACITY)
    assert looked.hit == 0
    assert looked.in_opacity == pytest.approx(60 / 125)
    assert looked.in_lungs == pytest.approx(90 / 125)


def test_a_map_that_knows_nothing_scores_the_baselines() -> None:
    looked = compare(np.ones((20, 20), dtype=np.float32), LUNGS, OPACITY)
    assert looked.in_opacity == pytest.approx(looked.opacity_share) == pytest.approx(0.1)
    assert looked.in_lungs == pytest.approx(looked.lung_share) == pytest.approx(0.5)
    assert looked.opacity_share_of_lungs == pytest.approx(0.2)


def test_opacity_outside_the_lungs_is_no_share_of_them() -> None:
    looked = compare(OPACITY, LUNGS, box(0, 20, 5, 15))
    assert looked.opacity_share_of_lungs == pytest.approx(0.5)


def test_an_empty_map_hits_nothing() -> None:
    looked = compare(box(0, 0, 0, 0), LUNGS, np.ones((20, 20), dtype=np.float32))
    assert (looked.hit, looked.in_opacity, looked.in_lungs) == (0, 0, 0)


def test_without_a_lung_mask_the_opacity_still_counts() -> None:
    looked = compare(OPACITY, np.full_like(LUNGS, np.nan), OPACITY)
    assert (looked.hit, looked.in_opacity) == (1, 1)
    lungs = (looked.in_lungs, looked.lung_share, looked.opacity_share_of_lungs)
    assert all(math.isnan(value) for value in lungs)


def test_an_empty_lung_mask_divides_nothing() -> None:
    looked = compare(OPACITY, np.zeros_like(LUNGS), OPACITY)
    assert looked.in_lungs == 0
    assert math.isnan(looked.opacity_share_of_lungs)


def test_only_films_with_an_opacity_are_looked_at() -> None:
    torch.manual_seed(0)
    network = SeverityNet(NetworkConfig(hidden_size=8), 64).eval()
    masks = torch.full((3, 2, MASK_SIZE, MASK_SIZE), torch.nan)
    masks[1:, 1] = 0
    masks[2, 1, :128] = 1
    films = Films(tuple(Case.unscored(name) for name in "abc"), torch.rand(3, 64, 64), masks)
    config = PreprocessConfig(size=64)
    assert look(network, films, 0, config) is None
    assert look(network, films, 1, config) is None
    found = look(network, films, 2, config)
    assert found is not None
    assert found.opacity_share == 0.5
    assert 0 <= found.in_opacity <= 1
    assert math.isnan(found.in_lungs)
