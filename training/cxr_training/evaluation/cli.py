"""`make evaluate`: from out-of-fold predictions to a report with tables and figures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cxr_severity.model.evaluation import Evaluation
from cxr_training.bootstrap import RESAMPLES, describe
from cxr_training.data import Dataset
from cxr_training.errors import TrainingError, one_line
from cxr_training.evaluation.calibrate import fold_scalings
from cxr_training.evaluation.compare import compare, comparison_table
from cxr_training.evaluation.evaluate import evaluate
from cxr_training.evaluation.explanations import EXPLANATIONS, read_explanations
from cxr_training.evaluation.figures import draw
from cxr_training.evaluation.predictions import (
    PREDICTIONS,
    Predictions,
    join,
    read_predictions,
)
from cxr_training.evaluation.readme import update
from cxr_training.evaluation.report import report
from cxr_training.evaluation.run import open_run
from cxr_training.evaluation.shifts import probe_source, shifts, stress
from cxr_training.evaluation.tables import goals_table, headline_table
from cxr_training.gate.rows import GATE, read_note, read_rows
from cxr_training.splits import open_dataset

EVALUATION = "evaluation.json"
REPORT = "report.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 on success, 2 with one line when the input cannot be used."""
    parser = argparse.ArgumentParser(prog="cxr-evaluate", description=__doc__)
    parser.add_argument(
        "--run", type=Path, required=True,
        help=f"folder of a training run: {PREDICTIONS} and, where there is one, {EXPLANATIONS}",
    )  # fmt: skip
    parser.add_argument("--data", type=Path, required=True, help="folder that holds severity/")
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
        dataset, _ = open_dataset(arguments.data / "severity")
        predictions = read_predictions(arguments.run / PREDICTIONS)
        if arguments.against is not None:
            _compare(predictions, arguments.run.name, arguments.against, dataset)
        else:
            evaluation = _evaluate(predictions, dataset, arguments.run, out)
            if arguments.readme is not None:
                update(arguments.readme, evaluation)
    except (TrainingError, OSError) as error:
        print(f"cxr-evaluate: {one_line(error)}", file=sys.stderr)
        return 2
    return 0


def _evaluate(predictions: Predictions, dataset: Dataset, run: Path, out: Path) -> Evaluation:
    explained, gated = run / EXPLANATIONS, run / GATE
    noted = read_note(gated)
    evaluation = evaluate(
        predictions,
        dataset,
        read_explanations(explained) if explained.is_file() else None,
        read_rows(gated) if gated.is_file() else (),
        gate_config=noted.gate if noted else None,
    )
    trained = open_run(run)
    if trained is not None:
        found = stress(
            trained.networks, trained.fold_of, dataset,
            fold_scalings(join(predictions, dataset), trained.seed), trained.preprocess,
        )  # fmt: skip
        update = {
            "shifts": shifts(found, RESAMPLES),
            "source_probe": probe_source(found, trained.fold_of, RESAMPLES),
        }
        evaluation = evaluation.model_copy(update=update)
    out.mkdir(parents=True, exist_ok=True)
    figures = draw(evaluation, predictions, dataset, out)
    (out / EVALUATION).write_text(evaluation.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (out / REPORT).write_text(report(evaluation, run.name, figures), encoding="utf-8")
    print(headline_table(evaluation), goals_table(evaluation), sep="\n\n")
    print(f"\nthe report is {out / REPORT}")
    return evaluation


def _compare(predictions: Predictions, name: str, other: Path, dataset: Dataset) -> None:
    comparison = compare(predictions, read_predictions(other), dataset)
    print(comparison_table(comparison, name, other.parent.name or str(other)))
    print(
        f"\n{comparison.images} films of {comparison.patients} patients; "
        f"{describe(RESAMPLES)}, the same for both."
    )


if __name__ == "__main__":
    sys.exit(main())
