"""The head's own course: what it learns to say of cells in the light of opacity."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch

from cxr_severity.model.networks.cells import CellMaps, CellNet
from cxr_severity.model.networks.configs import CellConfig
from cxr_training.config import HeadConfig, LossConfig
from cxr_training.copies import CopiesOnDisk
from cxr_training.head import HeadLesson, head_lesson, make_steeper, see_copies, teach_head
from cxr_training.targets import Targets

NETWORK = CellConfig(hidden_size=8, channels=8)


def network() -> CellNet:
    torch.manual_seed(0)
    return CellNet(NETWORK, 96).eval().requires_grad_(False)


def maps(count: int, seed: int) -> CellMaps:
    generator = torch.Generator().manual_seed(seed)
    cells = torch.rand(count, 8, 6, 6, generator=generator).half()
    places = torch.full((count, 3, 6, 6), -4.0)
    places[:, 0, :, :3] = places[:, 1, :, 3:] = 4
    places[:, 2] = torch.randn(count, 6, 6, generator=generator)
    return CellMaps(torch.empty(0), cells, places)


def said_of_whole_lungs(net: CellNet, films: CellMaps) -> Targets:
    output = net.read(CellMaps(films.last, films.cells.float(), films.places), whole_lungs=True)
    return Targets.of_reading(output.logits.softmax(dim=1), output.zones)


def scored(count: int) -> HeadLesson:
    targets = Targets.unknown(count)
    targets.total[:] = 0.5
    targets.zones[0] = 0.25
    weights = torch.arange(count, dtype=torch.float32)
    return HeadLesson.plain(maps(count, 1), targets, weights)


def test_scores_are_tempered_by_what_the_network_says_of_whole_lungs() -> None:
    net, given = network(), scored(5)
    lesson = head_lesson(net, given, None, HeadConfig(own=0.25))
    own = said_of_whole_lungs(net, given.maps)
    torch.testing.assert_close(lesson.targets.total, 0.75 * 0.5 + 0.25 * own.total)
    torch.testing.assert_close(lesson.targets.classes, own.classes, msg="nobody else said any")
    torch.testing.assert_close(lesson.targets.zones[0, 0], 0.75 * 0.25 + 0.25 * own.zones[0, 0])
    assert (lesson.targets.zones[0, 1] == 0.25).all(), "the second reader's, as it was"
    assert lesson.targets.zones[1, 1].isnan().all()


def test_unscored_films_are_drawn_as_often_as_scored_ones() -> None:
    net, given = network(), scored(5)
    more = maps(4, 2)
    lesson = head_lesson(net, given, more, HeadConfig())
    torch.testing.assert_close(lesson.weights, torch.tensor([0, 1, 2, 3, 4, 2.5, 2.5, 2.5, 2.5]))
    torch.testing.assert_close(lesson.targets.total[:5], given.targets.total)
    own = said_of_whole_lungs(net, more)
    torch.testing.assert_close(lesson.targets.zones[5:, 0], own.zones[:, 0])
    assert len(lesson.maps.cells) == len(lesson.maps.places) == 9
    assert torch.equal(lesson.maps.cells[5:], more.cells)


def test_the_head_learns_to_say_of_lit_cells_what_it_said_of_whole_lungs() -> None:
    net, films = network(), maps(32, 3)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    wanted = said_of_whole_lungs(net, films)
    nothing = HeadLesson.plain(films, Targets.unknown(32), torch.ones(32))
    config = HeadConfig(steps=60, films=32, own=1, learning_rate=1e-2, dropout=0)

    def apart() -> float:
        lit = net.read(CellMaps(films.last, films.cells.float(), films.places))
        return float((lit.zones.sum(dim=1) / 18 - wanted.total.squeeze(1)).abs().mean())

    at_first = apart()
    teach_head(net, head_lesson(net, nothing, None, config), config, LossConfig(), seed=1)
    assert apart() < 0.5 * at_first
    changed = {name for name, value in net.state_dict().items() if not value.equal(before[name])}
    assert changed
    assert all(name.startswith("head.") for name in changed), "the head alone"


def test_a_film_that_is_never_drawn_teaches_nothing() -> None:
    net, films = network(), maps(2, 4)
    targets = Targets.unknown(2)
    targets.total[:] = torch.tensor([[0.5], [math.inf]])
    lesson = HeadLesson.plain(films, targets, torch.tensor([1.0, 0.0]))
    teach_head(net, lesson, HeadConfig(steps=3, films=2), LossConfig(), seed=1)
    assert all(value.isfinite().all() for value in net.state_dict().values())


def test_a_film_is_drawn_as_it_is_and_as_its_copies() -> None:
    """Film 0 has one copy, which comes twice in its row, and film 1 two."""
    plain = HeadLesson.plain(maps(2, 5), Targets.unknown(2), torch.ones(2))
    lesson = plain.with_copies(
        maps(3, 6), torch.tensor([[0, 0], [1, 2]]), torch.tensor([True, False, True])
    )
    films, pictures = lesson.draw(3000, torch.Generator().manual_seed(0))
    assert set(pictures[films == 0].tolist()) == {0, 2}
    assert set(pictures[films == 1].tolist()) == {1, 3, 4}
    assert abs(float((pictures == films).float().mean()) - 1 / 3) < 0.03
    assert lesson.mirrored.tolist() == [False, False, True, False, True]
    assert torch.equal(lesson.maps.cells[:2], plain.maps.cells)


def test_without_copies_films_are_drawn_as_they_are() -> None:
    lesson = scored(5)
    films, pictures = lesson.draw(100, torch.Generator().manual_seed(0))
    assert films is pictures
    assert 0 not in films, "its weight is 0"


def test_copies_are_seen_by_the_film(tmp_path: Path) -> None:
    """As the blocks after the fixed ones see each; of a film that has fewer, they come again."""
    generator = torch.Generator().manual_seed(7)
    net = network()
    stored = torch.randn(6, 40, 12, 12, generator=generator).half().numpy()
    np.save(tmp_path / "maps.npy", stored)
    np.save(tmp_path / "places.npy", np.zeros((6, 3, 6, 6), np.uint8))
    np.save(tmp_path / "known.npy", np.zeros((6, 3), bool))
    np.save(tmp_path / "mirrored.npy", np.array([0, 1, 0, 1, 1, 0], bool))
    np.save(tmp_path / "start.npy", np.array([0, 1, 2, 2, 6]))
    seen, rows, mirrored = see_copies(
        net, CopiesOnDisk(tmp_path), torch.tensor([1, 3]), 2, 5, torch.device("cpu")
    )
    assert rows.tolist() == [[0, 0], [1, 2]]
    assert mirrored.tolist() == [True, False, True]
    with torch.no_grad():
        wanted = net.upper(torch.from_numpy(stored[[1, 2, 3]].astype(np.float32)), 5)
    torch.testing.assert_close(seen.cells.float(), wanted.cells, atol=2e-3, rtol=2e-3)
    torch.testing.assert_close(seen.places, wanted.places)


def test_steeper_opacity_is_the_networks_own_from_then_on() -> None:
    net = network()
    x = torch.randn(2, 3, 96, 96, generator=torch.Generator().manual_seed(8))
    before = net.features(x)
    kept = CellMaps(before.last, before.cells, before.places.clone())
    make_steeper(net, kept, 1.5)
    torch.testing.assert_close(net.features(x).places, kept.places)
    torch.testing.assert_close(kept.places[:, 2], 1.5 * before.places[:, 2])
    assert torch.equal(kept.places[:, :2], before.places[:, :2])
