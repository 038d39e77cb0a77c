"""Augmentation moves everything together, changes what it should and nothing else."""

from __future__ import annotations

import pytest
import torch

from cxr_severity.model.assessment import SEVERITIES
from cxr_training.augment import Warp, change_exposure, draw_warp
from cxr_training.config_augment import AugmentConfig

OFF = AugmentConfig(
    rotation=0, translation=0, zoom=0, flip=0, brightness=0, contrast=0, gamma=0, noise=0, erase=0
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def only(**changes: float) -> AugmentConfig:
    return OFF.model_copy(update=changes)


def centre(image: torch.Tensor) -> torch.Tensor:
    """(2,) row and column of the mass of an (S, S) image, as shares of the side."""
    side = image.shape[-1]
    places = (torch.arange(side) + 0.5) / side
    mass = image / image.sum()
    return torch.stack([(mass.sum(dim=1) * places).sum(), (mass.sum(dim=0) * places).sum()])


def test_no_augmentation_is_no_change() -> None:
    images = torch.rand(4, 32, 32, generator=seeded())
    warped = draw_warp(4, OFF, seeded())(images.unsqueeze(1), 32).squeeze(1)
    torch.testing.assert_close(warped, images, rtol=0, atol=1e-5)
    torch.testing.assert_close(
        change_exposure(images, OFF, seeded()), images, rtol=0, atol=1.1e-4
    )  # fmt: skip


def test_masks_move_with_the_image() -> None:
    """A square in the image and the same one in a finer mask land on the same place."""
    images, masks = torch.zeros(16, 1, 64, 64), torch.zeros(16, 2, 128, 128)
    images[:, :, 16:28, 36:48], masks[:, 1, 32:56, 72:96] = 1, 1
    config = AugmentConfig(rotation=20, translation=0.1, zoom=0.2, flip=0.5)
    warp = draw_warp(16, config, seeded())
    image_centres = torch.stack([centre(image[0]) for image in warp(images, 64)])
    mask_centres = torch.stack([centre(mask[1]) for mask in warp(masks, 32)])
    torch.testing.assert_close(image_centres, mask_centres, rtol=0, atol=0.02)
    assert image_centres.std(dim=0).min() > 0.03


def test_the_flag_says_which_films_are_mirrored() -> None:
    images = torch.zeros(64, 1, 32, 32)
    images[:, :, 14:18, 2:6] = 1
    warp = draw_warp(64, only(flip=0.5, rotation=8.0), seeded())
    columns = torch.stack([centre(image[0])[1] for image in warp(images, 32)])
    assert (columns > 0.5).equal(warp.mirrored)
    assert 20 < int(warp.mirrored.sum()) < 44
    assert not draw_warp(64, only(flip=0), seeded()).mirrored.any()
    assert draw_warp(64, only(flip=1), seeded()).mirrored.all()


def test_rotation_translation_and_zoom_keep_to_their_size() -> None:
    for config, least, most in [
        (only(rotation=10.0), 0.0, 0.0),
        (only(translation=0.1), 0.05, 0.1),
        (only(zoom=0.2), 0.0, 0.0),
    ]:
        matrices = draw_warp(500, config, seeded()).matrices
        shift = matrices[:, :, 2].abs().max() / 2  # in shares of the side
        assert least <= shift <= most
    angles = draw_warp(500, only(rotation=10.0), seeded()).matrices[:, 1, 0].asin().rad2deg()
    assert 9 < angles.abs().max() <= 10.01
    zoom = draw_warp(500, only(zoom=0.2), seeded()).matrices[:, :, :2].det() ** -0.5
    assert 0.79 < zoom.min() < 0.85
    assert 1.15 < zoom.max() < 1.21


def test_outside_the_film_is_black() -> None:
    warp = Warp(torch.tensor([[[1.0, 0, 1], [0, 1, 0]]]), torch.tensor([False]))
    moved = warp(torch.ones(1, 1, 32, 32), 32)[0, 0]
    assert (moved[:, :15] == 1).all()  # half a side to the left
    assert (moved[:, 17:] == 0).all()


def test_exposure_stays_in_range_and_differs_between_images() -> None:
    images = torch.rand(1, 48, 48, generator=seeded()).expand(8, -1, -1)
    changed = change_exposure(images, AugmentConfig(), seeded())
    assert changed.shape == images.shape
    assert 0 <= float(changed.min()) <= float(changed.max()) <= 1
    assert not any(torch.equal(changed[i], changed[j]) for i in range(8) for j in range(i))


@pytest.mark.parametrize("kind", ["brightness", "contrast", "gamma", "noise", "erase"])
def test_each_kind_changes_something(kind: str) -> None:
    images = torch.rand(8, 32, 32, generator=seeded())
    changed = change_exposure(images, only(**{kind: 0.5}), seeded())
    assert (changed - images).abs().amax(dim=(1, 2)).max() > 0.05


def test_the_generator_decides() -> None:
    images = torch.rand(4, 32, 32, generator=seeded())
    one, same, other = (
        change_exposure(
            draw_warp(4, AugmentConfig(), g)(images.unsqueeze(1), 32)[:, 0], AugmentConfig(), g
        )
        for g in (seeded(1), seeded(1), seeded(2))
    )
    assert one.equal(same)
    assert not one.equal(other)


def test_the_global_generator_is_left_alone() -> None:
    before = torch.get_rng_state()
    draw_warp(4, AugmentConfig(), seeded())
    change_exposure(torch.rand(4, 8, 8, generator=seeded()), AugmentConfig(), seeded())
    assert torch.get_rng_state().equal(before)


def test_some_images_are_nearly_clean() -> None:
    """Noise of one fixed strength would make a clean image something never seen."""
    images = torch.full((60, 32, 32), 0.5)
    spread = (change_exposure(images, only(noise=0.1), seeded()) - images).std(dim=(1, 2))
    assert spread.min() < 0.01
    assert 0.08 < spread.max() < 0.11


def test_noise_only_where_it_is_asked_for() -> None:
    images = torch.full((40, 32, 32), 0.5)
    noisy = torch.arange(40) % 2 == 0
    spread = change_exposure(images, only(noise=0.1), seeded(), noisy).std(dim=(1, 2))
    assert (spread[~noisy] < 1e-6).all()
    assert (spread[noisy] > 1e-4).all()


def test_every_class_gets_noise_unless_a_recipe_says_otherwise() -> None:
    assert AugmentConfig().noisy == SEVERITIES
