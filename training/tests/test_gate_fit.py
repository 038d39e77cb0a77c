"""Fitting and measuring the gate: folds apart, limits from accepted films, tables read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cxr_severity.model.gate import DESCRIPTION, KINDS, Kind, Measurements
from cxr_training.config import GateConfig
from cxr_training.errors import TrainingError
from cxr_training.evaluation.gate import gate_scores
from cxr_training.gate.fit import choose_limits, fit_gate
from cxr_training.gate.images import DAMAGES, damaged
from cxr_training.gate.rows import GateNote, GateRow, read_rows, write_rows
from cxr_training.gate.synthetic import pictures

GOOD = Measurements(
    colour=0.0, frontal=0.98, likeliest="other", distance=1.0, side=512, lung_area=0.3,
    lung_span=0.6, lung_border=0.2, lung_black=0.005, lung_contrast=0.2,
)  # fmt: skip


def _films(count: int, fold: int) -> list[GateRow]:
    rng = np.random.default_rng(fold)
    return [
        GateRow(fold, "severity", "frontal", replace(GOOD, frontal=float(rng.uniform(0.7, 1)),
                                                     distance=float(rng.uniform(0.8, 1.2))))
        for _ in range(count)
    ]  # fmt: skip


def _strange(origin: str, kind: Kind, fold: int, frontal: float) -> GateRow:
    return GateRow(fold, origin, kind, replace(GOOD, frontal=frontal, likeliest=kind))


def test_limits_reject_no_more_accepted_films_than_allowed() -> None:
    films = [row.found for row in _films(1000, 0)]
    config = GateConfig(false_alarms=0.01, warned=0.05)
    limits = choose_limits(films, config)
    assert limits.frontal.reject is not None
    assert limits.frontal.reject <= 0.5, "films that all look frontal do not raise the bar"
    assert limits.distance.warn is not None
    warned = np.mean([film.distance > limits.distance.warn for film in films])
    assert warned == pytest.approx(0.05, abs=0.01)


def test_a_fold_is_judged_by_limits_of_the_others() -> None:
    # Films of fold 1 all look odd. By their own limits they would pass.
    odd = [replace(row, found=replace(row.found, distance=9.0)) for row in _films(50, 1)]
    scores = gate_scores([*_films(50, 0), *odd, *_films(50, 2)], GateConfig())
    (severity,) = [one for one in scores if one.origin == "severity"]
    assert severity.images == 150
    assert severity.noticed.value > 0.33


def test_strangers_and_damage_stand_in_rows_of_their_own() -> None:
    rows = [
        row
        for fold in range(3)
        for row in (
            *_films(40, fold),
            _strange("ct", "cross-section", fold, 0.01),
            _strange("lateral", "lateral", fold, 0.9 if fold else 0.02),
            _strange("photo", "other", fold, 0.01),
            _strange("photo without colour", "other", fold, 0.9),  # the same file
            GateRow(fold, "damaged: cut off", "frontal", replace(GOOD, lung_border=0.9)),
        )
    ]
    found = {one.origin: one for one in gate_scores(rows, GateConfig())}
    assert found["all accepted kinds"].rejected.value <= 0.02
    assert found["ct"].rejected.value == 1
    assert found["lateral"].rejected.value == pytest.approx(1 / 3, abs=1e-3)
    assert found["all CT, lateral and photographic"].images == 9
    assert found["all CT, lateral and photographic"].rejected.value == pytest.approx(
        7 / 9, abs=1e-3
    )
    assert found["photo without colour"].rejected.value == 0
    assert found["damaged: cut off"].wanted == "notice"
    assert found["damaged: cut off"].noticed.value == 1
    assert found["ct"].rejected.low > 0.3, "three of three is no certainty"


def test_kinds_that_lie_apart_are_told_apart() -> None:
    rng = np.random.default_rng(0)
    kinds = np.repeat(np.arange(len(KINDS)), 30)
    centres = rng.normal(size=(len(KINDS), DESCRIPTION)).astype(np.float32)
    described = centres[kinds] + 0.3 * rng.normal(size=(len(kinds), DESCRIPTION)).astype(np.float32)
    gate = fit_gate(described, kinds, GateConfig(regularisation=1e-3, dimensions=8))
    fresh = centres + 0.3 * rng.normal(size=centres.shape).astype(np.float32)
    assert (gate.kinds(fresh).argmax(axis=1) == np.arange(len(KINDS))).all()


@pytest.mark.parametrize("shown", [(0, 1), (0, 3, 5), (0, 2, 3, 4, 5, 6)])
def test_a_kind_that_was_not_shown_is_never_told(shown: tuple[int, ...]) -> None:
    """A fold may hold all laterals; the others keep their places."""
    rng = np.random.default_rng(0)
    kinds = np.repeat(shown, 30)
    centres = rng.normal(size=(len(KINDS), DESCRIPTION)).astype(np.float32)
    described = centres[kinds] + 0.3 * rng.normal(size=(len(kinds), DESCRIPTION)).astype(np.float32)
    gate = fit_gate(described, kinds, GateConfig(regularisation=1e-3, dimensions=8))
    told = gate.kinds(centres)
    assert told.shape == (len(KINDS), len(KINDS))
    assert [int(told[kind].argmax()) for kind in shown] == list(shown)
    absent = [kind for kind in range(len(KINDS)) if kind not in shown]
    assert (told[:, absent] == 0).all()


def test_distance_counts_in_spreads_of_the_known_films() -> None:
    rng = np.random.default_rng(1)
    axes = np.linalg.qr(rng.normal(size=(DESCRIPTION, 4)))[0].T.astype(np.float32)
    spread = np.array([8, 4, 2, 1], np.float32)
    known = (5 + (rng.normal(size=(400, 4)) * spread) @ axes).astype(np.float32)
    kinds = np.repeat([0, 1], 200)
    gate = fit_gate(known, kinds, GateConfig(dimensions=4))
    assert float(gate.distance(known[:200]).mean()) == pytest.approx(1, abs=0.15)
    far = (known[:200].mean(axis=0) + 10 * axes[3]).astype(np.float32)
    assert float(gate.distance(far)) > 3


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "gate.csv"
    rows = [*_films(2, 1), _strange("photo", "other", 0, 0.125)]
    write_rows(path, rows, GateNote(gate=GateConfig(), images_sha256="0"))
    back = read_rows(path)
    assert [(row.fold, row.origin, row.kind) for row in back] == [
        (row.fold, row.origin, row.kind) for row in rows
    ]
    assert back[2].found == rows[2].found


@pytest.mark.parametrize("text", ["", "fold,origin\n1,x\n", "nothing"])
def test_another_table_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "gate.csv"
    path.write_text(text + "\n1,2,3\n")
    with pytest.raises(TrainingError, match="no table of the gate"):
        read_rows(path)


def test_damage_leaves_a_picture_of_the_same_size() -> None:
    grid = np.random.default_rng(0).random((96, 96)).astype(np.float32)
    for damage in DAMAGES:
        out = damaged(grid, damage)
        assert out.shape == grid.shape
        assert out.dtype == np.float32
        assert 0 <= out.min() <= out.max() <= 1
        assert not np.allclose(out, grid, atol=0.05)


def test_synthetic_pictures_are_always_the_same_and_never_plain() -> None:
    one, other = pictures(), pictures()
    assert [name for name, _ in one] == [name for name, _ in other]
    for (name, a), (_, b) in zip(one, other, strict=True):
        assert (a == b).all(), name
        assert np.ptp(a) > 0.01, name
