"""`make train`: from labels and images to out-of-fold predictions and a version.

    read the films -> split them by patient -> find the frames of lungs, where these are read -> a
    round or two of: teach places (pretext) -> copy every film through the fixed blocks (copies) ->
    train a network of each fold and seed, then its head alone -> gather, calibrate, export

The networks of a first round read films that nobody scored, and those of the second learn from it.

A network is the unit of work: `train_unit(folder, config, data, fold, seed)` needs nothing but the
run's folder and the data, so a pool here, a job array or a cluster may call it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.reference.networks import pack_network
from cxr_training.backbone import BACKBONE_WEIGHTS, VERSIONS, load_backbone, load_lower
from cxr_training.cases import Case, Dataset, doubtful_patients, read_cases
from cxr_training.config import TrainConfig, load_config
from cxr_training.copies import CopiesOnDisk, are_of
from cxr_training.errors import TrainingError, one_line
from cxr_training.evaluation.readers import PEERS, read_peers
from cxr_training.films import Films, load_films, order_sha256
from cxr_training.finish import finish
from cxr_training.gate.examples import collect
from cxr_training.head import teach_light
from cxr_training.held_out import see_cases, see_lesions, write_maps
from cxr_training.learn import Student, learn
from cxr_training.lesions import read_lesions
from cxr_training.lesson import (
    Fold,
    Material,
    check_courses,
    crosses,
    learned_lesions,
    left_out,
    lesson_of,
    without,
)
from cxr_training.networks import device, load_network
from cxr_training.out_of_fold import write_predictions
from cxr_training.pretext import find_frames, make_all_copies, teach_places
from cxr_training.readings import read_readings, write_readings
from cxr_training.run_folder import RunFolder
from cxr_training.run_lock import held
from cxr_training.share_out import share_out
from cxr_training.splits import Split, check_disjoint, make_split, merge_patients
from cxr_training.whole_file import write_whole


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 on success, 2 with one line when the run cannot start or write."""
    parser = argparse.ArgumentParser(prog="cxr-train", description=__doc__.split("\n")[0])
    parser.add_argument("--config", type=Path, required=True, help="a file of training/configs")
    parser.add_argument("--data", type=Path, required=True, help="folder as the data card tells")
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--backbone", help="starting weights of the backbone (default: the data's)")
    parser.add_argument(
        "--versions", type=Path, default=VERSIONS, metavar="FOLDER",
        help="of the version that a recipe's `start` names (default: those that ship)",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="changes",
        help="change a key of the configuration, as in loss.zones=2; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--resume", action="store_true", help="go on where the last run stopped; without it, what "
        "that left in the folder is removed",
    )  # fmt: skip
    parser.add_argument(
        "--jobs", type=int, default=1, help="networks trained at a time, by processes of one "
        "thread each; 1 suits a GPU"
    )  # fmt: skip
    arguments = parser.parse_args(argv)
    try:
        config = load_config(arguments.config, TrainConfig, arguments.changes)
        run(
            config, arguments.data, RunFolder(arguments.out), backbone=arguments.backbone,
            versions=arguments.versions, resume=arguments.resume, jobs=arguments.jobs,
        )  # fmt: skip
    except (TrainingError, OSError) as error:
        print(f"cxr-train: {one_line(error)}", file=sys.stderr)
        return 2
    return 0


def run(
    config: TrainConfig, data: Path, folder: RunFolder, *, backbone: str | None = None,
    versions: Path = VERSIONS, resume: bool = False, jobs: int = 1,
) -> None:  # fmt: skip
    """Train a recipe into a folder, gather what its folds say, and export a version.

    Args:
        versions: folder of the version that the recipe starts from, if it names one.

    Raises:
        TrainingError: when data, configuration or folder cannot be used, or another process trains
            there; nothing has been trained then, and a former run is kept.
        OSError: when the folder cannot be written.
    """
    folder.check(data)
    films, dataset, split = prepare(config, data)
    for line in doubtful_patients(films.dataset.cases):
        print(f"cxr-train: {line}", file=sys.stderr)
    first = config.of_first()
    for each in (config, *([] if first is None else [first])):
        check_courses(each, Material(dataset.cases, films.lesions, split))
    # Before a former run is forgotten: what is read after all training may be missing or wrong.
    read_peers(data / "ralo" / PEERS)
    images = collect(films, split, data, config.gate, config.preprocess)
    courses = config.of_courses
    torch.manual_seed(config.seeds[0])
    start = CellNet(config.network, courses.preprocess.size)
    digest = load_backbone(start, Path(backbone) if backbone else data / BACKBONE_WEIGHTS)
    if config.start is not None:
        digest = load_lower(start, versions / config.start, config.main.frozen_blocks)
    pack_network(start)  # a network that is too large to ship is found out now
    identity = {
        "recipe": config.model_dump(mode="json", exclude={"gate"}),
        "labels": dataset.labels_sha256,
        "split": split.sha256,
        "backbone": digest,
        "films": films.sha256,
    }
    with held(folder.lock):
        folder.claim(identity, resume=resume, as_now=as_now)
        seen = films
        if courses != config:
            seen = load_films(films.dataset, courses.preprocess)
        if start.framer is not None:
            find_frames(folder, config, seen, split, start)
        if first is not None:
            _round(folder.first, first, data, seen, split, start, jobs, read_unit)
            start = load_network(courses, folder.first.places).train().requires_grad_(True)
        _round(folder, config, data, seen, split, start, jobs, train_unit)
        print(finish(folder, config, data, films, dataset, split, images, digest))


def as_now(recipe: dict[str, Any]) -> dict[str, Any]:
    """A noted recipe with the keys that came since, which had their defaults before."""
    try:
        known = TrainConfig.model_validate(recipe)
    except ValueError:
        return recipe
    return known.model_dump(mode="json", exclude={"gate"})


def _round(
    folder: RunFolder, config: TrainConfig, data: Path, films: Films, split: Split, start: CellNet,
    jobs: int, work: Callable[[RunFolder, TrainConfig, Path, Fold, int], None],
) -> None:  # fmt: skip
    split.write(folder.split)
    copies, courses = _copies_of(folder, config), config.of_courses
    if config.pretext is not None and config.pretext.frozen_blocks:
        make_all_copies(copies, courses, films, split, start)
    teach_places(folder, courses, films, split, start, copies)
    make_all_copies(copies, courses, films, split, load_network(courses, folder.places))
    share_out(jobs, work, [(folder, config, data, *unit) for unit in planned(config)])


def _copies_of(folder: RunFolder, config: TrainConfig) -> Path:
    return folder.first.copies if config.copies_are_shared else folder.copies


def planned(config: TrainConfig) -> list[tuple[Fold, int]]:
    """The networks of a run: fold (or which collection is left out) and seed."""
    folds: list[tuple[Fold, int]] = [
        (fold, seed) for seed in config.seeds for fold in range(config.split.folds)
    ]
    across: list[tuple[Fold, int]] = [
        (f"without-{name}", config.seeds[0]) for name in ("ralo", "severity")
    ]
    return folds + (across if config.across and not config.without else [])


def prepare(config: TrainConfig, data: Path) -> tuple[Films, Dataset, Split]:
    """All films, the scored ones under one name for each patient, and who is tested where.

    Raises:
        TrainingError: a source that is missing, a film or mask that does not decode, a fold
            without one grade, or a film on two sides of a split.
    """
    films = load_films(read_cases(data), config.preprocess)
    dataset = merge_patients(films.dataset, films.hashes[: len(films.dataset.cases)])
    split = make_split(dataset, films.lesions, films.hashes, config.split)
    check_disjoint(dataset.cases, split, films.hashes[: len(dataset.cases)])
    return films, dataset, split


def train_unit(folder: RunFolder, config: TrainConfig, data: Path, fold: Fold, seed: int) -> None:
    """Train one network and write down what it says of the films that it did not see.

    Finished ones are left as they are; one that was cut short goes on from its last epoch.
    """
    unit = folder.unit(fold, seed)
    dataset, material = _material(folder, data)
    tested = [one for one in dataset.cases if is_tested(one, fold, material.split, config)]
    network = _taught(folder, config, dataset, material, tested, fold, seed)
    if tested and not unit.predictions.is_file():
        seen = see_cases(network, dataset, tested, config.preprocess, device())
        write_predictions(unit.predictions, tested, fold, seed, seen)
    if not unit.maps.is_file():
        held_back = set(material.split.held_back)
        held = [one for one in material.lesions if one.file in held_back]
        seen = see_lesions(network, data, held, config.preprocess, device())
        write_maps(unit.maps, [one.file for one in held], seen)


def read_unit(folder: RunFolder, config: TrainConfig, data: Path, fold: Fold, seed: int) -> None:
    """Train one network of the first round, and write down what it reads on films without a
    score."""
    readings = folder.unit(fold, seed).readings
    if readings.is_file():
        return
    dataset, material = _material(folder, data)
    tested = [one for one in dataset.cases if is_tested(one, fold, material.split, config)]
    network = _taught(folder, config, dataset, material, tested, fold, seed)
    learned = learned_lesions(material)
    write_readings(readings, network, data, learned, config.preprocess)


def _material(folder: RunFolder, data: Path) -> tuple[Dataset, Material]:
    split = Split.read(folder.split)
    dataset = read_cases(data)
    if dataset.labels_sha256 != split.labels_sha256:
        raise TrainingError(f"{data}: its labels were changed after {folder.split} was written")
    dataset = split.named(dataset)
    return dataset, Material(dataset.cases, read_lesions(data), split)


def _taught(
    folder: RunFolder, config: TrainConfig, dataset: Dataset, material: Material,
    tested: Sequence[Case], fold: Fold, seed: int,
) -> CellNet:  # fmt: skip
    """The network of a unit, trained on all but `tested` unless it is there."""
    unit = folder.unit(fold, seed)
    if not unit.weights.is_file():
        copies = _copies_of(folder, config)
        if not are_of(copies, order_sha256(material.cases, material.lesions)):
            raise TrainingError(
                f"{copies}: holds copies of other films than {dataset.root} does now"
            )
        unit.folder.mkdir(parents=True, exist_ok=True)
        out = left_out(dataset, tested, fold, config)
        if not unit.whole_lungs.is_file():
            start = load_network(config.of_courses, folder.places)
            missing: set[str] = {case.set for case in tested} if crosses(fold) else set()
            stage = without(config.main, missing)
            readings = None
            if config.first is not None and (config.first.across or not crosses(fold)):
                teacher = folder.first.unit(fold, config.seeds[0])
                readings = read_readings(teacher.readings, material.lesions)
            source = CopiesOnDisk(copies)
            lesson = lesson_of(config, stage, material, source, out, readings)
            torch.manual_seed(seed)  # of the student's heads, which are made here
            network = learn(
                Student(start.requires_grad_(True)), lesson, stage, config.loss, seed,
                unit.checkpoint, f"{material.split.sha256} {fold} {seed}", device(),
            )  # fmt: skip
            write_whole(unit.whole_lungs, pack_network(network))
            unit.checkpoint.unlink(missing_ok=True)
        network = load_network(config, unit.whole_lungs)
        teach_light(network, config, dataset, material, out, copies, seed, device())
        write_whole(unit.weights, pack_network(network))
    return load_network(config, unit.weights)


def is_tested(case: Case, fold: Fold, split: Split, config: TrainConfig) -> bool:
    """Whether a network of this fold is tested on the film: each film by one fold's networks, also
    where none of them learns anything of its collection."""
    if isinstance(fold, int):
        return split.fold[case.image] == fold
    return fold == f"without-{case.set}" or case.set in config.without


if __name__ == "__main__":
    sys.exit(main())
