"""The command line, `cxr-severity`: one file a command, each with its options and what it does."""

from __future__ import annotations

import argparse
import errno
import re
import sys
import traceback
from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_settings import SettingsError

from cxr_severity import __version__
from cxr_severity.cli import keys, openapi, predict, score, serve, validate, words, work
from cxr_severity.cli import settings as settings_page
from cxr_severity.cli.streams import usable_streams, write_no_more, write_utf_8
from cxr_severity.service.exits import EXIT_CANNOT_START, EXIT_SOME_FAILED
from cxr_severity.settings import Settings

_DOCUMENTS = ("openapi", "settings")
_PRINTING = ("predict", "keys", *_DOCUMENTS)
"""Commands that are nothing without what they print."""
_OF_OUTPUT = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
_INTERRUPTED = 130
"""As shells have it of a process that an interrupt has ended."""

_COMMANDS = (serve, predict, score, validate, work, keys, settings_page, openapi, words)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        0 when all went well, 1 when something was refused, left out or not written, 2 when nothing
        could be done or the command had to end, 130 when it was interrupted.
    """
    with usable_streams():
        try:
            return _main(argv)
        except Exception:  # noqa: BLE001 - Python's own status, 1, would say that it had ended well
            traceback.print_exc()
            return EXIT_CANNOT_START


def _main(argv: Sequence[str] | None) -> int:
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
    return _run(arguments, settings)


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    """What a command does; where its output cannot be written, that is said in a line."""
    if sys.stdout is None and arguments.command in _PRINTING:
        print("standard output is closed", file=sys.stderr)
        return EXIT_CANNOT_START
    if arguments.command in _DOCUMENTS:
        write_utf_8()
    try:
        status: int = arguments.run(arguments, settings)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output, like `head`, has had enough
        write_no_more(sys.stdout)
        return EXIT_SOME_FAILED
    except OSError as error:
        if error.errno not in _OF_OUTPUT or error.filename is not None:
            raise
        write_no_more(sys.stdout)
        print(f"standard output: {error.strerror}", file=sys.stderr)
        return EXIT_SOME_FAILED
    except KeyboardInterrupt:
        return _INTERRUPTED
    return status
