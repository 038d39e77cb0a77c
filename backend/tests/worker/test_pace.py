"""How long the worker leaves something alone that failed."""

from __future__ import annotations

import pytest

from cxr_severity.worker.pace import Pace


@pytest.fixture(params=[0.5, 1.0], ids=["shortest", "longest"])
def share(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    """The jitter, at either of its ends."""
    drawn: float = request.param
    monkeypatch.setattr("random.uniform", lambda low, high: low if drawn == 0.5 else high)
    return drawn


def test_each_failure_doubles_the_wait_up_to_the_longest(share: float) -> None:
    pace = Pace(first=10, longest=60)
    waits = [pace.wait(failures) / share for failures in (1, 2, 3, 4, 5, 1000)]
    assert waits == [10, 20, 40, 60, 60, 60]


def test_a_shorter_bound_holds_and_a_longer_one_does_not(share: float) -> None:
    pace = Pace(first=10, longest=60)
    assert pace.wait(5, longest=30) / share == 30
    assert pace.wait(5, longest=600) / share == 60


def test_by_the_defaults_an_item_is_parked_after_24_to_47_minutes(share: float) -> None:
    pace = Pace()
    waited = sum(pace.wait(failures) for failures in range(1, pace.attempts))
    assert waited / 60 == pytest.approx({0.5: 23.5, 1.0: 47.0}[share], abs=0.1)
