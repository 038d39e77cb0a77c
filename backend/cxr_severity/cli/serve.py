"""`cxr-severity serve`: the service and its page."""

from __future__ import annotations

import argparse
import sys

from cxr_severity.api import server
from cxr_severity.api.telemetry.traces import TracingError
from cxr_severity.cli.exits import EXIT_CANNOT_START, EXIT_OK
from cxr_severity.model.engine import EngineError, candidates
from cxr_severity.settings import Settings


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("serve", help="run the service and its page")
    parser.add_argument("--host", help="address to listen on (default: HOST or 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: PORT or 8000)")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace, settings: Settings) -> int:
    try:
        candidates(settings.model.execution)
        started = server.serve(settings)
    except (EngineError, TracingError) as error:
        print(error, file=sys.stderr)
        return EXIT_CANNOT_START
    if started:
        return EXIT_OK
    print(
        f"cannot listen on {settings.serve.host} port {settings.serve.port}; "
        "another port: PORT=8001",
        file=sys.stderr,
    )
    return EXIT_CANNOT_START
