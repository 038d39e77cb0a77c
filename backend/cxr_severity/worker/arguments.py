"""The options of `cxr-severity watch` and `cxr-severity listen`."""

from __future__ import annotations

import argparse
import re
from datetime import datetime
from pathlib import Path

from cxr_severity.settings import FormName
from cxr_severity.texts.language import ENGLISH, LANGUAGES
from cxr_severity.worker.dimse import Address
from cxr_severity.worker.header import check_key
from cxr_severity.worker.objects import KINDS, USUAL
from cxr_severity.worker.pace import Pace

_TITLE = re.compile(r"[ -\[\]-~]{1,16}")


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both commands to the command line."""
    watch = commands.add_parser(
        "watch", help="find new radiographs in a PACS by DICOMweb, and store results there"
    )
    watch.add_argument("--dicomweb", metavar="URL", help="root of the PACS's DICOMweb service")
    watch.add_argument("--every", type=_seconds, default=10.0, metavar="SECONDS")
    watch.add_argument("--once", action="store_true", help="end when nothing is left to do")
    watch.add_argument("--ae", metavar="TITLE", help="Retrieve AE Title to search for")
    watch.add_argument(
        "--match",
        action="append",
        default=[],
        type=_match,
        metavar="KEY=VALUE",
        help="further key of the search, like StationName=ROOM3; may be repeated for another",
    )
    listen = commands.add_parser(
        "listen", help="take radiographs by C-STORE, and send results to named peers"
    )
    listen.add_argument(
        "--aet", default="CXR", type=_title, metavar="TITLE", help="own AE title (default: CXR)"
    )
    listen.add_argument("--port", type=int, default=11112, help="port (default: 11112)")
    listen.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)"
    )
    listen.add_argument(
        "--ae",
        action="append",
        default=[],
        type=_title,
        metavar="TITLE",
        help="AE title that may send; may be repeated (default: any)",
    )
    for command in (watch, listen):
        _add_common(command)


def _add_common(command: argparse.ArgumentParser) -> None:
    results = command.add_argument_group("results")
    results.add_argument(
        "--to",
        action="append",
        default=[],
        type=_address,
        metavar="TITLE@HOST:PORT",
        help="send results there by C-STORE; may be repeated",
    )
    results.add_argument(
        "--to-tls",
        action="append",
        default=[],
        type=_address,
        metavar="TITLE@HOST:PORT",
        help="as --to, by TLS; needs --tls-cert, --tls-key and --tls-ca",
    )
    results.add_argument(
        "--stow",
        action="append",
        default=[],
        metavar="URL",
        help="store results there by STOW-RS; may be repeated",
    )
    results.add_argument(
        "--results",
        type=_kinds,
        default=USUAL,
        metavar="sr,sc",
        help=f"kinds to make, of {', '.join(KINDS)} (default: sr,sc)",
    )
    results.add_argument("--language", choices=LANGUAGES, default=ENGLISH, help="of what is stored")
    results.add_argument("--version", metavar="VERSION", help="model version (default: newest)")
    films = command.add_argument_group("which films")
    films.add_argument("--modality", type=_names, default=("CR", "DX"), metavar="CR,DX")
    films.add_argument("--body-part", type=_names, default=(), metavar="CHEST,…")
    films.add_argument("--view", type=_names, default=(), metavar="PA,AP")
    dates = films.add_mutually_exclusive_group()
    dates.add_argument(
        "--date", default="", type=_dates, metavar="RANGE", help="of studies: 20260101-20260131"
    )
    dates.add_argument("--days", type=_days, metavar="N", help="studies of today and N days before")
    tls = command.add_argument_group(
        "TLS of C-STORE, files in PEM; with them, listen takes no other"
    )
    tls.add_argument("--tls-cert", type=Path, metavar="FILE", help="own certificate")
    tls.add_argument("--tls-key", type=Path, metavar="FILE", help="its key")
    tls.add_argument(
        "--tls-ca", type=Path, metavar="FILE", help="who signs the certificates of others"
    )
    command.add_argument_group("HTTPS of DICOMweb").add_argument(
        "--https-ca",
        type=Path,
        metavar="FILE",
        help="in PEM, who signs the archive's certificate, beside those this machine trusts",
    )
    work = command.add_argument_group("how it works")
    work.add_argument("--memory", type=Path, metavar="FILE", help="what it did, across restarts")
    work.add_argument("--threads", type=_count, default=1, help="studies at a time (default: 1)")
    work.add_argument("--attempts", type=_count, default=Pace().attempts, help="then parked")
    work.add_argument("--first-wait", type=_seconds, default=Pace().first, metavar="SECONDS")
    work.add_argument("--timeout", type=_seconds, default=60.0, metavar="SECONDS")
    work.add_argument("--progress", type=_seconds, default=30.0, metavar="SECONDS")
    work.add_argument(
        "--most-waiting",
        type=_count,
        default=2000,
        metavar="MB",
        help="of pushed films, and as much of results, kept on disk at most while they wait",
    )
    instead = command.add_argument_group("instead of working").add_mutually_exclusive_group()
    instead.add_argument("--parked", action="store_true", help="list what waits for a person")
    instead.add_argument(
        "--retry",
        type=int,
        nargs="*",
        metavar="NUMBER",
        help="have parked films tried again: those of these numbers, or all",
    )
    instead.add_argument(
        "--forget",
        type=int,
        nargs="*",
        metavar="NUMBER",
        help="give up parked films and what is kept of them: those of these numbers, or all",
    )


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise ValueError(text)
    return value


def _count(text: str) -> int:
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least 1 is needed")
    return value


def _days(text: str) -> int:
    if not 0 <= (value := int(text)) <= 36_500:
        raise argparse.ArgumentTypeError("a number of days is needed, 0 for today alone")
    return value


def _dates(text: str) -> str:
    """As DICOM writes a day or a range of days, or empty; anything else would match no film, in
    silence."""
    ends = text.split("-")
    try:
        days = [datetime.strptime(end, "%Y%m%d") for end in ends if end]  # noqa: DTZ007
    except ValueError:
        days = []
    proper = all(len(end) in (0, 8) for end in ends) and days == sorted(days)
    if text and not (days and proper and len(ends) <= 2):
        raise argparse.ArgumentTypeError("write 20260131, 20260101-20260131 or 20260101-")
    return text


def _title(text: str) -> str:
    if not _TITLE.fullmatch(text) or not text.strip():
        raise argparse.ArgumentTypeError("an AE title is 1 to 16 ASCII characters, no backslash")
    return text.strip()


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip().upper() for name in text.split(",") if name.strip())


def _kinds(text: str) -> tuple[FormName, ...]:
    named = [name.strip().lower() for name in text.split(",")]
    kinds = tuple(kind for kind in KINDS if kind in named)
    if len(kinds) != len(named):
        raise argparse.ArgumentTypeError(f"some of {', '.join(KINDS)}, each once")
    return kinds


def _match(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError("KEY=VALUE is needed")
    try:
        return check_key(key), value
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
