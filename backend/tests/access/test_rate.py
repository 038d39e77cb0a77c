"""The token bucket of each caller."""

from __future__ import annotations

import pytest

from cxr_severity.api.access.rate import RateLimit


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_caller_has_the_quota_and_gets_it_back_over_a_minute(clock: Clock) -> None:
    rate = RateLimit(60, clock)
    left = [rate.take("a").remaining for _ in range(60)]
    assert left == list(range(59, -1, -1))
    refused = rate.take("a")
    assert refused.wait == pytest.approx(1.0)
    assert rate.headers(refused) == {
        "RateLimit-Policy": '"images";q=60;w=60',
        "RateLimit": '"images";r=0;t=60',
        "Retry-After": "1",
    }
    clock.now += refused.wait
    assert rate.take("a").wait == 0, "whoever waits as long as told is let in"
    clock.now += 60
    assert rate.take("a").remaining == 59


def test_one_caller_does_not_count_against_another(clock: Clock) -> None:
    rate = RateLimit(1, clock)
    assert rate.take("a").wait == 0
    assert rate.take("a").wait == pytest.approx(60)
    assert rate.take("b").wait == 0


def test_a_request_of_more_than_the_quota_is_slow_and_not_impossible(clock: Clock) -> None:
    rate = RateLimit(10, clock)
    assert rate.take("a", 30).wait == 0
    again = rate.take("a")
    assert again.wait == pytest.approx(126)
    assert again.remaining == 0
    clock.now += again.wait
    assert rate.take("a").wait == 0


def test_what_a_request_has_counted_does_not_stand_in_its_own_way(clock: Clock) -> None:
    rate = RateLimit(20, clock)

    def request(images: int) -> float:
        """It counts as one when it comes, and its others when they are known."""
        return rate.take("a").wait or rate.take("a", images - 1, already=1).wait

    assert request(21) == 0, "more than the quota, of a caller who has sent nothing"
    for images in (21, 21, 5, 64, 20):
        wait = request(images)
        assert wait > 0
        clock.now += wait
        wait = request(images)
        if wait:  # it did not fit into what is free beside one: told so for the second time alone
            clock.now += wait
            wait = request(images)
        assert wait == 0, images


def test_of_very_many_callers_those_long_away_are_forgotten(clock: Clock) -> None:
    rate = RateLimit(1, clock)
    for number in range(10_001):
        assert rate.take(str(number)).wait == 0
    assert rate.take("10000").wait > 0
    assert rate.take("0").wait == 0
    assert len(rate._spent) <= 10_000
