"""Films in memory are the service's; batches keep image, masks and zones together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from cxr_severity.imaging.decode import decode
from cxr_severity.model.network import NetworkConfig, SeverityNet
from cxr_severity.model.preprocess import PreprocessConfig, normalise, to_grid
from cxr_training.backbone import BACKBONE_WEIGHTS, load_backbone
from cxr_training.bank import (
    Augmenter,
    Films,
    Inputs,
    VariantBank,
    class_shares,
    load_films,
    make_batch,
)
from cxr_training.config import AugmentConfig, LossConfig, TrainConfig
from cxr_training.data import Case, Dataset, read_labels
from cxr_training.errors import TrainingError
from cxr_training.targets import Targets

OFF = AugmentConfig(
    rotation=0, translation=0, zoom=0, flip=0, brightness=0, contrast=0, gamma=0, noise=0, erase=0
)
SMALL = PreprocessConfig(size=64)


def recipe(size: int = 64, **changes: Any) -> TrainConfig:
    return TrainConfig(
        version="0.0.1",
        preprocess=PreprocessConfig(size=size),
        network=NetworkConfig(hidden_size=8),
        **changes,
    )


@pytest.fixture(scope="module")
def films(small_data: Path) -> Films:
    return load_films(read_labels(small_data / "severity"), SMALL)


def test_grids_are_the_services_own(films: Films, small_data: Path) -> None:
    assert films.grids.shape == (24, 64, 64)
    for i in (0, 11, 23):
        data = (small_data / "severity" / films.cases[i].image).read_bytes()
        expected = torch.from_numpy(to_grid(decode(data), SMALL))
        torch.testing.assert_close(films.grids[i], expected, rtol=0, atol=0)


def test_masks_are_shares_and_missing_ones_are_nan(films: Films, small_data: Path) -> None:
    missing = films.masks.isnan().flatten(2).float().mean(dim=2)
    assert missing[:, 0].tolist() == [0.0] * 12 + [1.0] * 12
    assert missing[:, 1].tolist() == [0.0] * 6 + [1.0] * 18
    with Image.open(small_data / "severity" / "masks" / "03.lung.png") as mask:
        share = sum(bool(value) for value in mask.convert("L").tobytes()) / mask.width / mask.height
    assert float(films.masks[3, 0].mean()) == pytest.approx(share, abs=0.01)
    assert float(films.masks[3, 0].max()) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"\x89PNG\r\n\x1a\nxx", "ends too early"), (b"GIF89a", "format GIF"), (b"", "no bytes")],
)
def test_a_bad_image_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(TrainingError, match=rf"a\.png: .*({reason})"):
        load_films(Dataset(tmp_path, (Case.unscored("a.png"),), ""), SMALL)


def test_a_bad_mask_is_named(tmp_path: Path, sample_folder: Path) -> None:
    sample = next(sample_folder.glob("*.png"))
    (tmp_path / "a.png").write_bytes(sample.read_bytes())
    (tmp_path / "m.png").write_bytes(b"no image")
    case = replace(Case.unscored("a.png"), opacity_mask="m.png")
    with pytest.raises(TrainingError, match=r"m\.png: does not decode"):
        load_films(Dataset(tmp_path, (case,), ""), SMALL)


def test_without_augmentation_a_film_is_as_the_service_sees_it(films: Films) -> None:
    indices = torch.tensor([5, 0, 17])
    inputs = Augmenter(films, recipe(augment=OFF))(indices, torch.Generator())
    expected = normalise(films.grids[indices], SMALL)
    torch.testing.assert_close(inputs.maps, expected, rtol=0, atol=1e-3)
    assert not inputs.mirrored.any()


def planted(count: int = 1) -> Films:
    """A lung that fills the left half, an opacity in the upper left quarter."""
    masks = torch.zeros(count, 2, 256, 256)
    masks[:, 0, :, :128] = 1
    masks[:, 1, :128, :128] = 1
    cases = tuple(Case.unscored(str(i)) for i in range(count))
    return Films(cases, torch.rand(count, 64, 64), masks)


def test_masks_become_shares_of_cells() -> None:
    films = planted(2)
    films.masks[1] = torch.nan
    cells = Augmenter(films, recipe(augment=OFF))(torch.arange(2), torch.Generator()).cells
    assert cells.shape == (2, 2, 2, 2)
    expected = torch.tensor([[[1.0, 0], [1, 0]], [[1, 0], [0, 0]]])
    torch.testing.assert_close(cells[0], expected, rtol=0, atol=1e-4)
    assert cells[1].isnan().all()


def test_masks_are_mirrored_with_their_film() -> None:
    augment = OFF.model_copy(update={"flip": 1.0})
    inputs = Augmenter(planted(), recipe(augment=augment))(torch.arange(1), torch.Generator())
    assert inputs.mirrored.all()
    expected = torch.tensor([[[0.0, 1], [0, 1]], [[0, 1], [0, 0]]])
    torch.testing.assert_close(inputs.cells[0], expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("size", [64, 72, 96, 240])
def test_there_is_a_mask_cell_for_each_cell_of_the_features(size: int) -> None:
    inputs = Augmenter(planted(), recipe(size))(torch.arange(1), torch.Generator())
    with torch.no_grad():
        features = SeverityNet(NetworkConfig(hidden_size=8), size).eval().features(inputs.maps)
    assert inputs.cells.shape[2:] == features.shape[2:]


def test_noise_goes_to_the_classes_that_a_recipe_names() -> None:
    cases = tuple(
        replace(Case.unscored(str(severity)), severity=severity)
        for severity in ("mild", "severe", None)
    )
    films = Films(cases, torch.full((3, 64, 64), 0.5), torch.zeros(3, 2, 256, 256))
    noise = OFF.model_copy(update={"noise": 0.5})
    for noisy, expected in (
        (("mild",), [True, False, False]),
        (noise.noisy, [True, True, True]),
    ):
        augment = noise.model_copy(update={"noisy": noisy})
        inputs = Augmenter(films, recipe(augment=augment))(torch.arange(3), torch.Generator())
        # Inside the frame: at its edge the film fades into what lies outside.
        spread = inputs.maps[:, :, 8:-8, 8:-8].std(dim=(1, 2, 3), correction=0)
        clean = normalise(torch.full((1, 64, 64), 0.5), SMALL).std(correction=0)
        assert ((spread - clean).abs() > 1e-4).tolist() == expected


@pytest.mark.parametrize("blocks", [1, 6, 16])
def test_the_bank_and_the_upper_blocks_are_the_whole_network(
    films: Films, small_data: Path, blocks: int
) -> None:
    config = recipe(augment=OFF, frozen_blocks=blocks, variants=2)
    network = SeverityNet(config.network, 64).eval()
    load_backbone(network, small_data / BACKBONE_WEIGHTS)
    bank = VariantBank(
        Augmenter(films, config), network, config.frozen_blocks, 24, config.variants, seed=1
    )
    indices = torch.tensor([3, 20])
    inputs = bank(indices, torch.Generator())
    with torch.no_grad():
        whole = network.features(normalise(films.grids[indices], SMALL))
        upper = network.upper(inputs.maps, blocks)
    assert (upper - whole).abs().max() < 0.01 * whole.abs().max()
    assert (whole[0] - whole[1]).abs().max() > 0.1 * whole.abs().max()


def test_a_bank_keeps_maps_masks_and_sides_together() -> None:
    """Where a variant is mirrored, so is its lung; every film finds its own variants."""
    films = planted(3)
    films.grids[:] = torch.tensor([0.1, 0.5, 0.9]).view(3, 1, 1)
    augment = OFF.model_copy(update={"flip": 0.5})
    config = recipe(augment=augment, frozen_blocks=1, variants=8)
    torch.manual_seed(0)
    network = SeverityNet(config.network, 64).eval()
    bank = VariantBank(
        Augmenter(films, config), network, config.frozen_blocks, 3, config.variants, seed=1
    )
    indices = torch.tensor([2, 0, 1] * 20)
    inputs = bank(indices, torch.Generator().manual_seed(0))
    assert (inputs.cells[:, 0, 0, 1] > 0.5).equal(inputs.mirrored)
    assert 0 < int(inputs.mirrored.sum()) < 60
    with torch.no_grad():
        expected = network.lower(normalise(films.grids, SMALL), 1)[indices]
    torch.testing.assert_close(inputs.maps, expected, rtol=0.01, atol=0.01)


def test_a_bank_offers_every_variant(films: Films) -> None:
    config = recipe(frozen_blocks=1, variants=3)
    network = SeverityNet(config.network, 64)
    bank = VariantBank(
        Augmenter(films, config), network, config.frozen_blocks, 24, config.variants, seed=1
    )
    maps = bank(torch.zeros(40, dtype=torch.int64), torch.Generator().manual_seed(0)).maps
    assert len({tuple(one.flatten()[:50].tolist()) for one in maps}) == 3


def test_zones_follow_mirrored_films() -> None:
    zones = torch.arange(24.0).view(2, 2, 6)
    targets = Targets(torch.eye(3)[:2], zones, torch.rand(2, 6))
    indices = torch.tensor([1, 1, 0])
    inputs = Inputs(torch.zeros(3, 1), torch.zeros(3, 1), torch.tensor([False, True, False]))
    made = make_batch(inputs, targets, indices)
    assert made.zones[0].equal(zones[1])
    assert made.zones[1].equal(zones[1][:, [3, 4, 5, 0, 1, 2]])
    assert made.zones[2].equal(zones[0])
    assert made.classes.equal(targets.classes[indices])
    assert made.scores.equal(targets.scores[indices])


def test_class_shares_leave_out_films_without_a_class(films: Films) -> None:
    assert class_shares(films.cases).tolist() == [7, 7, 7]
    assert Targets.of(films.cases, LossConfig()).classes[21:].isnan().all()
