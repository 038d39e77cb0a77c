"""`cxr-severity words`: what the page says of findings and problems."""

from __future__ import annotations

import argparse
from pathlib import Path

from cxr_severity.interop.bodies.words import write_words
from cxr_severity.service.exits import EXIT_OK
from cxr_severity.settings import Settings


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("words", help="write what the page says of findings and problems")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, _: Settings) -> int:
    write_words(arguments.folder)
    return EXIT_OK
