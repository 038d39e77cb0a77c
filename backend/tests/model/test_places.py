"""What the cells say in words and numbers: opacity on an absolute scale, zones in the lungs."""

from __future__ import annotations

import numpy as np
import pytest

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.networks.cells_kernel import within_lungs
from cxr_severity.model.places import opacity_of, zone_outlines

SIDE = 14


def places(opacity: float, *, lungs: bool = True) -> Float32Array:
    """Two certain lungs in the middle rows, opacity in the right one's lower third alone."""
    found = np.full((3, SIDE, SIDE), 1e-4, np.float32)
    if lungs:
        found[0, 3:12, 2:5] = found[1, 3:12, 9:12] = 0.999
    found[2, 9:12, 2:5] = opacity
    return found


def test_a_clear_film_shows_nothing_and_is_not_stretched() -> None:
    shown = opacity_of(places(0.05))
    assert float(shown.probability.max()) < 0.05
    assert shown.of_lungs < 0.05
    assert max(shown.of_zones.values()) < 0.05


def test_opacity_is_told_of_the_zone_that_it_lies_in() -> None:
    shown = opacity_of(places(0.95))
    assert shown.of_zones["C"] > 0.9
    assert max(shown.of_zones[zone] for zone in ("A", "D", "E", "F")) < 0.1
    assert shown.of_lungs == pytest.approx(1 / 6, abs=0.02)


def test_even_odds_stay_even_and_the_rest_is_steeper() -> None:
    for before, after in ((0.5, 0.5), (0.8, 0.889), (0.2, 0.111)):
        shown = within_lungs(places(before))
        assert float(shown[10, 3]) == pytest.approx(after, abs=0.01)


def test_opacity_outside_the_lungs_is_left_out() -> None:
    film = places(0.95)
    film[2, 13, 13] = 0.99
    assert float(within_lungs(film)[13, 13]) < 0.01


def test_zones_lie_where_the_lungs_are() -> None:
    outlines = zone_outlines(places(0.5))
    assert outlines is not None
    for outline, (left, right) in ((outlines["A"], (2, 5)), (outlines["F"], (9, 12))):
        xs = outline[:, 0] * SIDE
        assert left - 0.3 <= xs.min() < xs.max() <= right + 0.3
    assert outlines["A"][:, 1].max() <= outlines["B"][:, 1].min() + 1e-3
    assert outlines["B"][:, 1].max() <= outlines["C"][:, 1].min() + 1e-3


def test_without_lungs_there_are_no_outlines() -> None:
    assert zone_outlines(places(0.5, lungs=False)) is None
