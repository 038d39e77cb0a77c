"""`cxr-severity watch` and `cxr-severity listen`."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from cxr_severity.imaging.decode import Decode
from cxr_severity.interop.fonts import chinese_font
from cxr_severity.model.artifact import ArtifactError
from cxr_severity.model.engine import EngineError
from cxr_severity.service.exits import EXIT_CANNOT_START, EXIT_OK, EXIT_SOME_FAILED
from cxr_severity.service.load import decode_processes, load_predictor
from cxr_severity.service.pipeline import judge
from cxr_severity.settings import Settings
from cxr_severity.worker import logs, station
from cxr_severity.worker.dicomweb import Access, Archive
from cxr_severity.worker.dimse import Peer
from cxr_severity.worker.faults import CannotStartError
from cxr_severity.worker.header import Wanted
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.ledger_file import forget, parked, retry, totals
from cxr_severity.worker.objects import Assessor, Judge
from cxr_severity.worker.pace import Pace
from cxr_severity.worker.parts import Destination
from cxr_severity.worker.receive import Listening, Receiver
from cxr_severity.worker.tls import Tls
from cxr_severity.worker.watch import Watcher
from cxr_severity.worker.work import LOG, Work

COMMANDS = ("watch", "listen")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run one of `COMMANDS`.

    Returns:
        0; 1 when something is parked (`--parked`, `--once`), a film is not there (`--retry`,
        `--forget`) or a thread broke; 2 when nothing could be done.
    """
    try:
        memory = arguments.memory or _state_folder() / f"{arguments.command}.db"
        if arguments.parked:
            return _list_parked(memory)
        if arguments.retry is not None:
            films = retry(memory, arguments.retry)
            print(f"{films} films will be tried again")
            return _all_of(arguments.retry, films)
        if arguments.forget is not None:
            films = forget(memory, arguments.forget)
            print(f"{films} films are given up")
            return _all_of(arguments.forget, films)
        logs.set_up(settings.serve.log_level)
        return _work(arguments, settings, memory)
    except CannotStartError as error:
        print(error, file=sys.stderr)
        return EXIT_CANNOT_START


def _work(arguments: argparse.Namespace, settings: Settings, memory: Path) -> int:
    largest = settings.limits.max_upload_bytes
    access = _access(arguments)
    watching = arguments.command == "watch"
    archive = Archive(_url(arguments.dicomweb), access, largest) if watching else None
    destinations = _destinations(arguments, access, largest)
    pace = Pace(first=arguments.first_wait, attempts=arguments.attempts)
    wanted = Wanted(
        modalities=arguments.modality,
        body_parts=arguments.body_part,
        views=arguments.view,
        dates=arguments.date,
        days=arguments.days,
        others=_keys(arguments) if watching else {},
    )
    with closing(Ledger(memory)) as ledger, decode_processes(settings.serve) as decoding:
        assess = Assessor(
            _judge(settings, arguments.version, decoding.decode),
            wanted,
            ledger.known,
            arguments.results,
            settings.results.uid_root,
            arguments.language,
            chinese_font(settings.results.font),
        )
        work = Work(
            ledger,
            assess,
            archive.fetch if archive else None,
            destinations,
            pace=pace,
            most_waiting=arguments.most_waiting * 1_000_000,
        )
        feed: Watcher | Receiver
        if archive is not None:
            feed = Watcher(archive, wanted, ledger, work.wake, arguments.every, pace)
            ready = "watching"
        else:
            feed = _receiver(arguments, ledger, work, largest)
            ready = f"listening as {arguments.aet} on {arguments.host} port {arguments.port}"
        watcher = feed if isinstance(feed, Watcher) and arguments.once else None
        well = station.run(
            ledger,
            work,
            feed,
            destinations,
            ready=ready,
            threads=arguments.threads,
            progress=arguments.progress,
            finished=lambda: (
                watcher is not None
                and (watcher.swept.is_set() or watcher.given_up)
                and (work.idle or work.stuck)
            ),
        )
        left = ledger.counts()["parked"] if watcher else 0
        if watcher and not watcher.swept.is_set() and watcher.given_up:
            LOG.error("no search came to its end: films that the archive did not list are missing")
            left += 1
        if watcher and work.stuck:
            LOG.error(
                "%d films are not judged: parked results take all the room of --most-waiting; have"
                " them tried again (--retry) or give them up (--forget)", ledger.counts()["waiting"]
            )  # fmt: skip
            left += 1
    return EXIT_OK if well and not left else EXIT_SOME_FAILED


def _access(arguments: argparse.Namespace) -> Access:
    """Raises:
    CannotStartError: the token cannot be one.
    """
    # Secrets that are kept in files come with the line end of theirs.
    user, password, token = (
        os.environ.get(f"CXR_DICOMWEB_{name}", "").rstrip("\r\n")
        for name in ("USER", "PASSWORD", "TOKEN")
    )
    if not re.fullmatch(r"[!-~]*", token):
        raise CannotStartError("CXR_DICOMWEB_TOKEN is not of ASCII letters, digits and signs alone")
    return Access(user, password, token, arguments.timeout, arguments.https_ca)


def _judge(settings: Settings, version: str | None, decode: Decode) -> Judge:
    """What films are judged with.

    Raises:
        CannotStartError: there is no such version, or it does not load.
    """
    try:
        predictor = load_predictor(settings.model, version)
    except (ArtifactError, EngineError, OSError) as error:
        raise CannotStartError(str(error)) from None
    limits = settings.limits.of_input
    return lambda data: judge(predictor, data, limits=limits, decode=decode)


def _receiver(arguments: argparse.Namespace, ledger: Ledger, work: Work, largest: int) -> Receiver:
    local, tls = arguments.host in ("127.0.0.1", "::1", "localhost"), _tls(arguments)
    if not (local or arguments.ae or tls):
        LOG.warning(
            "ANYONE who reaches %s port %d may send films: name senders by --ae, and keep the "
            "port behind a firewall", arguments.host, arguments.port,
        )  # fmt: skip
    listening = Listening(arguments.aet, arguments.host, arguments.port, arguments.ae, tls=tls)
    take = station.keeper(ledger, work.wake, arguments.most_waiting * 1_000_000)
    return Receiver(listening, take, largest, station.refuser(ledger))


def _tls(arguments: argparse.Namespace) -> Tls | None:
    files = arguments.tls_cert, arguments.tls_key, arguments.tls_ca
    if None not in files:
        return Tls(*files)
    if any(files) or arguments.to_tls:
        raise CannotStartError("TLS needs all of --tls-cert, --tls-key and --tls-ca")
    return None


def _destinations(
    arguments: argparse.Namespace, access: Access, largest: int
) -> dict[str, Destination]:
    own = arguments.aet if arguments.command == "listen" else "CXR"
    tls = _tls(arguments)
    found: dict[str, Destination] = {
        f"{each.title}@{each.host}:{each.port}": Peer(each, own, arguments.timeout, how)
        for peers, how in ((arguments.to, None), (arguments.to_tls, tls))
        for each in peers
    }
    urls = [_url(each) for each in arguments.stow]
    if arguments.command == "watch" and not found and not urls:
        urls = [_url(arguments.dicomweb)]
    found.update({url: Archive(url, access, largest) for url in urls})
    if not found:
        raise CannotStartError(
            "name where results go: --to or --to-tls TITLE@HOST:PORT, or --stow URL"
        )
    return found


def _keys(arguments: argparse.Namespace) -> dict[str, str]:
    """Raises:
    CannotStartError: one is asked for twice, of which an archive would hear the last alone.
    """
    found = {"RetrieveAETitle": arguments.ae} if arguments.ae else {}
    others = {}
    if arguments.modality:  # also where nobody said it
        others["Modality"] = "--modality"
    if arguments.date or arguments.days is not None:
        others["StudyDate"] = "--date or --days"
    for key, value in arguments.match:
        if key in others:
            raise CannotStartError(f"{key} is asked for by {others[key]} and not by --match")
        if key in found:
            raise CannotStartError(
                f"{key} is asked for twice, by --match or by an option of its own; run a watcher,"
                " with a memory of its own, for each value"
            )
        found[key] = value
    return found


def _all_of(numbers: Sequence[int], films: int) -> int:
    """The exit status where so many films of these numbers were found."""
    return EXIT_OK if films >= len(set(numbers)) else EXIT_SOME_FAILED


def _list_parked(memory: Path) -> int:
    waiting = parked(memory)
    for each in waiting:
        since = datetime.fromtimestamp(each.since, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        where = f" at {', '.join(each.destinations)}" if each.destinations else ""
        print(
            f"{each.number}  {each.reason}{where}  after {each.attempts} attempts, found {since}"
            f"  instance {each.instance}  study {each.study or 'unknown'}"
        )
    counts = totals(memory)
    print(", ".join(f"{count} {state}" for state, count in counts.items()))
    return EXIT_SOME_FAILED if waiting else EXIT_OK


def _state_folder() -> Path:
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "cxr-severity"


def _url(text: str | None) -> str:
    try:
        parts = urlsplit(text or "")
        proper = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        proper = proper and not {"?", "#"} & set(text or "")  # what is asked for comes behind it
        httpx2.URL(text or "")
    except (ValueError, httpx2.InvalidURL):  # whose texts could hold a password
        proper = False
    if not proper:
        raise CannotStartError(
            "name the root of a DICOMweb service, like http://HOST:8042/dicom-web"
        )
    if parts.username is not None:
        raise CannotStartError(
            "a URL with a password in it would be seen by others: set CXR_DICOMWEB_USER and "
            "CXR_DICOMWEB_PASSWORD, or CXR_DICOMWEB_TOKEN"
        )
    return (text or "").rstrip("/")
