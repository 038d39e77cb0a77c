"""Maps against masks and boxes, on planted ones; the table of them; faithfulness."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.evaluation import MapKind
from cxr_training.errors import TrainingError
from cxr_training.evaluation.explanations import (
    COLUMNS,
    Drawing,
    Explained,
    explain,
    explanation_scores,
    explanations_csv,
    read_explanations,
)
from cxr_training.evaluation.faithful import curves, faithful, faithfulness_scores
from cxr_training.evaluation.places import draw_boxes, enlarge, place
from cxr_training.lesions import Lesion


def box(top: int, bottom: int, left: int, right: int, side: int = 20) -> Float32Array:
    mask = np.zeros((side, side), dtype=np.float32)
    mask[top:bottom, left:right] = 1
    return mask


LUNGS = box(0, 20, 0, 10)  # half of the image
OPACITY = box(0, 10, 0, 4)  # a tenth of the image, a fifth of the lungs


def test_a_map_on_the_opacity() -> None:
    found = place(box(2, 6, 1, 3), OPACITY, LUNGS)
    assert (found.hit, found.in_opacity, found.in_lungs) == (1, 1, 1)


def test_shares_are_of_the_maps_energy() -> None:
    cam = 3 * box(0, 5, 0, 4) + box(0, 5, 4, 10) + box(0, 6, 10, 15)  # 60 + 30 + 30
    cam[0, 19] = 5  # the peak lies outside
    found = place(cam, OPACITY, LUNGS)
    assert found.hit == 0
    assert found.in_opacity == pytest.approx(60 / 125)
    assert found.in_lungs == pytest.approx(90 / 125)


def test_a_map_that_knows_nothing_scores_the_baselines() -> None:
    found = place(np.ones((20, 20), dtype=np.float32), OPACITY, LUNGS)
    assert found.in_opacity == pytest.approx(found.opacity_share) == pytest.approx(0.1)
    assert found.in_lungs == pytest.approx(found.lung_share) == pytest.approx(0.5)
    assert found.opacity_share_of_lungs == pytest.approx(0.2)


def test_opacity_outside_the_lungs_is_no_share_of_them() -> None:
    assert place(OPACITY, box(0, 20, 5, 15), LUNGS).opacity_share_of_lungs == pytest.approx(0.5)


def test_an_empty_map_hits_nothing() -> None:
    found = place(box(0, 0, 0, 0), np.ones((20, 20), dtype=np.float32), LUNGS)
    assert (found.hit, found.in_opacity, found.in_lungs) == (0, 0, 0)


def test_without_lungs_the_opacity_still_counts() -> None:
    found = place(OPACITY, OPACITY, None)
    assert (found.hit, found.in_opacity) == (1, 1)
    lungs = (found.in_lungs, found.lung_share, found.opacity_share_of_lungs)
    assert all(math.isnan(value) for value in lungs)


@pytest.mark.parametrize(
    ("values", "opacity", "message"),
    [
        (-OPACITY, OPACITY, "negative"),
        (OPACITY, 0 * OPACITY, "no place"),
        (OPACITY[:10], OPACITY, "one shape"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    values: Float32Array, opacity: Float32Array, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        place(values, opacity, LUNGS)


def test_boxes_are_drawn_where_they_say() -> None:
    mask = draw_boxes([(0.5, 0.0, 1.0, 0.25), (0.0, 0.999, 0.001, 1.0)], side=100)
    assert mask[:25, 50:].all()
    assert mask.sum() == 25 * 50 + 1, "a box thinner than a pixel is not lost"
    assert mask[99, 0] == 1


def test_a_coarse_map_keeps_its_place() -> None:
    coarse = np.zeros((14, 14), np.float32)
    coarse[3, 10] = 1
    fine = enlarge(coarse, 224)
    row, column = divmod(int(fine.argmax()), 224)
    assert (row // 16, column // 16) == (3, 10)
    assert enlarge(np.full((14, 14), 0.3, np.float32)) == pytest.approx(0.3)


def _lesion(file: str, kind: str, boxes: tuple[tuple[float, float, float, float], ...]) -> Lesion:
    return Lesion(
        file=file, set=kind, label=0, patient=f"of {file}", lung_mask=None,  # type: ignore[arg-type]
        opacity_mask=None, boxes=boxes, copy_of=None,
    )  # fmt: skip


def _explained() -> list[Explained]:
    left, whole = draw_boxes([(0, 0, 0.5, 1)]), np.ones((256, 256), np.float32)
    drawn = [
        Drawing(_lesion("a", "masks", ()), left, whole),
        Drawing(_lesion("b", "boxes", ((0, 0, 0.5, 1),)), left, None),
    ]
    on_left, on_right = box(0, 14, 0, 7, 14), box(0, 14, 7, 14, 14)
    maps: dict[MapKind, np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = {
        "grad-cam": np.stack([on_left, on_right]).astype(np.float64),
        "opacity": np.stack([on_right, on_left]).astype(np.float64),
    }
    return explain(maps, ("a", "b"), drawn, "0", 1)


def test_both_maps_stand_beside_uninformed_ones(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes(explanations_csv(_explained()))
    found = {
        (one.map, one.drawn, one.measure, one.against): one
        for one in explanation_scores(read_explanations(path), resamples=5)
    }
    hit = found["grad-cam", "masks", "peak in opacity", "lungs"]
    assert (hit.measured.value, hit.uninformed.value, hit.images) == (1, 0.5, 1)
    assert found["opacity", "masks", "peak in opacity", "lungs"].measured.value == 0
    assert found["grad-cam", "boxes", "peak in opacity", "image"].measured.value == 0
    energy = found["opacity", "boxes", "energy in opacity", "image"]
    assert energy.measured.value == pytest.approx(0.98, abs=0.005), "all but the blurred edge"
    assert energy.times is not None
    assert energy.times.value == pytest.approx(2 * energy.measured.value, abs=1e-3)
    assert ("opacity", "boxes", "energy in lungs", "image") not in found, "nobody drew them"


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"hit": "1.5"}, "hit '1.5' is not between"),
        ({"in_opacity": ""}, "in_opacity '' is not between"),
        ({"map": "saliency"}, "map 'saliency' is unknown"),
        ({}, "a stands here twice"),
    ],
)
def test_bad_tables_of_maps_are_refused(
    tmp_path: Path, cells: dict[str, str], message: str
) -> None:
    good = dict(zip(COLUMNS, explanations_csv(_explained()).decode().splitlines()[1].split(","),
                    strict=True))  # fmt: skip
    path = tmp_path / "e.csv"
    rows = [good, {**good, **cells}]
    path.write_text("\n".join([",".join(COLUMNS), *(",".join(row.values()) for row in rows)]))
    with pytest.raises(TrainingError, match=message):
        read_explanations(path)


def test_a_film_without_a_map_is_named() -> None:
    drawn = [Drawing(_lesion("c", "boxes", ()), np.ones((256, 256), np.float32), None)]
    with pytest.raises(TrainingError, match="fold 0, seed 1: c has none"):
        explain({"opacity": np.ones((1, 14, 14))}, ("a",), drawn, "0", 1)


GRID = np.full((56, 56), 0.2, np.float32)
GRID[10:18, 30:38] = 1


def _brightness(films: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Float32Array:
    """A reading that looks for structure at one place: how it differs from what surrounds it."""
    inside: Float32Array = films[:, 10:18, 30:38].std(axis=(1, 2)) + films[:, 10:18, 30:38].mean(
        axis=(1, 2)
    )
    return inside


def test_a_faithful_map_falls_fast_and_rises_fast() -> None:
    true, false = np.zeros((14, 14), np.float32), np.zeros((14, 14), np.float32)
    true[2:5, 7:10] = 1
    false[10:, :3] = 1
    good, bad, even = (curves(GRID, one, _brightness) for one in (true, false, None))
    assert good.deletion < min(even.deletion, bad.deletion) - 0.1
    assert good.insertion > max(even.insertion, bad.insertion) + 0.1
    assert even.deletion == pytest.approx(even.insertion, abs=1e-6), "both fade alike"


def test_faithfulness_is_paired_with_a_map_of_chance() -> None:
    true = np.zeros((14, 14), np.float32)
    true[2:5, 7:10] = 1
    maps: dict[MapKind, Float32Array] = {"opacity": true}
    found = [faithful(f"{i}", f"p{i}", GRID, maps, _brightness, seed=i) for i in range(4)]
    deletion, insertion = faithfulness_scores(found, resamples=50)
    assert (deletion.curve, deletion.images) == ("deletion", 4)
    assert deletion.less_random.high < 0 < insertion.less_random.low
    assert faithfulness_scores([]) == []


def test_maps_of_several_sizes_are_not_of_one_film() -> None:
    maps: dict[MapKind, Float32Array] = {
        "opacity": np.ones((6, 6), np.float32), "grad-cam": np.ones((12, 12), np.float32),
    }  # fmt: skip
    with pytest.raises(ValueError, match="several sizes"):
        faithful("film", "patient", GRID, maps, _brightness, seed=0)
