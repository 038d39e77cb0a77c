"""The worker is killed again and again, and every film has its results exactly once.

`HOSPITAL_FILMS=500 HOSPITAL_KILLS=20` before pytest makes it a long one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from waiting import wait_until

from .films import film
from .hospital import Orthanc, Worker, free_port, running_orthanc, store

pytestmark = pytest.mark.timeout(14_400)

FILMS = int(os.environ.get("HOSPITAL_FILMS", "20"))
KILLS = int(os.environ.get("HOSPITAL_KILLS", "4"))
_LONG = 3600


@pytest.fixture
def orthanc(tmp_path: Path) -> Iterator[Orthanc]:
    with running_orthanc(tmp_path / "orthanc") as orthanc:
        yield orthanc


@pytest.fixture
def films(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.dcm" for number in range(FILMS)]
    for number, path in enumerate(paths):
        path.write_bytes(film(number))
    return paths


def check_all(orthanc: Orthanc) -> None:
    """One SR and one SC in each film's study, and nothing else of either kind."""
    for modality in ("SR", "OT"):
        studies = orthanc.studies(modality)
        assert len(studies) == len(set(studies)) == FILMS


def test_watch_killed(
    orthanc: Orthanc, films: list[Path], tmp_path: Path, random_version: Path
) -> None:
    arguments = ("watch", "--dicomweb", orthanc.dicomweb, "--memory", str(tmp_path / "memory"))
    log, weights = tmp_path / "log", random_version.parent
    share = FILMS // (KILLS + 1)
    orthanc.store(films[:share])
    for kill in range(1, KILLS + 1):
        with Worker(log, *arguments, "--every", "1", weights=weights) as worker:
            # Films arrive while it works. It dies when some are done; an odd number of results is
            # one film's half, and how far the next one is by then differs each time.
            orthanc.store(films[kill * share : (kill + 1) * share])
            results = 2 * (kill * share - 1) + kill % 2
            orthanc.until((kill + 1) * share + results)
            worker.kill()
    orthanc.store(films)
    with Worker(log, *arguments, "--once", weights=weights) as last:
        assert last.end() == 0, log.read_text()
    check_all(orthanc)


def test_listen_killed(
    orthanc: Orthanc, films: list[Path], tmp_path: Path, random_version: Path
) -> None:
    port = free_port()
    arguments = (
        *("listen", "--port", str(port), "--to", f"ORTHANC@127.0.0.1:{orthanc.port}"),
        *("--memory", str(tmp_path / "memory"), "--first-wait", "0.1"),
    )
    log, weights = tmp_path / "log", random_version.parent
    pushed: list[Path] = []

    def push() -> None:
        """As a modality does: a film is sent until someone says that it was taken."""
        for path in films:
            wait_until(lambda path=path: store(port, "CXR", [path], check=False), _LONG)  # type: ignore[misc]
            pushed.append(path)

    pusher = Thread(target=push)
    pusher.start()
    for kill in range(1, KILLS + 1):
        worker = Worker(log, *arguments, weights=weights)
        results = 2 * FILMS * kill // (KILLS + 1) + kill % 2
        wait_until(lambda at=results: orthanc.count() >= at, _LONG)  # type: ignore[misc]
        worker.kill()
    last = Worker(log, *arguments, weights=weights)
    pusher.join()
    assert len(pushed) == FILMS
    wait_until(lambda: orthanc.count() >= 2 * FILMS, _LONG)
    wait_until(
        lambda: f"{FILMS} films done" in log.read_text() or "parked:" in log.read_text(), 120
    )
    assert last.stop() == 0, log.read_text()
    check_all(orthanc)
