"""Do the maps point where opacities were outlined? They are compared with maps that know
nothing."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import get_args

import numpy as np

from cxr_severity.imaging.arrays import Float32Array, Float64Array
from cxr_severity.model.evaluation import (
    Against,
    Drawn,
    ExplanationScores,
    MapKind,
    Measure,
)
from cxr_severity.model.measure.bootstrap import RESAMPLES, Bootstrap, interval, ratio
from cxr_training.archives import member, opened
from cxr_training.csv_files import csv_bytes, read_table
from cxr_training.errors import TrainingError
from cxr_training.evaluation.places import SHARES, SIDE, Place, draw_boxes, enlarge, place
from cxr_training.lesions import DRAWN, Lesion
from cxr_training.masks import read_mask

MAPS: tuple[MapKind, ...] = get_args(MapKind)
COLUMNS = ("map", "drawn", "fold", "seed", "image", "patient", *SHARES)

COMPARISONS: tuple[tuple[Measure, Against, str, str], ...] = (
    ("peak in opacity", "image", "hit", "opacity_share"),
    ("peak in opacity", "lungs", "hit", "opacity_share_of_lungs"),
    ("energy in opacity", "image", "in_opacity", "opacity_share"),
    ("energy in opacity", "lungs", "in_opacity", "opacity_share_of_lungs"),
    ("energy in lungs", "image", "in_lungs", "lung_share"),
)
"""What is measured, where the uninformed map is spread, and the columns of both.

A map that merely finds the lungs beats chance over the image, not chance over the lungs.
"""


@dataclass(frozen=True, slots=True)
class Explained:
    """One map of one film by one network."""

    map: MapKind
    drawn: Drawn
    fold: str
    seed: int
    image: str
    patient: str
    place: Place


@dataclass(frozen=True, slots=True)
class Drawing:
    """A film's opacities, and its lungs where they were drawn, (256, 256) float32 in [0, 1]."""

    lesion: Lesion
    opacity: Float32Array
    lungs: Float32Array | None


def drawings(root: Path, lesions: Sequence[Lesion]) -> Iterator[Drawing]:
    """Of all films that have an opacity outlined or boxed; of others there is nothing to measure.

    Raises:
        TrainingError: a mask that is missing or does not decode.
    """
    with opened(root / "lesions" / "masks.tar") as archive:
        for lesion in lesions:
            if lesion.opacity_mask:
                opacity = _mask(archive, lesion.opacity_mask)
            elif lesion.boxes:
                opacity = draw_boxes(lesion.boxes)
            else:
                continue
            if not (opacity > 0.5).any():
                continue
            lungs = _mask(archive, lesion.lung_mask) if lesion.lung_mask else None
            yield Drawing(lesion, opacity, lungs)


def _mask(archive: tarfile.TarFile, name: str) -> Float32Array:
    return read_mask(member(archive, name), name, SIDE)


def explain(
    maps: dict[MapKind, Float64Array],
    files: Sequence[str],
    drawn: Iterable[Drawing],
    fold: str,
    seed: int,
) -> list[Explained]:
    """One network's maps against what was drawn.

    Args:
        maps: of each kind (N, h, w), not negative, of the films `files`.

    Raises:
        TrainingError: a drawn film without a map.
    """
    row_of = {file: i for i, file in enumerate(files)}
    found = []
    for drawing in drawn:
        lesion = drawing.lesion
        if lesion.file not in row_of:
            raise TrainingError(f"maps of fold {fold}, seed {seed}: {lesion.file} has none")
        for kind, values in maps.items():
            fine = enlarge(np.asarray(values[row_of[lesion.file]], np.float32))
            found.append(
                Explained(
                    kind, lesion.set, fold, seed, lesion.file, lesion.person,
                    place(fine, drawing.opacity, drawing.lungs),
                )
            )  # fmt: skip
    return found


def explanations_csv(explained: Sequence[Explained]) -> bytes:
    rows = [
        (
            one.map, one.drawn, one.fold, one.seed, one.image, one.patient,
            *("" if np.isnan(value) else f"{value:.6g}" for value in astuple(one.place)),
        )
        for one in explained
    ]  # fmt: skip
    return csv_bytes(COLUMNS, rows)


def read_explanations(path: Path) -> list[Explained]:
    """Read a table of map measurements; it has no rows where no film has an opacity outlined.

    Raises:
        TrainingError: a file, column or cell that is missing, a share outside 0 to 1, an unknown
            map, or a film that one network explained twice.
    """
    table = read_table(path, COLUMNS, may_be_empty=True)
    values, seeds = table.numbers(SHARES), table.integers("seed")
    seen: set[tuple[str, ...]] = set()
    found = []
    for i, row in enumerate(table.rows):
        for name, value in zip(SHARES, values[i], strict=True):
            if not 0 <= value <= 1 and not (np.isnan(value) and "lung" in name):
                raise table.error(i, f"{name} {row[name]!r} is not between 0 and 1")
        kind, drawn = table.word(i, "map", MAPS), table.word(i, "drawn", DRAWN)
        key = (row["map"], row["fold"], row["seed"], row["image"])
        if key in seen:
            raise table.error(i, f"{row['image']} stands here twice")
        seen.add(key)
        found.append(
            Explained(
                kind, drawn, row["fold"], int(seeds[i]),
                row["image"], row["patient"], Place(*values[i].tolist()),
            )
        )  # fmt: skip
    return found


def explanation_scores(
    explained: Sequence[Explained], resamples: int = RESAMPLES
) -> list[ExplanationScores]:
    """Means over films and networks for each map and kind of drawing, beside uninformed maps."""
    found: list[ExplanationScores] = []
    for kind in MAPS:
        for drawn in DRAWN:
            part = [one for one in explained if one.map == kind and one.drawn == drawn]
            if part:
                found += _scores(kind, drawn, part, resamples)
    return found


def _scores(
    kind: MapKind, drawn: Drawn, part: Sequence[Explained], resamples: int
) -> Iterator[ExplanationScores]:
    for measure, against, column, uninformed_column in COMPARISONS:
        measured, uninformed = (
            np.array([getattr(one.place, name) for one in part])
            for name in (column, uninformed_column)
        )
        usable = np.isfinite(measured) & np.isfinite(uninformed)
        if not usable.any():
            continue
        films = [one for one, chosen in zip(part, usable, strict=True) if chosen]
        bootstrap = Bootstrap.over([one.patient for one in films], resamples=resamples)
        measured, uninformed = measured[usable], uninformed[usable]
        sums = bootstrap.sums(np.stack([measured, uninformed], axis=1))
        yield ExplanationScores(
            map=kind,
            drawn=drawn,
            measure=measure,
            against=against,
            images=len({one.image for one in films}),
            patients=bootstrap.patients,
            measured=(bootstrap.share if column == "hit" else bootstrap.mean)(measured),
            uninformed=bootstrap.mean(uninformed),
            difference=bootstrap.mean(measured - uninformed),
            times=interval(ratio(sums[:, 0], sums[:, 1], np.nan)),
        )
