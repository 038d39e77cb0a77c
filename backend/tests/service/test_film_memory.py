"""What films may take together, known from their headers."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from imaging import files
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


def test_a_large_film_is_not_overtaken_by_small_ones_that_come_later() -> None:
    memory = FilmMemory(BYTES_PER_VALUE * 4000)
    through: list[int] = []

    def film(side: int) -> None:
        with memory.share(DEFAULT_LIMITS) as limits:
            limits.check_size(side, side)
            through.append(side)

    with ThreadPoolExecutor(4) as pool:
        with memory.share(DEFAULT_LIMITS) as limits:
            limits.check_size(40, 40)
            later = [pool.submit(film, 60)]
            wait_until(lambda: len(memory._waiting) == 1)
            for number, side in enumerate((41, 42), 2):
                later.append(pool.submit(film, side))
                wait_until(lambda number=number: len(memory._waiting) == number)  # type: ignore[misc]
            assert through == [], "the small ones would fit"
        for each in later:
            each.result(30)
    assert through[0] == 60
    assert memory.taken == 0


def test_who_gives_up_waiting_holds_up_nobody() -> None:
    class LeftError(Exception):
        pass

    gone = threading.Event()

    def check() -> None:
        if gone.is_set():
            raise LeftError

    memory = FilmMemory(BYTES_PER_VALUE * 4000)

    def film(side: int, check: Callable[[], None]) -> None:
        with memory.share(DEFAULT_LIMITS, check) as limits:
            limits.check_size(side, side)

    with ThreadPoolExecutor(2) as pool, memory.share(DEFAULT_LIMITS) as limits:
        limits.check_size(40, 40)
        impatient = pool.submit(film, 60, check)
        wait_until(lambda: len(memory._waiting) == 1)
        small = pool.submit(film, 40, lambda: None)
        wait_until(lambda: len(memory._waiting) == 2)
        gone.set()
        with pytest.raises(LeftError):
            impatient.result(30)
        small.result(30)
        assert memory.taken == BYTES_PER_VALUE * 1600
    assert memory.taken == 0


def test_pixels_that_are_made_square_are_counted_as_so_many_more() -> None:
    chunks = files.png_chunks(files.saved(files.pattern(100, 100), "PNG"))
    chunks.insert(1, (b"pHYs", struct.pack(">IIB", 8, 1, 0)))
    memory = FilmMemory(10**9)
    with memory.share(DEFAULT_LIMITS) as limits:
        film = decode(files.png_from(chunks), limits)
        assert film.values.size == 80_000
        assert memory.taken == BYTES_PER_VALUE * 80_000
    assert memory.taken == 0
