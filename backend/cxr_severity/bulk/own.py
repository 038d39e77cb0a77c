"""What a run writes itself, where that lies among its films: it is no film."""

from __future__ import annotations

import os
from pathlib import Path

from cxr_severity.bulk.entries import here, located

# The table, its journal, the claims with SQLite's own journal, the table while it is written: a run
# that was killed leaves all but the first.
_ENDINGS = ("", ".journal", ".claims", ".claims-journal", ".partial")


class Own:
    """The table `out` with all that lies beside it while a run is at work, and all below the folder
    or URL `heatmaps`, which is empty where there is none."""

    def __init__(self, out: Path, heatmaps: str = "") -> None:
        # Real paths: a folder may be reached by links, or by a name that is not the run's.
        self._files = {
            os.path.realpath(out.with_name(f"{out.name}{ending}")) for ending in _ENDINGS
        }
        self._folder = self._afar = ""
        if not heatmaps:
            return
        path = here(heatmaps)
        if path is None:
            filesystem, inside = located(heatmaps)
            self._afar = f"{filesystem.unstrip_protocol(inside).rstrip('/')}/"
        else:
            self._folder = f"{os.path.realpath(path)}/"

    def holds(self, url: str) -> bool:
        """Whether the file is of the run; `url` is as in `Entry`."""
        path = here(url)
        if path is None:
            return bool(self._afar) and url.startswith(self._afar)
        real = os.path.realpath(path)
        return real in self._files or bool(self._folder and f"{real}/".startswith(self._folder))
