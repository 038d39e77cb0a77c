"""`cxr-severity score`: films in bulk to a table."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import get_args

from cxr_severity.machine import available_cpus
from cxr_severity.model.artifact import MANIFEST, ArtifactError
from cxr_severity.model.assessment import Target
from cxr_severity.service.exits import EXIT_CANNOT_START, EXIT_OK, EXIT_SOME_FAILED
from cxr_severity.settings import Settings

_NEEDED = ("fsspec", "pyarrow", "tqdm")
_CONTENT = "content of the version"
"""The member of a run's identity with the hash of the manifest, which names those of the weights: a
version that was trained anew under its old name would give the rest of a table other grades."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "score",
        help="many radiographs to a table: folders, globs, manifests, ZIPs, buckets",
        description="A run that was stopped goes on when the same command is given again.",
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="table: .parquet or .csv"
    )
    parser.add_argument(
        "--heatmaps", default="", metavar="DIR", help="write the heatmap over each film there"
    )
    parser.add_argument(
        "--target",
        choices=get_args(Target),
        default="burden",
        help="what heatmaps speak of",
    )
    parser.add_argument(
        "--force", action="store_true", help="judge also images that the gate rejects"
    )
    parser.add_argument(
        "--identifiers",
        action="store_true",
        help="take patient, accession and UIDs of DICOM objects into the table",
    )
    parser.add_argument("--version", metavar="VERSION", help="model version (default: the newest)")
    parser.add_argument(
        "--workers",
        type=int,
        default=available_cpus(),
        metavar="N",
        help="processes, of one thread each (default: one for each core)",
    )
    parser.add_argument(
        "--engine", default="processes", metavar="NAME", help="who works on them: processes, ray"
    )
    parser.add_argument("--address", help="of a Ray cluster: HOST:6379, or auto on a node of it")
    parser.add_argument(
        "--overwrite", action="store_true", help="begin anew, whatever is there already"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    absent = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if absent:
        print(
            f"{', '.join(absent)} not installed: pip install 'cxr-severity[bulk]'", file=sys.stderr
        )
        return EXIT_CANNOT_START
    from cxr_severity.bulk.engines import ENGINES
    from cxr_severity.bulk.journal import JournalError
    from cxr_severity.bulk.own import Own, claims_of, journal_of
    from cxr_severity.bulk.run import check_heatmaps, check_out, score
    from cxr_severity.bulk.score import Scoring
    from cxr_severity.bulk.seam import EngineUnavailableError
    from cxr_severity.bulk.sources import SourceError, find, is_relative, meant
    from cxr_severity.service.load import chosen_version

    if arguments.engine not in ENGINES:
        print(f"--engine {arguments.engine}: there are {', '.join(ENGINES)}", file=sys.stderr)
        return EXIT_CANNOT_START
    out, heatmaps = Path(meant(str(arguments.out))), meant(arguments.heatmaps)
    try:
        check_out(out, overwrite=arguments.overwrite)
        version = chosen_version(settings.model, arguments.version)
        if not arguments.overwrite and _lacks_content(journal_of(out)):
            print(
                f"{journal_of(out)}: an older release began the run and did not note the "
                f"{_CONTENT}; finish it with that release, or begin anew with --overwrite",
                file=sys.stderr,
            )
            return EXIT_CANNOT_START
        check_heatmaps(heatmaps)
        entries = find(arguments.sources, Own(out, heatmaps))
        load = Scoring(
            settings,
            version,
            heatmaps,
            arguments.target,
            arguments.force,
            arguments.identifiers,
        )
        identity: dict[str, object] = {
            "sources": arguments.sources,
            "version": version,
            _CONTENT: sha256(
                (settings.model.weights / version / MANIFEST).read_bytes()
            ).hexdigest(),
            "heatmaps": arguments.heatmaps,
            "target": arguments.target,
            "force": arguments.force,
            "identifiers": arguments.identifiers,
        }
        if any(map(is_relative, (*arguments.sources, arguments.heatmaps))):
            # From elsewhere the same words name other films, which would get these films' grades.
            identity["working folder"] = str(Path.cwd())
        workers = max(1, arguments.workers)
        engine = ENGINES[arguments.engine](workers, arguments.address, claims_of(out))
        counts = score(entries, engine, load, out, identity, overwrite=arguments.overwrite)
    except (SourceError, JournalError, EngineUnavailableError, ArtifactError, OSError) as error:
        print(error, file=sys.stderr)
        return EXIT_CANNOT_START
    except KeyboardInterrupt:
        print(f"stopped; {journal_of(out)} keeps what was done", file=sys.stderr)
        return EXIT_CANNOT_START
    print(
        f"{out}: {counts.graded} graded, {counts.refused} refused, {counts.failed} failed; "
        f"{counts.duplicates} of them duplicates"
        + (f"; {counts.unwritten} heatmaps could not be written" if counts.unwritten else ""),
        file=sys.stderr,
    )
    return EXIT_SOME_FAILED if counts.wrong else EXIT_OK


def _lacks_content(journal: Path) -> bool:
    """Whether it is of a release that did not tell contents apart: "another content" would be
    guessed. What else may be wrong with it is told by who opens it to go on."""
    try:
        with journal.open("rb") as file:
            begun = json.loads(file.readline())
    except (OSError, ValueError):
        return False
    return isinstance(begun, dict) and _CONTENT not in begun
