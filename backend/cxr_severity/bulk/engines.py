"""Who works on the films: the one seam for other ways to run it.

An engine (`seam.BulkEngine`) hands each entry to a scorer, somewhere, and yields its row as soon as
there is one. It calls `load` once in every process that scores, with claims that all of them share.
To add one, say for Dask or Spark: such a class, and a line in `ENGINES`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cxr_severity.bulk.seam import BulkEngine


def processes(workers: int, _: str | None, scratch: Path) -> BulkEngine:
    from cxr_severity.bulk.processes import ProcessEngine

    return ProcessEngine(workers, scratch)


def ray(workers: int, address: str | None, _: Path) -> BulkEngine:
    from cxr_severity.bulk.ray_engine import RayEngine

    return RayEngine(workers, address)


ENGINES: dict[str, Callable[[int, str | None, Path], BulkEngine]] = {
    "processes": processes,
    "ray": ray,
}
"""Made of the number of workers, an address, and a name for a file of its own beside the table."""
