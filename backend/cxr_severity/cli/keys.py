"""`cxr-severity keys add | list | revoke`: API keys of those who may call."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from cxr_severity.api.access.callers import SCOPES
from cxr_severity.api.access.keys import KeyFile, KeyFileError, id_of
from cxr_severity.service.exits import EXIT_CANNOT_START, EXIT_OK
from cxr_severity.settings import Settings


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("keys", help="API keys of those who may call")
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="make a key and print it, this once")
    add.add_argument("name", help="of the caller, as audit lines tell it")
    add.add_argument(
        "--scope",
        action="append",
        choices=SCOPES,
        help="what the key allows; may be repeated (default: predict)",
    )
    add.add_argument("--days", type=int, help="after which it is no longer valid (default: never)")
    actions.add_parser("list", help="print the keys: id, state, scopes, made, expires, name")
    revoke = actions.add_parser("revoke", help="have keys no longer accepted, from now on")
    revoke.add_argument("name", metavar="NAME", help="of the caller, or the id of one key")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    try:
        if settings.access.keys is None:
            raise KeyFileError("say where keys are kept: CXR_KEYS=/path/to/keys.json")
        keys = KeyFile(settings.access.keys)
        if arguments.action == "add":
            _add(keys, arguments)
        elif arguments.action == "revoke":
            print(f"revoked: {keys.revoke(arguments.name)}")
        else:
            for line in _listed(keys):
                print(line)
    except KeyFileError as error:
        print(error, file=sys.stderr)
        return EXIT_CANNOT_START
    return EXIT_OK


def _add(keys: KeyFile, arguments: argparse.Namespace) -> None:
    key = keys.add(arguments.name, arguments.scope or ("predict",), arguments.days)
    try:
        print(key, flush=True)
    except BaseException:
        # Nobody has it, and it would be valid all the same.
        keys.revoke(id_of(key))
        raise


def _listed(keys: KeyFile) -> Iterator[str]:
    now = datetime.now(UTC)
    for key in keys.all():
        scopes = ",".join(key.scopes)
        yield "\t".join(
            (key.id, key.state(now), scopes, key.created, key.expires or "never", key.name)
        )
