"""`cxr-severity validate`: how well a version reads a site's own films."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path

from cxr_severity.model.artifact import ArtifactError, read_manifest
from cxr_severity.service.exits import EXIT_CANNOT_START, EXIT_OK
from cxr_severity.settings import Settings


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "validate",
        help="a table of results against what readers say of the same films",
        description="Accuracy, agreement and calibration on your own films, beside those that the "
        "version was measured by.",
    )
    parser.add_argument("results", type=Path, metavar="RESULTS", help="a table of `score`")
    parser.add_argument(
        "readings", type=Path, metavar="READINGS",
        help="grades or Brixia scores by film: .csv, .tsv, or the .json that the page saves",
    )  # fmt: skip
    parser.add_argument(
        "--json", type=Path, metavar="FILE", dest="json_file", help="write all figures there, too"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.results.suffix == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        print("pyarrow not installed: pip install 'cxr-severity[bulk]'", file=sys.stderr)
        return EXIT_CANNOT_START
    from cxr_severity.bulk.readings import ReadingsError
    from cxr_severity.bulk.table_file import TableError
    from cxr_severity.bulk.validation import validate
    from cxr_severity.bulk.validation_report import report

    try:
        found = validate(arguments.results, arguments.readings)
        if arguments.json_file is not None:
            arguments.json_file.write_text(found.model_dump_json(indent=1) + "\n", "utf-8")
    except (TableError, ReadingsError, OSError) as error:
        print(error, file=sys.stderr)
        return EXIT_CANNOT_START
    try:
        measured = read_manifest(settings.model.weights / found.version).evaluation
    except ArtifactError:
        measured = None
    print(report(found, measured), end="")
    return EXIT_OK
