"""The command line, `cxr-severity`: one file a command, each with its options and what it does."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_settings import SettingsError

from cxr_severity import __version__
from cxr_severity.cli import keys, openapi, predict, score, serve, validate, words, work
from cxr_severity.cli import settings as settings_page
from cxr_severity.service.exits import EXIT_CANNOT_START
from cxr_severity.settings import Settings

_COMMANDS = (serve, predict, score, validate, work, keys, settings_page, openapi, words)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        0 when all went well, 1 when something was refused, left out or not written, 2 when nothing
        could be done.
    """
    parser = argparse.ArgumentParser(
        prog="cxr-severity",
        description="COVID-19 severity from chest radiographs. Research software, no diagnosis.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    for each in _COMMANDS:
        each.add_parser(commands)
    arguments = parser.parse_args(argv)
    named = {k: v for k in ("host", "port") if (v := getattr(arguments, k, None)) is not None}
    try:
        settings = Settings.of(**named)
    except ValidationError as error:
        for problem in error.errors():
            reason = problem["msg"].removeprefix("Value error, ")
            if problem["loc"]:  # else it names the variables itself
                first, *inside = map(str, problem["loc"])
                where = [settings_page.as_given(first, named), *inside]
                reason = f"{' '.join(where)}: {reason}"
            print(reason, file=sys.stderr)
        return EXIT_CANNOT_START
    except SettingsError as error:  # a list or path that cannot even be read
        field = re.search('field "(\\w+)"', str(error))
        variable = f"CXR_{field[1].upper()}" if field else str(error)
        print(f'{variable}: is written as JSON, such as ["one", "two"]', file=sys.stderr)
        return EXIT_CANNOT_START
    status: int = arguments.run(arguments, settings)
    return status
