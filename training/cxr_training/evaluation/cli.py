"""`make evaluate`: from out-of-fold predictions to a report with tables and figures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.measure.bootstrap import RESAMPLES, describe
from cxr_training.cases import Dataset, read_cases
from cxr_training.errors import TrainingError, one_line
from cxr_training.evaluation.compare import compare, comparison_table
from cxr_training.evaluation.figures import draw
from cxr_training.evaluation.predictions import PREDICTIONS, read_predictions
from cxr_training.evaluation.readme import update
from cxr_training.evaluation.report import report
from cxr_training.evaluation.run_files import evaluate_run
from cxr_training.evaluation.tables import goals_table, headline_table
from cxr_training.run_folder import RunFolder
from cxr_training.splits import Split

EVALUATION = "evaluation.json"
REPORT = "report.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 on success, 2 with one line when the input cannot be used."""
    parser = argparse.ArgumentParser(prog="cxr-evaluate", description=__doc__)
    parser.add_argument(
        "--run", type=Path, required=True,
        help=f"folder of a training run: {PREDICTIONS} and what else it left",
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
    out = arguments.out or arguments.run / "evaluation"
    try:
        dataset = _dataset(RunFolder(arguments.run), arguments.data)
        if arguments.against is not None:
            _compare(arguments.run, arguments.against, dataset)
        else:
            evaluation = _evaluate(arguments.run, arguments.data, dataset, out)
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


def _evaluate(run: Path, data: Path, dataset: Dataset, out: Path) -> Evaluation:
    folder = RunFolder(run)
    stored = folder.evaluation
    if stored.is_file():
        # With what the run's networks alone could tell, measured when they were finished.
        evaluation = Evaluation.model_validate_json(stored.read_bytes())
    else:
        evaluation = evaluate_run(run, data, dataset, version=folder.version)
    out.mkdir(parents=True, exist_ok=True)
    figures = draw(evaluation, read_predictions(run / PREDICTIONS), dataset, out)
    (out / EVALUATION).write_text(evaluation.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (out / REPORT).write_text(report(evaluation, folder.version, figures), encoding="utf-8")
    print(headline_table(evaluation), goals_table(evaluation), sep="\n\n")
    print(f"\nthe report is {out / REPORT}")
    return evaluation


def _compare(run: Path, other: Path, dataset: Dataset) -> None:
    comparison = compare(
        read_predictions(run / PREDICTIONS), read_predictions(other), dataset
    )  # fmt: skip
    print(comparison_table(comparison, run.name, other.parent.name or str(other)))
    print(
        f"\n{comparison.images} films of {comparison.patients} patients; "
        f"{describe(RESAMPLES)}, the same for both."
    )


if __name__ == "__main__":
    sys.exit(main())
