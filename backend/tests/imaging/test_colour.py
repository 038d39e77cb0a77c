"""How colourful a picture is: a tint is not, paint on a part of a grey film is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.colour import SIDE, colourfulness

LIMIT = 0.08
"""What versions take for a picture in colour."""
RNG = np.random.default_rng(0)
FILM = np.repeat(RNG.integers(0, 200, (SIDE, SIDE, 1), dtype=np.uint8), 3, axis=2)


def painted(rows: int) -> NDArray[np.uint8]:
    """The film with a reddish map over its uppermost rows, as overlays blend it."""
    film = FILM.astype(np.float64)
    film[:rows, : SIDE // 2] = 0.6 * film[:rows, : SIDE // 2] + 0.4 * np.array([230, 60, 20])
    return film.astype(np.uint8)


def test_grey_and_evenly_tinted_films_have_no_colour() -> None:
    assert colourfulness(FILM) == 0
    tinted = (FILM * np.array([0.7, 0.8, 1.0])).astype(np.uint8)
    assert colourfulness(tinted) < 0.01


def test_a_line_of_coloured_letters_is_no_hindrance() -> None:
    assert colourfulness(painted(4)) < LIMIT


def test_paint_on_an_eighth_of_a_film_is_colour() -> None:
    assert colourfulness(painted(SIDE // 4)) > LIMIT
