"""`cxr-severity predict`: severity of radiographs on disk."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from cxr_severity.imaging.decode import Decode, Limits
from cxr_severity.imaging.errors import OVER_THE_LIMIT, FileTooLargeError, InputRefusedError
from cxr_severity.interop.bodies.prediction import Prediction
from cxr_severity.interop.bodies.problem import as_problem, as_rejection
from cxr_severity.interop.dicom.uids import Uids
from cxr_severity.interop.fonts import chinese_font
from cxr_severity.interop.forms import FORM_NAMES, FORMS, Form, as_form
from cxr_severity.interop.making import Making
from cxr_severity.model.artifact import ArtifactError
from cxr_severity.model.assessment import Assessment, Target
from cxr_severity.model.engine import EngineError
from cxr_severity.model.quality import RejectedError
from cxr_severity.service.decoding.process import DecoderGoneError
from cxr_severity.service.exits import EXIT_CANNOT_START, EXIT_OK, EXIT_SOME_FAILED
from cxr_severity.service.load import decode_processes, load_predictor
from cxr_severity.service.pipeline import Judged, Options, judge
from cxr_severity.service.registry import NotReadyError
from cxr_severity.service.whole_file import write_whole
from cxr_severity.settings import Settings
from cxr_severity.texts.language import ENGLISH, LANGUAGES

# In bytes: file systems take names of 255, of which the overlay's digest and class need some 30.
_LONGEST_STEM = 200


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("predict", help="severity of radiographs on disk")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object per file (JSON Lines)"
    )
    parser.add_argument(
        "--overlay", type=Path, metavar="DIR", help="write the heatmap over each radiograph there"
    )
    parser.add_argument(
        "--format",
        dest="forms",
        action="append",
        choices=FORM_NAMES,
        default=[],
        help="also write the result in this form, into the folder of --out; may be repeated",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        default=Path(),
        help="where --format writes (default: here)",
    )
    parser.add_argument(
        "--language", choices=LANGUAGES, default=ENGLISH, help="of what --format writes"
    )
    parser.add_argument(
        "--target",
        choices=get_args(Target),
        default="burden",
        help="what the heatmap speaks of: the expected Brixia total, or a class",
    )
    parser.add_argument(
        "--no-explain",
        dest="explain",
        action="store_false",
        help="with --json: leave out heatmap and overlay, and save their time",
    )
    parser.add_argument(
        "--force", action="store_true", help="judge also images that the gate rejects"
    )
    parser.add_argument("--version", metavar="VERSION", help="model version (default: the newest)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with decode_processes(settings.serve, at_most=1) as decoding:
        return _predict_with(arguments, settings, decoding.decode)


def _predict_with(arguments: argparse.Namespace, settings: Settings, decode: Decode) -> int:
    try:
        predictor = load_predictor(settings.model, arguments.version)
        if arguments.overlay:
            arguments.overlay.mkdir(parents=True, exist_ok=True)
        arguments.out.mkdir(parents=True, exist_ok=True)
    except (ArtifactError, EngineError, OSError) as error:
        print(error, file=sys.stderr)
        return EXIT_CANNOT_START
    limits = settings.limits.of_input
    forms = [FORMS[name] for name in dict.fromkeys(arguments.forms)]
    font = chinese_font(settings.results.font)
    explain = arguments.overlay is not None or bool(forms) or (arguments.json and arguments.explain)
    failed = False
    for path in arguments.files:
        try:
            data = _read(path, limits)
            judged = judge(
                predictor,
                data,
                Options(arguments.target, explain, arguments.force),
                limits=limits,
                decode=decode,
            )
        except (
            InputRefusedError, RejectedError, OSError, MemoryError, NotReadyError, DecoderGoneError
        ) as error:  # fmt: skip
            failed = True
            _report_failure(path, error, as_json=arguments.json)
            continue
        if arguments.json:
            shown = judged if arguments.explain else _unexplained(judged)
            body = Prediction.build(shown).model_dump()
            print(json.dumps({"file": str(path), **body}), flush=True)
        else:
            print(_line(path, judged.assessment), flush=True)
        for form in forms:
            making = Making(
                datetime.now(UTC), Uids(settings.results.uid_root), arguments.language, font
            )
            try:
                _write_form(form, judged, data, making, path, arguments.out)
            except InputRefusedError as error:
                failed = True
                # The file's own object is out already.
                _report_failure(path, error, as_json=False)
            except OSError as error:
                failed = True
                _report_unwritten(path, form.name.upper(), error)
        if arguments.overlay:
            try:
                _write_overlay(judged, path, arguments.overlay)
            except OSError as error:
                failed = True
                _report_unwritten(path, "overlay", error)
    return EXIT_SOME_FAILED if failed else EXIT_OK


def _unexplained(judged: Judged) -> Judged:
    """Without the map that a form or the overlay needed."""
    return replace(judged, assessment=replace(judged.assessment, explanation=None), pictures=None)


def _read(path: Path, limits: Limits) -> bytes:
    # No further than the limit: a pipe or a device does not say how much it holds.
    with open(path, "rb", opener=_at_once) as file:
        data = file.read(limits.max_bytes + 1)
    if len(data) > limits.max_bytes:
        raise FileTooLargeError(OVER_THE_LIMIT, limit=limits.max_bytes / 1e6)
    return data


def _at_once(path: str, flags: int) -> int:
    """Opens a pipe also where nobody writes to it, which then is empty: else that would be waited
    for."""
    descriptor = os.open(path, flags | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    return descriptor


def _line(path: Path, found: Assessment) -> str:
    shares = "  ".join(f"{name} {share:.2f}" for name, share in found.probabilities.items())
    line = f"{path}: {found.severity}  ({shares})  Brixia {found.brixia.total:.1f} of 18"
    if found.refer:
        line += f"  refer: {' or '.join(found.prediction_set)}"
    if found.quality.findings:
        line += f"  quality: {', '.join(finding.code for finding in found.quality.findings)}"
    return line


def _report_failure(
    path: Path,
    error: InputRefusedError
    | RejectedError
    | OSError
    | MemoryError
    | NotReadyError
    | DecoderGoneError,
    *,
    as_json: bool,
) -> None:
    if isinstance(error, OSError):
        body = {"code": "unreadable-file", "detail": error.strerror or str(error)}
    elif isinstance(error, MemoryError):
        body = {"code": "short-of-memory", "detail": "There is not enough memory for this file."}
    elif isinstance(error, NotReadyError):
        body = as_problem("not-ready", str(error)).body()
    elif isinstance(error, DecoderGoneError):
        body = as_problem("internal-error", str(error)).body()
    elif isinstance(error, RejectedError):
        body = as_rejection(error).body()
    else:
        body = as_problem(error.code, error.detail).body()
    if as_json:
        print(json.dumps({"file": str(path), "error": body}), flush=True)
    print(f"{path}: {body['code']}: {body['detail']}", file=sys.stderr)


def _report_unwritten(path: Path, what: str, error: OSError) -> None:
    reason = error.strerror or str(error)
    print(f"{path}: the {what} could not be written: {reason}", file=sys.stderr)


def _write_form(
    form: Form, judged: Judged, data: bytes, making: Making, path: Path, folder: Path
) -> None:
    found = as_form(form, judged.assessment, judged.radiograph, data, making)
    digest = judged.radiograph.source.sha256[:8]
    write_whole(folder / f"{_stem(path)}-{digest}.{form.suffix}", found)


def _write_overlay(judged: Judged, path: Path, folder: Path) -> None:
    explanation = judged.assessment.explanation
    if explanation is None or judged.pictures is None:
        raise ValueError("the judgement was made without an explanation")
    name = f"{_stem(path)}-{judged.radiograph.source.sha256[:8]}-{explanation.target}.jpg"
    write_whole(folder / name, judged.pictures.overlay)


def _stem(path: Path) -> str:
    """As much of a file's name as leaves room for what follows it, which tells files of the same
    name apart."""
    stem = path.stem
    while len(os.fsencode(stem)) > _LONGEST_STEM:
        stem = stem[:-1]
    return stem
