"""What films may take together, known from their headers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import SAMPLES
from waiting import wait_until

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import ImageTooLargeError
from cxr_severity.imaging.limits import DEFAULT_LIMITS, Limits
from cxr_severity.service.film_memory import BYTES_PER_VALUE, FilmMemory

FILM = SAMPLES[0].read_bytes()
VALUES = decode(FILM).values.size


def test_a_films_share_is_known_from_its_header_and_given_back() -> None:
    memory = FilmMemory(10**9)
    with memory.share(DEFAULT_LIMITS) as limits:
        assert memory.taken == 0
        decode(FILM, limits)
        assert memory.taken == BYTES_PER_VALUE * VALUES
    assert memory.taken == 0


def test_the_limits_hold_as_before() -> None:
    memory = FilmMemory(10**9)
    with memory.share(Limits(max_pixels=1000)) as limits, pytest.raises(ImageTooLargeError):
        decode(FILM, limits)
    assert memory.taken == 0


def test_a_film_waits_until_there_is_room_and_asks_twice_for_nothing() -> None:
    memory = FilmMemory(BYTES_PER_VALUE * 2400)
    through = threading.Event()

    def second() -> None:
        with memory.share(DEFAULT_LIMITS) as limits:
            limits.check_size(40, 40)
            through.set()

    with ThreadPoolExecutor(1) as pool:
        with memory.share(DEFAULT_LIMITS) as limits:
            limits.check_size(40, 40)
            limits.check_size(40, 40)
            assert memory.taken == BYTES_PER_VALUE * 1600
            waiting = pool.submit(second)
            assert not through.wait(0.2)
        waiting.result(30)
    wait_until(lambda: memory.taken == 0)


def test_a_film_larger_than_all_goes_alone() -> None:
    memory = FilmMemory(1)
    with memory.share(DEFAULT_LIMITS) as limits:
        limits.check_size(8000, 8000)
        assert memory.taken > 1
    assert memory.taken == 0
