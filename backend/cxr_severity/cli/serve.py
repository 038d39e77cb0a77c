"""`cxr-severity serve`: the service and its page."""

from __future__ import annotations

import argparse
import errno
import socket
import sys

from cxr_severity.api import server
from cxr_severity.api.telemetry.traces import TracingError
from cxr_severity.model.engine import EngineError, candidates
from cxr_severity.service.exits import EXIT_CANNOT_START, EXIT_OK
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
    print(_why_not(settings.serve.host, settings.serve.port), file=sys.stderr)
    return EXIT_CANNOT_START


def _why_not(host: str, port: int) -> str:
    """Why the server did not start, which it has said in its log alone."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            probe.bind((host, port))
    except OSError as error:
        taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        another = "; another port: PORT=8001" if taken else ""
        return f"cannot listen on {host} port {port}: {error.strerror}{another}"
    return "the service ended before it was ready to listen; its log says why"
