"""`cxr-severity watch` and `cxr-severity listen`: beside a PACS. They differ in how films come."""

from __future__ import annotations

import argparse

from cxr_severity.worker import arguments, commands


def add_parser(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    arguments.add_parsers(parsers)
    for name in commands.COMMANDS:
        parsers.choices[name].set_defaults(run=commands.run)
