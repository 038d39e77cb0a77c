"""Change between two films of a patient."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from invented import CASES, DATASET, SEVERITY, predictions
from PIL import Image, ImageDraw

from cxr_training.errors import TrainingError
from cxr_training.evaluation.predictions import join
from cxr_training.evaluation.series import follow_ups, repeated_films, series_scores

RALO = CASES[SEVERITY:]


def test_films_follow_one_another_by_day() -> None:
    first, second, third = RALO[:3]
    shuffled = (third, first, second)
    assert [(a.image, b.image) for a, b in follow_ups(shuffled, "ralo")] == [
        ("ralo/0.jpg", "ralo/1.jpg"), ("ralo/1.jpg", "ralo/2.jpg"),
    ]  # fmt: skip
    assert follow_ups((first, replace(second, day=first.day)), "ralo") == [], "of one day"
    assert follow_ups((first, replace(second, day=float("nan"))), "ralo") == []
    assert follow_ups((first, replace(second, patient="other")), "ralo") == []
    assert follow_ups(shuffled, "brixia") == []


def test_one_film_under_two_dates_is_no_series(sample_folder: Path, tmp_path: Path) -> None:
    """A copy with a caption, as another collection has it; and a film of another day."""
    paths = {path.stem: path for path in sample_folder.glob("*.png")}
    film = paths.pop("fff13f3a").read_bytes()
    with Image.open(io.BytesIO(film)) as image:
        ImageDraw.Draw(image).rectangle((0, 0, 200, 40), fill=255)
        (tmp_path / "severity").mkdir()
        image.save(tmp_path / "severity" / "1.png")
    (tmp_path / "severity" / "0.png").write_bytes(film)
    (tmp_path / "severity" / "2.png").write_bytes(next(iter(paths.values())).read_bytes())
    cases = tuple(
        replace(CASES[0], image=f"severity/{i}.png", patient="one", day=float(i)) for i in range(3)
    )
    found = repeated_films(replace(DATASET, root=tmp_path, cases=cases))
    assert found == {("severity/0.png", "severity/1.png")}
    assert follow_ups(cases, "brixia", found) == [(cases[1], cases[2])]
    (tmp_path / "severity" / "2.png").unlink()
    with pytest.raises(TrainingError, match=r"2\.png"):
        repeated_films(replace(DATASET, root=tmp_path, cases=cases))


def test_a_model_that_knows_sees_every_change() -> None:
    cases = tuple(
        replace(case, total=case.total + 3 * (case.day % 2)) if case.set == "ralo" else case
        for case in CASES
    )
    dataset = replace(DATASET, cases=cases)
    joined = join(predictions(noise=0, cases=cases), dataset)
    found = series_scores(joined, resamples=20)
    model = found[0]
    assert (model.source, model.reader, model.pairs) == ("ralo", "model", 48)
    assert model.change_r.value == pytest.approx(1)
    assert model.change_mae.value == pytest.approx(0, abs=1e-6)
    assert model.same_sign.value == 1
    clear = sum(abs(b.total - a.total) >= 2 for a, b in follow_ups(cases, "ralo"))
    assert model.clear_pairs == clear

    flipped = replace(joined.predictions, zones=3 - joined.predictions.zones)
    worst = series_scores(replace(joined, predictions=flipped), resamples=20)[0]
    assert worst.change_r.value == pytest.approx(-1)
    assert worst.same_sign.value == 0


def test_beside_two_raters_the_model_stands_against_one_of_them_too() -> None:
    cases = tuple(
        replace(case, sides=((0.0,) * 4, (4.0 * (case.day % 2),) * 4))
        if case.set == "ralo"
        else case
        for case in CASES
    )
    joined = join(predictions(noise=0, cases=cases), replace(DATASET, cases=cases))
    found = [one for one in series_scores(joined, resamples=5) if one.source == "ralo"]
    assert [(one.reader, one.reference) for one in found] == [
        ("model", "mean of two raters' extent and opacity"), ("rater 1", "rater 2"),
        ("model", "rater 2"),
    ]  # fmt: skip
    assert [one.pairs for one in found] == [48] * 3
    assert [one.clear_pairs for one in found[1:]] == [48] * 2
    assert found[1].same_sign.value == 0, "who always says the same"


def test_too_few_clear_changes_are_not_spoken_of() -> None:
    joined = join(predictions(noise=0), DATASET)
    steady = replace(joined, cases=tuple(replace(c, total=9.0) for c in joined.cases))
    assert series_scores(steady, resamples=5) == []
    assert np.isfinite([case.day for case in RALO]).all()
