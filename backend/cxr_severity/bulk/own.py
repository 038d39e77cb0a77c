"""What a run writes itself, where that lies among its films: it is no film."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cxr_severity.bulk.entries import here, located

_PICTURE = re.compile(r"[0-9a-f]{32}\.jpg")
"""What `picture_of` gives."""


def journal_of(out: Path) -> Path:
    """Where the rows are kept until the table is written."""
    return out.with_name(f"{out.name}.journal")


def claims_of(out: Path) -> Path:
    """Where processes note which content one of them has taken."""
    return out.with_name(f"{out.name}.claims")


def partial_of(out: Path) -> Path:
    """The table while it is written."""
    return out.with_name(f"{out.name}.partial")


def _beside(out: Path) -> tuple[Path, ...]:
    """What a run that was killed leaves, with SQLite's own journal."""
    claims = claims_of(out)
    return journal_of(out), claims, claims.with_name(f"{claims.name}-journal"), partial_of(out)


def picture_of(digest: str) -> str:
    """The name of a film's heatmap, from the SHA-256 of the film."""
    return f"{digest[:32]}.jpg"


class Own:
    """The table `out` with all that lies beside it while a run is at work, and the pictures in the
    folder or URL `heatmaps`, which is empty where there is none. What else lies there are films."""

    def __init__(self, out: Path, heatmaps: str = "") -> None:
        # Real paths: a folder may be reached by links, or by a name that is not the run's.
        self._files = {os.path.realpath(each) for each in (out, *_beside(out))}
        self._folder = ""
        if not heatmaps:
            return
        path = here(heatmaps)
        if path is None:
            filesystem, inside = located(heatmaps)
            self._folder = filesystem.unstrip_protocol(inside).rstrip("/")
        else:
            self._folder = os.path.realpath(path)

    def holds(self, url: str) -> bool:
        """Whether the file is of the run; `url` is as in `Entry`."""
        path = here(url)
        real = url if path is None else os.path.realpath(path)
        folder, _, name = real.rpartition("/")
        picture = bool(self._folder) and folder == self._folder and _PICTURE.fullmatch(name)
        return bool(picture) or real in self._files
