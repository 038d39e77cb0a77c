"""`make evaluate`: from out-of-fold predictions to a report with tables and figures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.measure.bootstrap import RESAMPLES, describe
from cxr_training.cases import Dataset, read_cases
from cxr_training.errors import TrainingError, one_line
from cxr_training.evaluation.compare import compare, comparison_table
from cxr_training.evaluation.figures import draw
from cxr_training.evaluation.predictions import read_predictions
from cxr_training.evaluation.readme import update
from cxr_training.evaluation.report import report
from cxr_training.evaluation.run_files import evaluate_run
from cxr_training.evaluation.tables.grades import goals_table, headline_table
from cxr_training.run_folder import ReportFolder, RunFolder
from cxr_training.splits import Split
from cxr_training.whole_file import write_whole


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 on success, 2 with one line when the input cannot be used."""
    parser = argparse.ArgumentParser(prog="cxr-evaluate", description=__doc__)
    parser.add_argument(
        "--run", type=Path, required=True,
        help="folder of a training run: predictions.csv and what else it left",
    )  # fmt: skip
    parser.add_argument("--data", type=Path, required=True, help="folder as the data card tells")
    parser.add_argument(
        "--out", type=Path, help="folder for report and figures (default: evaluation/ in the run)"
    )
    parser.add_argument(
        "--against", type=Path, metavar="PREDICTIONS",
        help="print a paired comparison with this other table of the same folds, and stop",
    )  # fmt: skip
    parser.add_argument("--readme", type=Path, help="file whose section on the model to renew")
    arguments = parser.parse_args(argv)
    folder = RunFolder(arguments.run)
    try:
        dataset = _dataset(folder, arguments.data)
        if arguments.against is not None:
            _compare(folder, arguments.against, dataset)
        else:
            out = folder.report if arguments.out is None else ReportFolder(arguments.out)
            evaluation = _evaluate(folder, arguments.data, dataset, out)
            if arguments.readme is not None:
                update(arguments.readme, evaluation)
    except (TrainingError, OSError) as error:
        print(f"cxr-evaluate: {one_line(error)}", file=sys.stderr)
        return 2
    return 0


def _dataset(folder: RunFolder, data: Path) -> Dataset:
    """The films, with the patients' names that the run's split goes by."""
    dataset = read_cases(data)
    if folder.labels not in (None, dataset.labels_sha256):
        raise TrainingError(f"{folder.root}: was trained by other labels than those of {data}")
    return Split.read(folder.split).named(dataset) if folder.split.is_file() else dataset


def _evaluate(
    folder: RunFolder, data: Path, dataset: Dataset, out: ReportFolder
) -> Evaluation:  # fmt: skip
    if folder.evaluation.is_file():
        # With what the run's networks alone could tell, measured when they were finished.
        evaluation = _measured(folder.evaluation)
    else:
        evaluation = evaluate_run(folder, data, dataset, version=folder.version)
    out.root.mkdir(parents=True, exist_ok=True)
    figures = draw(evaluation, read_predictions(folder.predictions), dataset, out.root)
    write_whole(out.evaluation, (evaluation.model_dump_json(indent=2) + "\n").encode())
    write_whole(out.text, report(evaluation, folder.version, figures).encode())
    print(headline_table(evaluation), goals_table(evaluation), sep="\n\n")
    print(f"\nthe report is {out.text}")
    return evaluation


def _measured(path: Path) -> Evaluation:
    try:
        return Evaluation.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise TrainingError(
            f"{path}: was cut off, or is of another release; where this file is removed all is "
            "measured anew, but for what the run's networks alone could tell"
        ) from error


def _compare(folder: RunFolder, other: Path, dataset: Dataset) -> None:
    comparison = compare(
        read_predictions(folder.predictions), read_predictions(other), dataset
    )  # fmt: skip
    print(comparison_table(comparison, *_told_apart(folder.root, other.parent)))
    print(
        f"\n{comparison.images} films of {comparison.patients} patients; "
        f"{describe(RESAMPLES)}, the same for both."
    )


def _told_apart(one: Path, other: Path) -> tuple[str, str]:
    """The shortest ends of two folders' paths that differ; of one and the same its name."""
    parts = one.resolve().parts, other.resolve().parts
    for count in range(1, max(map(len, parts)) + 1):
        ends = [str(Path(*path[-count:])) for path in parts]
        if ends[0] != ends[1]:
            return ends[0], ends[1]
    return one.resolve().name, other.resolve().name


if __name__ == "__main__":
    sys.exit(main())
