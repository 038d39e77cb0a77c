"""Whose a run's folder is, and what it forgets when another run takes it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

from cxr_training.errors import TrainingError
from cxr_training.evaluation.explanations import EXPLANATIONS
from cxr_training.evaluation.predictions import PREDICTIONS
from cxr_training.evaluation.run import RUN
from cxr_training.gate.rows import GATE, note_of
from cxr_training.machine import is_first_process

FINAL = "final"
"""Holds the network that is trained on all films."""
LOCK = "run.lock"
OWNER = "run.token"
"""Of the command that the folder's shares belong to."""


def claim(
    out: Path, identity: Mapping[str, object], *, resume: bool, token: str | None = None
) -> None:
    """Note in `out` which run it is of; made where it does not exist.

    Without `resume`, or where no run is noted, a former run's networks and predictions are removed:
    resumed later, this run would take them for its own. With a `token`, whatever `resume` says,
    they are kept where the same token is noted, and nowhere else: the processes of one command,
    each of which may fail on its data before it comes here, begin anew, once.

    Raises:
        TrainingError: when `resume` or the token finds another run's folder.
    """
    path, text = out / RUN, json.dumps(identity, indent=1) + "\n"
    if is_first_process():
        out.mkdir(parents=True, exist_ok=True)
        # Processes that share the networks come at the same time: the first claims the folder for
        # all of them, and none may forget what another has begun.
        with FileLock(out / LOCK):
            if not (path.is_file() and (resume if token is None else _noted(out) == token)):
                forget(out)
                path.with_suffix(".partial").write_text(text, encoding="utf-8")
                path.with_suffix(".partial").replace(path)
                if token is not None:
                    (out / OWNER).write_text(token, encoding="utf-8")
    goes_on = resume or token is not None
    if goes_on and path.is_file() and path.read_text(encoding="utf-8") != text:
        raise TrainingError(f"{out}: is of another configuration, data or split")


def _noted(out: Path) -> str | None:
    path = out / OWNER
    return path.read_text(encoding="utf-8") if path.is_file() else None


def forget(out: Path) -> None:
    """Remove a former run's networks and predictions."""
    for folder in (*out.glob("fold-*"), out / FINAL):
        shutil.rmtree(folder, ignore_errors=True)
    for path in (out / RUN, out / OWNER, out / PREDICTIONS, out / EXPLANATIONS, out / GATE,
                 note_of(out / GATE)):  # fmt: skip
        path.unlink(missing_ok=True)
