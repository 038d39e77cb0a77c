"""Invented films of both collections and readings of them, for tests of the evaluation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from cxr_severity.model.assessment import ZONES
from cxr_training.cases import Case, Dataset
from cxr_training.csv_files import csv_bytes
from cxr_training.evaluation.predictions import COLUMNS, Predictions
from cxr_training.reference import reference, total_of

NAN = float("nan")
SEVERITY, RALO, SEEDS, FOLDS = 60, 60, 2, 5
_NOBODY = ((NAN,) * 6, (NAN,) * 6)


def severity_case(i: int) -> Case:
    """Film i of 60 of 40 patients: 30 of two radiologists, 28 of experts, two without a class."""
    points = (3 * i + i // 20) % 19
    senior = tuple(float(points // 6 + (zone < points % 6)) for zone in range(6))
    junior = (senior[0] + (1.0 if senior[0] < 3 else -1.0), *senior[1:])
    read_twice, alone = i % 2 == 0, i in (57, 59)
    brixia = (sum(senior), sum(junior)) if read_twice else (NAN, NAN)
    extent, opacity = (NAN, NAN) if read_twice or alone else (float(i % 9), i % 7 * 4 / 3)
    found = reference(*brixia, extent, opacity)
    return Case(
        image=f"severity/{i}.png",
        set="severity",
        patient=f"p{i % 40}",
        total=found.total if found else NAN,
        reference=found.kind if found else "none",
        brixia=brixia,
        zones=(senior, junior) if read_twice else _NOBODY,
        grade=0.0 if i == 57 else 1.0 + i % 5,
        extent=extent,
        opacity=opacity,
        view=("PA", "AP", "AP Supine", "")[i % 4],
        sex=("M", "F", "")[i % 3],
        age=(25.0, 40.0, 65.0, NAN)[i % 4],
        source=("one", "two")[i % 2],
    )


def ralo_case(i: int) -> Case:
    """Film i of 60 of 12 patients, five each on successive days; rater 2 sees half a point more."""
    course = abs((i % 5) - 2) / 2
    one = tuple(round(4 * (i // 5 + 1) / 12 * (1 - course / 2) * 2) / 2 for _ in range(4))
    two = (min(one[0] + 0.5, 4), *one[1:])
    extent, opacity = (
        (one[k] + one[k + 2] + two[k] + two[k + 2]) / 2 for k in (0, 1)
    )  # fmt: skip
    return Case(
        image=f"ralo/{i}.jpg",
        set="ralo",
        patient=f"r{i // 5}",
        total=total_of(extent, opacity),
        reference="ralo",
        sides=(one, two),
        extent=extent,
        opacity=opacity,
        source="Stony Brook (RALO)",
        day=float(i % 5),
    )


CASES = (*map(severity_case, range(SEVERITY)), *map(ralo_case, range(RALO)))
DATASET = Dataset(Path("data"), CASES, "0" * 64)
CLASSED = tuple(case for case in CASES if case.severity is not None)


def predictions(
    noise: float = 0.8, seeds: int = SEEDS, luck: int = 0, cases: tuple[Case, ...] = CASES
) -> Predictions:
    """Readings that know the reference up to a noise; without any they are perfect."""
    rng = np.random.default_rng(luck)
    read = cases * seeds
    label = np.array([1 if case.severity is None else case.label for case in read])
    logits = np.eye(3)[label] * 2 + rng.normal(size=(len(read), 3)) * noise
    total = np.array([case.total for case in read])
    known = np.array(
        [
            np.mean(case.zones, axis=0) if case.reference == "brixia" else [case.total / 6] * 6
            for case in read
        ]
    )
    zones = np.where(np.isnan(total)[:, None], 1.2, known)
    return Predictions(
        seeds=np.repeat(np.arange(seeds), len(cases)),
        folds=np.array([str(int(case.patient[1:]) % FOLDS) for case in read]),
        images=tuple(case.image for case in read),
        patients=tuple(case.patient for case in read),
        logits=logits,
        zones=np.clip(zones + rng.normal(size=(len(read), 6)) * noise / 2, 0, 3),
    )


def reordered(table: Predictions, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Predictions:
    return replace(
        table,
        seeds=table.seeds[rows],
        folds=table.folds[rows],
        images=tuple(table.images[i] for i in rows),
        patients=tuple(table.patients[i] for i in rows),
        logits=table.logits[rows],
        zones=table.zones[rows],
    )


Row = dict[str, str]


def rows_of(table: Predictions) -> list[Row]:
    """As a file holds them."""
    cells = zip(
        table.images, table.patients, table.folds, table.seeds, *table.logits.T, *table.zones.T,
        strict=True,
    )  # fmt: skip
    return [dict(zip(COLUMNS, map(str, row), strict=True)) for row in cells]


def write_rows(path: Path, rows: list[Row], columns: tuple[str, ...] = COLUMNS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(csv_bytes(columns, [[row[column] for column in columns] for row in rows]))
    return path


def write_data(root: Path) -> Path:
    """Both tables of labels, as `read_cases` reads them."""
    scores = ("brixia_senior", "brixia_junior", "grade", "extent", "opacity", "covidnet_extent",
              "covidnet_opacity", "involvement", "age", "offset")  # fmt: skip
    zones = tuple(f"brixia_{reader}_{zone}" for reader in ("senior", "junior") for zone in ZONES)
    texts = ("image", "patient", "view", "sex", "source", "lung_mask", "opacity_mask")
    films = []
    for case in CASES[:SEVERITY]:
        row: dict[str, object] = {
            "image": case.image.removeprefix("severity/"), "patient": case.patient,
            "brixia_senior": case.brixia[0], "brixia_junior": case.brixia[1], "grade": case.grade,
            "covidnet_extent": case.extent, "covidnet_opacity": case.opacity,
            "view": case.view, "sex": case.sex, "source": case.source, "age": case.age,
        }  # fmt: skip
        row |= dict(zip(zones, (score for one in case.zones for score in one), strict=True))
        films.append(row)
    _write(root / "severity" / "labels.csv", (*texts, *scores, *zones), films)
    parts = ("right_extent", "right_opacity", "left_extent", "left_opacity")
    columns = [f"r{rater}_{part}" for rater in (1, 2) for part in (*parts, "extent", "opacity")]
    films = []
    for case in CASES[SEVERITY:]:
        row = {"image": case.image.removeprefix("ralo/"), "patient": case.patient, "day": case.day}
        for rater, sides in zip((1, 2), case.sides, strict=True):
            row |= {f"r{rater}_{part}": score for part, score in zip(parts, sides, strict=True)}
            row[f"r{rater}_extent"] = sides[0] + sides[2]
            row[f"r{rater}_opacity"] = sides[1] + sides[3]
        films.append(row)
    _write(root / "ralo" / "labels.csv", ("image", "patient", "day", *columns), films)
    return root


def _write(path: Path, columns: tuple[str, ...], films: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True)
    cells = [[film.get(column, "") for column in columns] for film in films]
    path.write_bytes(
        csv_bytes(columns, [["" if cell != cell else cell for cell in row] for row in cells])
    )
