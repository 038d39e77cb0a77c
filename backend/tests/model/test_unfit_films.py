"""What the version that ships says of films that are no whole film of one chest, and of maps that
it can explain."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from support import SAMPLES, WEIGHTS_FOLDER

from cxr_severity.imaging.decode import decode
from cxr_severity.model.artifact import versions
from cxr_severity.model.assessment import Assessment, Target
from cxr_severity.model.predictor import Predictor

FILMS = [np.asarray(Image.open(path).convert("L").resize((512, 512))) for path in SAMPLES]


@pytest.fixture(scope="module")
def shipped() -> Predictor:
    return Predictor.load(WEIGHTS_FOLDER / versions(WEIGHTS_FOLDER)[-1])


def judged(predictor: Predictor, film: NDArray[np.uint8], target: Target = "burden") -> Assessment:
    file = BytesIO()
    Image.fromarray(film).save(file, "PNG")
    return predictor.assess(decode(file.getvalue()), target=target, force=True)


def codes(assessment: Assessment) -> dict[str, str]:
    return {finding.code: finding.level for finding in assessment.quality.findings}


def test_whole_films_lack_nothing(shipped: Predictor) -> None:
    for film in FILMS:
        found = codes(judged(shipped, film))
        assert not {"one-lung", "several-pictures", "whited-out"} & found.keys()


@pytest.mark.parametrize("side", [0, 1])
def test_half_of_a_film_is_refused(shipped: Predictor, side: int) -> None:
    refused = 0
    for film in FILMS:
        half = film.copy()
        half[:, 256 * side : 256 * (side + 1)] = 0
        refused += not judged(shipped, half).quality.accepted
    assert refused >= len(FILMS) - 1


def test_two_films_side_by_side_are_refused(shipped: Predictor) -> None:
    for one, other in pairwise(FILMS):
        found = judged(shipped, np.hstack([one, other]))
        assert not found.quality.accepted, codes(found)


def test_two_films_one_above_the_other_are_refused(shipped: Predictor) -> None:
    refused = 0
    for one, other in pairwise(FILMS):
        refused += not judged(shipped, np.vstack([one, other])).quality.accepted
    assert refused >= len(FILMS) - 2


def test_white_that_clips_is_told_from_opacity(shipped: Predictor) -> None:
    for film in FILMS:
        clipped = np.clip(film * 2.2, 0, 255).astype(np.uint8)
        white = (clipped == 255).mean()
        found = judged(shipped, clipped)
        assert white < 0.3 or "whited-out" in codes(found) or not found.quality.accepted


@pytest.mark.parametrize("target", ["burden", "moderate", "predicted"])
def test_films_with_opacities_have_maps(shipped: Predictor, target: Target) -> None:
    shown = [judged(shipped, film, target) for film in FILMS]
    maps = [one.explanation for one in shown if one.severity != "mild"]
    assert len(maps) >= 3
    for found in maps:
        assert found is not None
        assert found.low_signal_reason != "faint"


def test_the_worst_zones_do_not_flatten_the_map(shipped: Predictor) -> None:
    """Lungs that are all but white: the total is near its end, and the map still speaks."""
    film = FILMS[0].astype(np.float32)
    worst = max(
        (judged(shipped, np.clip(film * (1 - w) + 200 * w, 0, 255).astype(np.uint8))
         for w in (0, 0.3, 0.5, 0.6, 0.7)),
        key=lambda one: one.brixia.total,
    )  # fmt: skip
    assert worst.explanation is not None
    assert worst.explanation.low_signal_reason != "faint"
