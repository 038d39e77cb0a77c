"""The lung network learns what the masks show."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from cxr_severity.model.lungs import LungConfig
from cxr_training.bank import MASK_SIZE, Films
from cxr_training.config import AugmentConfig, LungTrainConfig
from cxr_training.data import Case
from cxr_training.lungs import dice, fit_lungs, held_out_dice, masked


def _films(count: int) -> Films:
    """Bright pictures with one dark ellipse each, which is the lung; the last has no mask."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:1:64j, 0:1:64j]
    fine_y, fine_x = np.mgrid[0 : 1 : MASK_SIZE * 1j, 0 : 1 : MASK_SIZE * 1j]
    grids, masks, cases = [], [], []
    for i in range(count):
        cx, cy, rx, ry = *rng.uniform(0.35, 0.65, 2), *rng.uniform(0.15, 0.3, 2)
        inside = ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1
        grids.append(np.where(inside, 0.2, 0.8) + rng.normal(scale=0.05, size=x.shape))
        lung = ((fine_x - cx) / rx) ** 2 + ((fine_y - cy) / ry) ** 2 < 1
        last = i == count - 1
        masks.append(np.stack([lung * (math.nan if last else 1.0), lung * math.nan]))
        case = Case.unscored(f"{i}.png")
        cases.append(case if last else replace(case, lung_mask=f"{i}.png"))
    return Films(
        tuple(cases),
        torch.from_numpy(np.clip(np.stack(grids), 0, 1)).float(),
        torch.from_numpy(np.stack(masks)).float(),
    )


CONFIG = LungTrainConfig(
    epochs=12, batch_size=8, network=LungConfig(size=64, width=4),
    augment=AugmentConfig(rotation=5, erase=0, noise=0.02),
)  # fmt: skip


def test_it_finds_the_dark_ellipse_in_pictures_it_has_not_seen() -> None:
    films = _films(33)
    network = fit_lungs(films, range(24), CONFIG, seed=1)
    found = held_out_dice(network, films, range(24, 33))
    assert len(found) == 8, "the one without a mask cannot be measured"
    assert np.mean(found) > 0.7
    assert not network.training


def test_the_same_seed_gives_the_same_network() -> None:
    films = _films(17)
    short = CONFIG.model_copy(update={"epochs": 1})
    one, other = (fit_lungs(films, range(16), short, seed=3).state_dict() for _ in range(2))
    assert all(torch.equal(one[key], other[key]) for key in one)


def test_films_without_a_mask_are_left_out() -> None:
    films = _films(5)
    assert masked(films, range(5)) == [0, 1, 2, 3]
    assert masked(films, [4, 2]) == [2]


def test_dice_is_one_for_the_same_and_near_none_for_the_opposite() -> None:
    mask = torch.zeros(1, 8, 8)
    mask[:, :4] = 1
    assert float(dice(mask, mask)) == 1
    assert float(dice(mask, 1 - mask)) == pytest.approx(0, abs=0.02)
