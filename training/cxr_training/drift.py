"""`cxr-drift`: tells a version's manifest what its films were like.

The service compares the films that it sees with them. A version without them is served as well; it
then says nothing of drift.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cxr_severity.model.artifact import MANIFEST, ArtifactError, read_manifest
from cxr_severity.model.drift import DriftReference, Histogram, Statistic, input_statistics
from cxr_training.cases import Dataset, read_cases
from cxr_training.errors import TrainingError, one_line
from cxr_training.evaluation.predictions import read_predictions
from cxr_training.films import exact_grids
from cxr_training.whole_file import write_whole


def add_reference(version: Path, dataset: Dataset, predictions: Path) -> DriftReference:
    """Write the films' histograms into the manifest in the folder `version`; give what was written.

    Args:
        version: folder of a version.
        dataset: whose films it was made of; each is decoded as the service would.
        predictions: the run's out-of-fold readings, whose totals no network had learned.

    Raises:
        ArtifactError: there is no valid manifest.
        TrainingError: a film or the table cannot be read.
    """
    manifest = read_manifest(version)
    read = read_predictions(predictions)
    # A film counts once, however many seeds read it.
    totals: dict[str, list[float]] = {}
    for image, total in zip(read.images, read.totals.tolist(), strict=True):
        totals.setdefault(image, []).append(total)
    found: dict[Statistic, list[float]] = {"total": [float(np.mean(of)) for of in totals.values()]}
    for grid in exact_grids(dataset, dataset.cases, manifest.preprocess):
        for name, value in input_statistics(grid).items():
            found.setdefault(name, []).append(value)
    reference = DriftReference(
        statistics={name: Histogram.of(values) for name, values in found.items()}
    )
    manifest = manifest.model_copy(update={"drift": reference})
    text = manifest.model_dump_json(indent=2) + "\n"
    write_whole(version / MANIFEST, text.encode())
    return reference


def main(argv: Sequence[str] | None = None) -> int:
    """0 when the manifest was written, else 2 and a line that says why."""
    parser = argparse.ArgumentParser(
        prog="cxr-drift",
        description="Write into a version's manifest what its films were like, for the service to "
        "tell drift against.",
    )
    parser.add_argument("version", type=Path, help="folder of the version")
    parser.add_argument("--data", type=Path, required=True, help="folder of the films")
    parser.add_argument(
        "--predictions", type=Path, required=True, help="predictions.csv of the run"
    )
    arguments = parser.parse_args(argv)
    try:
        written = add_reference(
            arguments.version, read_cases(arguments.data), arguments.predictions
        )
    except (ArtifactError, TrainingError, OSError) as error:
        print(f"cxr-drift: {one_line(error)}", file=sys.stderr)
        return 2
    for name, histogram in written.statistics.items():
        print(f"{name}: {histogram.films} films in {len(histogram.shares)} bins")
    return 0


if __name__ == "__main__":
    sys.exit(main())
