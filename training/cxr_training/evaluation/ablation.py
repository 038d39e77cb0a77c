"""`make ablation`: recipes tested on the same films, in one table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.measured import Metrics
from cxr_training.cases import Dataset, read_cases
from cxr_training.errors import TrainingError, one_line
from cxr_training.evaluation.predictions import PREDICTIONS, read_predictions
from cxr_training.evaluation.tables import cell, table
from cxr_training.metrics import measure


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 on success, 2 with one line when the input cannot be used."""
    parser = argparse.ArgumentParser(prog="cxr-ablation", description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+", help="folders of training runs, in order")
    parser.add_argument("--data", type=Path, required=True, help="folder as the data card tells")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file to write")
    arguments = parser.parse_args(argv)
    try:
        dataset = read_cases(arguments.data)
        text = ablation({run.name: run / PREDICTIONS for run in arguments.runs}, dataset)
        arguments.out.write_text(text, encoding="utf-8")
    except (TrainingError, OSError) as error:
        print(f"cxr-ablation: {one_line(error)}", file=sys.stderr)
        return 2
    print(text)
    return 0


def ablation(tables: dict[str, Path], dataset: Dataset) -> str:
    """Markdown: one row a recipe.

    Raises:
        TrainingError: when the recipes were not tested on the same films.
    """
    measured: dict[str, Metrics] = {}
    films: set[str] | None = None
    known = {case.image: case for case in dataset.cases if case.severity is not None}
    for name, path in tables.items():
        predictions = read_predictions(path)
        if films is not None and films != set(predictions.images):
            raise TrainingError(f"{path}: tests other films than the first table")
        films = set(predictions.images)
        rows = [i for i, image in enumerate(predictions.images) if image in known]
        measured[name] = measure(
            [known[predictions.images[i]].label for i in rows],
            predictions.logits[rows].argmax(axis=1).tolist(),
            [predictions.patients[i] for i in rows],
            evaluated_on="the test patients of the same split",
            seeds=len(set(predictions.seeds.tolist())),
        )
    first = next(iter(measured.values()))
    return "\n".join(
        [
            "# Ablation",
            "",
            (
                f"{first.images} films of {first.patients} patients that no training saw. "
                f"Intervals: {first.interval}."
            ),
            "",
            table(
                ["recipe", "accuracy", *(f"F1 {name}" for name in SEVERITIES), "macro-F1",
                 "weighted kappa"],
                [
                    [
                        name,
                        cell(metrics.accuracy),
                        *(cell(metrics.per_class[severity].f1) for severity in SEVERITIES),
                        cell(metrics.macro_f1),
                        cell(metrics.quadratic_weighted_kappa),
                    ]
                    for name, metrics in measured.items()
                ],
            ),
            "",
        ]
    )  # fmt: skip
