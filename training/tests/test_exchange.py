"""Films put together from two, and series that are drawn less often."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from pathlib import Path

import pytest
import torch

from cxr_training.cases import read_cases
from cxr_training.config import LossConfig
from cxr_training.copies import Inputs
from cxr_training.exchange import Batch, exchange_lungs
from cxr_training.lesson import patient_weights
from cxr_training.targets import Targets, soft_classes

SPREAD = 1.1


def batch_of(count: int, side: int = 6) -> Batch:
    """Film i shows i everywhere, and its lungs were given i and i + 0.5 points in each zone."""
    values = torch.arange(count, dtype=torch.float32)
    maps = values.view(-1, 1, 1, 1).expand(count, 2, 2 * side, 2 * side).clone()
    places = values.view(-1, 1, 1, 1).expand(count, 3, side, side).clone()
    zones = torch.stack([values] * 3 + [values + 0.5] * 3, dim=1)
    targets = Targets.unknown(count)
    targets.classes[:] = torch.tensor([1.0, 0.0, 0.0])
    targets.zones[:, 0] = zones / 3
    targets.halves[:] = torch.stack([values, values + 0.5], dim=1) / 3
    targets.total[:] = (2 * values + 0.5)[:, None] / 6
    targets.sides[:] = torch.stack([values, values + 0.5], dim=1)[:, :, None]
    targets.scores[:] = 0.5
    mirrored = torch.arange(count) % 2 == 0
    return Batch(
        Inputs(maps, places, torch.ones(count, 3, dtype=torch.bool), mirrored), targets,
        0.5 + values / 100, torch.ones(count, dtype=torch.bool),
    )  # fmt: skip


def exchanged(batch: Batch, share: float = 1) -> tuple[Batch, torch.Tensor]:
    """The new batch, and whose left lung each film has."""
    generator = torch.Generator().manual_seed(3)
    torch.rand(len(batch.weight), generator=generator)
    other = torch.randperm(len(batch.weight), generator=generator)
    found = exchange_lungs(batch, share, SPREAD, torch.Generator().manual_seed(3))
    return found, torch.where(found.whole, torch.arange(len(other)), other)


def test_a_film_put_together_is_what_its_two_lungs_are() -> None:
    batch = batch_of(8)
    found, other = exchanged(batch)
    own = torch.arange(8)
    assert not found.whole.any()
    assert not torch.equal(other, own)
    for pictures, side in ((found.inputs.maps, 12), (found.inputs.places, 6)):
        halves = pictures.mean(dim=1).view(8, side, 2, side // 2).mean(dim=(1, 3))
        torch.testing.assert_close(halves, torch.stack([own, other], dim=1).float())
    said = found.targets
    right, left = own.float(), other + 0.5
    torch.testing.assert_close(said.halves * 3, torch.stack([right, left], dim=1))
    torch.testing.assert_close(said.total.squeeze(1) * 18, 3 * (right + left))
    torch.testing.assert_close(said.zones[:, 0] * 3, torch.stack([right] * 3 + [left] * 3, dim=1))
    torch.testing.assert_close(said.sides[:, :, 1], torch.stack([right, left], dim=1))
    expected = soft_classes(3 * (right + left), torch.full((8,), SPREAD))
    torch.testing.assert_close(said.classes, expected)
    assert said.scores.isnan().all(), "what was said of whole films holds of none of these"
    torch.testing.assert_close(
        found.weight, torch.minimum(batch.weight, batch.weight[other]), msg="trusted as the lesser"
    )


def test_films_that_are_not_asked_for_stay_as_they_are() -> None:
    batch = batch_of(8)
    found, _ = exchanged(batch, share=0.5)
    kept = found.whole
    assert 0 < kept.sum() < 8
    for field in fields(Targets):
        old, new = (getattr(one.targets, field.name)[kept] for one in (batch, found))
        torch.testing.assert_close(new, old, equal_nan=True)
    assert torch.equal(found.inputs.maps[kept], batch.inputs.maps[kept])
    assert torch.equal(found.weight[kept], batch.weight[kept])


def test_a_film_whose_lungs_nobody_scored_is_left_whole() -> None:
    batch = batch_of(8)
    for part in (batch.targets.halves, batch.targets.zones):
        part[2] = math.nan
    found, other = exchanged(batch)
    assert found.whole[2]
    assert 2 not in other[~found.whole].tolist(), "no one gets a lung of it either"
    assert float(found.targets.total[2]) == pytest.approx(float(batch.targets.total[2]))


def test_lungs_are_known_by_the_readers_zones_too() -> None:
    batch = batch_of(4)
    batch.targets.halves[:] = math.nan
    found, other = exchanged(batch)
    expected = 3 * (torch.arange(4) + other + 0.5)
    torch.testing.assert_close(found.targets.total.squeeze(1) * 18, expected)


def test_a_place_is_known_where_both_films_have_it() -> None:
    batch = batch_of(8)
    batch.inputs.known[5, 2] = False
    found, other = exchanged(batch)
    lacking = {i for i in range(8) if 5 in (i, int(other[i]))}
    assert set((~found.inputs.known[:, 2]).nonzero().squeeze(1).tolist()) == lacking
    assert found.inputs.known[:, :2].all()


def test_a_soft_class_is_the_share_of_readings_in_its_bin() -> None:
    found = soft_classes(torch.tensor([5.5, 8.5, math.nan]), torch.tensor([1.0, 1e-6, 1.0]))
    torch.testing.assert_close(found[0], torch.tensor([0.5, 0.5, 0.0]), atol=1e-6, rtol=0)
    torch.testing.assert_close(found[1], torch.tensor([0.0, 1.0, 0.0]))
    assert found[2].isnan().all()


def test_a_series_counts_as_one_film_or_as_many(small_data: Path) -> None:
    films = read_cases(small_data).cases
    # Series of 1, 3, 5 and 7 films, as squares lie apart.
    patients = [str(math.isqrt(i)) for i in range(len(films))]
    cases = [replace(one, patient=name) for one, name in zip(films, patients, strict=True)]
    assert {patients.count(name) for name in patients} >= {1, 3, 5}
    torch.testing.assert_close(patient_weights(cases, 0), torch.ones(len(cases)))
    whole = patient_weights(cases, 1)
    assert float(whole.sum()) == pytest.approx(len(set(patients)), rel=1e-5)
    half = patient_weights(cases, 0.5)
    for patient in set(patients):
        own = [i for i, one in enumerate(patients) if one == patient]
        assert float(half[own].sum()) == pytest.approx(len(own) / (1 + (len(own) - 1) / 2))


def test_what_is_known_of_a_real_film_is_kept(small_data: Path) -> None:
    cases = read_cases(small_data).cases
    targets = Targets.of(cases, LossConfig())
    found = targets.beside(targets, SPREAD)
    known = ~found.total.isnan()
    assert known.any()
    # A film beside itself: its halves tell its total, but for the rounding of the two formulas.
    assert float((found.total - targets.total)[known].abs().max()) * 18 < 0.2
