"""The engine for a cluster: Ray Data hands blocks of films to processes on its nodes.

Each node needs this package, the weights under the same path, and a way to the films: a shared
folder or a bucket.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxr_severity.bulk.entries import Entry
from cxr_severity.bulk.rows import COLUMNS, Row
from cxr_severity.bulk.seam import EngineUnavailableError, Load, Taken

_BLOCK = 16
"""Films in a block. Rows come back block by block, so a run that is killed loses a few at most."""

Columns = dict[str, NDArray[np.object_]]


class RayEngine:
    """On the cluster at `address` (`HOST:6379`, or `auto` on one of its nodes); without one, Ray is
    started here. `workers` processes, of one core each."""

    def __init__(self, workers: int, address: str | None) -> None:
        self._workers = workers
        self._address = address

    def run(self, entries: Sequence[Entry], load: Load, taken: Taken) -> Iterator[Row]:
        # Ray would report its use over the network.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray
            import ray.data
        except ImportError as error:
            raise EngineUnavailableError(
                f"{error}: the engine ray needs pip install 'cxr-severity[ray]'"
            ) from error
        try:
            _knock(self._address)
            ray.init(
                address=self._address,
                num_cpus=None if self._address else self._workers,
                include_dashboard=None if self._address else False,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except Exception as error:  # it raises plain ones too
            first = str(error).splitlines()[0]
            raise EngineUnavailableError(f"no cluster at {self._address}: {first}") from error
        try:
            ray.data.DataContext.get_current().enable_progress_bars = False
            claims = ray.remote(num_cpus=0)(_Claims).remote(taken)
            films = ray.data.from_items(
                [asdict(entry) for entry in entries],
                override_num_blocks=-(-len(entries) // _BLOCK),
            )
            rows = films.map_batches(
                _Worker,
                fn_constructor_args=(load, claims),
                batch_size=_BLOCK,
                num_cpus=1,
                compute=ray.data.ActorPoolStrategy(min_size=1, max_size=self._workers),
            )
            for row in rows.iter_rows():
                yield {name: str(row[name]) for name in COLUMNS}
        except ray.exceptions.RayError as error:
            first = str(error).strip().splitlines()[-1]
            raise EngineUnavailableError(f"the cluster stopped: {first}") from error
        finally:
            ray.shutdown()


def _knock(address: str | None) -> None:
    """Raises OSError where nothing listens: Ray itself would wait for minutes."""
    host, colon, port = (address or "").rpartition(":")
    if colon and port.isdigit() and "/" not in host:
        socket.create_connection((host, int(port)), 10).close()


class _Claims:
    """An actor: one for the whole cluster."""

    def __init__(self, taken: Taken) -> None:
        self._owner = dict(taken)

    def claim(self, digest: str, name: str) -> bool:
        return self._owner.setdefault(digest, name) == name


class _ClaimsFromAfar:
    def __init__(self, actor: Any) -> None:
        self._actor = actor

    def claim(self, digest: str, name: str) -> bool:
        import ray

        try:
            mine: bool = ray.get(self._actor.claim.remote(digest, name))
        except ray.exceptions.RayError as error:
            raise EngineUnavailableError(f"the cluster stopped: {error}") from error
        return mine


class _Worker:
    """In each process of the cluster that scores."""

    def __init__(self, load: Load, claims: Any) -> None:
        self._score = load(_ClaimsFromAfar(claims))

    def __call__(self, batch: Columns) -> Columns:
        names = list(batch)
        films = (Entry(**dict(zip(names, map(str, values), strict=True)))
                 for values in zip(*batch.values(), strict=True))  # fmt: skip
        rows = [self._score(film) for film in films]
        return {name: np.array([row[name] for row in rows], object) for name in COLUMNS}
