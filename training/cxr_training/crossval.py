"""Out-of-fold predictions: every film is read by networks that never saw its patient."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from cxr_severity.model.artifact import WEIGHTS, load_state, pack_weights
from cxr_severity.model.network import Reading, SeverityNet
from cxr_severity.model.preprocess import PreprocessConfig, normalise
from cxr_training.bank import Films
from cxr_training.distil import LESSON, Lesson
from cxr_training.evaluation.explanations import EXPLANATIONS
from cxr_training.evaluation.predictions import COLUMNS, PREDICTIONS
from cxr_training.explanations import Looked, look
from cxr_training.fit import CHECKPOINT, Workshop, fit
from cxr_training.machine import is_first_process, wait_for_all
from cxr_training.splits import Round

EXPLANATION_COLUMNS = ("seed", "image", *(field.name for field in fields(Looked)))


@dataclass(frozen=True, slots=True)
class Tables:
    """Rows in the order of `COLUMNS` and `EXPLANATION_COLUMNS`."""

    predictions: list[tuple[Any, ...]]
    explanations: list[tuple[Any, ...]]


def cross_validate(workshop: Workshop, rounds: Sequence[Round], out: Path, *, resume: bool) -> None:
    """Write `out/predictions.csv` and `out/explanations.csv`, fold by fold and seed by seed.

    Raises:
        TrainingError: when `resume` finds a checkpoint of another run.
    """
    tables: list[Tables] = []
    for part in rounds:
        for seed in workshop.config.seeds:
            home = round_folder(out, part)
            network = train_network(workshop, part.train, seed, home, resume=resume)
            tables.append(_test(network, workshop, part, seed))
    if is_first_process():
        rows = [row for table in tables for row in table.predictions]
        _write(out / PREDICTIONS, COLUMNS, rows)
        rows = [row for table in tables for row in table.explanations]
        _write(out / EXPLANATIONS, EXPLANATION_COLUMNS, rows)


def round_folder(out: Path, part: Round) -> Path:
    return out / f"fold-{part.number}"


def train_network(
    workshop: Workshop, train: Sequence[int], seed: int, home: Path, *, resume: bool
) -> SeverityNet:
    """The network of a seed, trained on the films `train`, rounded as a version stores it.

    It is kept in `home/seed-<seed>`, and the teachers that its recipe may ask for, shared by all
    students of these films, beside it: with `resume` a finished network is not trained again, and
    one that was cut short goes on from its last epoch.
    """
    folder = home / f"seed-{seed}"
    if workshop.unscored is None or (resume and (folder / WEIGHTS).is_file()):
        return _network(workshop, train, seed, folder, resume=resume)
    teachers = [
        train_teacher(workshop, train, other, home, resume=True) for other in workshop.config.seeds
    ]
    lesson = workshop.unscored.lesson(teachers, home / LESSON, keep=is_first_process())
    return _network(workshop, train, seed, folder, lesson=lesson, resume=resume)


def train_teacher(
    workshop: Workshop, train: Sequence[int], seed: int, home: Path, *, resume: bool
) -> SeverityNet:
    """A network that learns from scores alone, kept in `home/teacher-<seed>`."""
    return _network(workshop, train, seed, home / f"teacher-{seed}", resume=resume)


def _network(
    workshop: Workshop, train: Sequence[int], seed: int, folder: Path, *,
    lesson: Lesson | None = None, resume: bool,
) -> SeverityNet:  # fmt: skip
    finished = folder / WEIGHTS
    if not (resume and finished.is_file()):
        tqdm.write(f"{folder.parent.name}, {folder.name}: {len(train)} films")
        trained = fit(workshop, train, seed, folder, lesson=lesson, resume=resume)
        wait_for_all()  # each has looked for files of a former run
        if is_first_process():
            finished.with_suffix(".partial").write_bytes(pack_weights(trained))
            finished.with_suffix(".partial").replace(finished)
            (folder / CHECKPOINT).unlink(missing_ok=True)
        wait_for_all()
    network = SeverityNet(workshop.config.network, workshop.config.preprocess.size)
    load_state(network, finished.read_bytes())
    return network.eval().requires_grad_(False)


def predict(
    network: SeverityNet, films: Films, indices: Sequence[int], config: PreprocessConfig
) -> Reading:
    """Readings of the films as they are, without augmentation."""
    with torch.no_grad():
        parts = [
            network(normalise(films.grids[part], config))
            for part in torch.split(torch.tensor(indices), 8)
        ]
    return Reading(*(torch.cat(column) for column in zip(*parts, strict=True)))


def _test(network: SeverityNet, workshop: Workshop, part: Round, seed: int) -> Tables:
    films, config = workshop.films, workshop.config.preprocess
    reading = predict(network, films, part.test, config)
    predictions = [
        (seed, part.number, films.cases[i].image, films.cases[i].patient, *logits, *zones)
        for i, logits, zones in zip(
            part.test, reading.logits.tolist(), reading.zones.tolist(), strict=True
        )
    ]
    looked = [(i, look(network, films, i, config)) for i in part.test]
    explanations = [
        (seed, films.cases[i].image, *("" if _missing(v) else v for v in astuple(found)))
        for i, found in looked
        if found is not None
    ]
    return Tables(predictions, explanations)


def _missing(value: float) -> bool:
    return math.isnan(value)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    partial = path.with_suffix(".partial")
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(
            [f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row] for row in rows
        )
    partial.replace(path)
