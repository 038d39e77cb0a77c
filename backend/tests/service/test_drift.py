"""The population stability index."""

from __future__ import annotations

from collections import deque
from math import log

import numpy as np
import pytest
from pydantic import ValidationError

from cxr_severity.model.drift import DriftReference, Histogram, input_statistics
from cxr_severity.service.drift import Drift, stability_index

rng = np.random.default_rng(7)


def test_tenths_of_many_values() -> None:
    found = Histogram.of(rng.normal(size=10_000))
    assert len(found.edges) == 9
    assert found.shares == pytest.approx([0.1] * 10, abs=1e-3)
    assert found.bin(-99) == 0
    assert found.bin(99) == 9
    assert found.bin(found.edges[4]) == 5, "an edge belongs to the bin above, as it was counted"


def test_values_of_which_many_are_alike_have_fewer_bins() -> None:
    found = Histogram.of([0.0] * 50 + list(range(1, 51)))
    assert len(found.shares) == len(found.edges) + 1 < 10
    assert sum(found.shares) == pytest.approx(1)
    with pytest.raises(ValueError, match="alike"):
        Histogram.of([1.0, 1.0])


@pytest.mark.parametrize(
    ("edges", "shares"), [((1, 1), (0.2, 0.3, 0.5)), ((1,), (1.0,)), ((1,), (0.2, 0.3))]
)
def test_a_histogram_is_whole(edges: tuple[float, ...], shares: tuple[float, ...]) -> None:
    with pytest.raises(ValidationError):
        Histogram(edges=edges, shares=shares, films=10)


def test_the_index_by_hand() -> None:
    reference = Histogram(edges=(0.5,), shares=(0.5, 0.5), films=99)
    # (90 + 1/2) / 100 and (9 + 1/2) / 100 against halves.
    expected = (0.905 - 0.5) * log(0.905 / 0.5) + (0.095 - 0.5) * log(0.095 / 0.5)
    assert stability_index(reference, deque([0] * 90 + [1] * 9)) == pytest.approx(expected)


def test_films_of_the_same_kind_stay_under_a_tenth_and_others_do_not() -> None:
    reference = DriftReference(statistics={"total": Histogram.of(rng.normal(9, 4, 2000))})
    same, moved = Drift(reference), Drift(reference)
    for value in rng.normal(9, 4, 199):
        same.add({"total": value})
    assert same.indexes() == {}, "too few to say anything"
    for value in rng.normal(9, 4, 1500):
        same.add({"total": value})
        moved.add({"total": value + 4, "brightness": 0.0})
    assert same.films() == 1000
    assert same.indexes()["total"] < 0.1
    assert moved.indexes()["total"] > 0.25


def test_statistics_of_an_input() -> None:
    grid = np.tile(np.array([0, 1], np.float32), (4, 2))
    assert input_statistics(grid) == {"brightness": 0.5, "contrast": 0.5, "sharpness": 1.0}
