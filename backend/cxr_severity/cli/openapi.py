"""`cxr-severity openapi`: the OpenAPI document."""

from __future__ import annotations

import argparse
import json

from cxr_severity.api.app import create_app
from cxr_severity.service.exits import EXIT_OK
from cxr_severity.settings import Settings


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("openapi", help="print the OpenAPI document")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace, settings: Settings) -> int:
    print(json.dumps(create_app(settings).openapi(), indent=2, ensure_ascii=False))
    return EXIT_OK
