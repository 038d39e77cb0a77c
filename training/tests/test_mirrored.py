"""On a film that was mirrored left and right are exchanged, in its pixels and in all that is said
of its sides."""

from __future__ import annotations

from typing import cast

import pytest
import torch

from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.config_augment import AugmentConfig
from cxr_training.copies import augment
from cxr_training.films import Films
from cxr_training.targets import Targets

SIDE = 224
STILL = AugmentConfig(
    rotation=0, translation=0, zoom=0, flip=0, brightness=0, contrast=0, gamma=0, noise=0, erase=0
)


class OneFilm:
    """Bright and lung on the left of the image, where the right lung is; of the left lung and of
    opacity nobody said anything."""

    grids = torch.zeros(1, SIDE, SIDE, dtype=torch.uint8)
    grids[:, :, : SIDE // 2] = 255
    places = torch.zeros(1, 3, 112, 112, dtype=torch.uint8)
    places[:, 0, :, :56] = 255
    known = torch.tensor([[True, False, False]])


@pytest.mark.parametrize("flip", [0, 1])
def test_a_copy(flip: int) -> None:
    config = STILL.model_copy(update={"flip": flip})
    generator = torch.Generator().manual_seed(0)
    found = augment(
        cast(Films, OneFilm()), torch.tensor([0]), SIDE, config, PreprocessConfig(), generator
    )
    left, right = (1, 0) if flip else (0, 1)
    halves = found.maps[0].mean(dim=0).view(SIDE, 2, -1).mean(dim=(0, 2))
    assert halves[left] > halves[right] + 1
    assert found.mirrored.tolist() == [bool(flip)]
    assert found.known.tolist() == [[not flip, bool(flip), False]]
    lung = found.places[0, flip].view(14, 2, 7).mean(dim=(0, 2))
    assert lung[left] == pytest.approx(1, abs=0.01)
    assert lung[right] == pytest.approx(0, abs=0.01)
    assert found.places[0, 1 - flip].max() == 0


def test_what_readers_said() -> None:
    said = Targets(
        classes=torch.tensor([[0.1, 0.2, 0.7]]),
        total=torch.tensor([[0.5]]),
        halves=torch.tensor([[0.2, 0.8]]),
        zones=torch.tensor([[[0.0, 0.1, 0.2, 0.3, 0.4, 0.5]] * 2]),
        sides=torch.tensor([[[0.1, 0.2], [0.3, 0.4]]]),
        scores=torch.tensor([[0.4, 0.5, 0.6]]),
    )
    both = torch.tensor([0, 0])
    found = said.of_batch(both, torch.tensor([False, True]))
    torch.testing.assert_close(found.halves, torch.tensor([[0.2, 0.8], [0.8, 0.2]]))
    torch.testing.assert_close(found.zones[0], said.zones[0])
    torch.testing.assert_close(found.zones[1], torch.tensor([[0.3, 0.4, 0.5, 0.0, 0.1, 0.2]] * 2))
    torch.testing.assert_close(
        found.sides, torch.tensor([[[0.1, 0.2], [0.3, 0.4]], [[0.3, 0.4], [0.1, 0.2]]])
    )
    for same in ("classes", "total", "scores"):
        torch.testing.assert_close(getattr(found, same), getattr(said, same)[both])
